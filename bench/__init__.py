"""Speed and memory of petrial beside other programs, on the same files: ``python -m bench``."""
