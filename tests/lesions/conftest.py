"""Property tests here compile hot loops on first use: no deadline for a single example."""

from hypothesis import settings

settings.register_profile("compiled", deadline=None)
settings.load_profile("compiled")
