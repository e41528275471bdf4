"""What petrial rests on, and whether it is here."""

from importlib import import_module, metadata

__all__ = ["parts"]


def parts() -> tuple[tuple[str, str], ...]:
    """Return the parts petrial rests on with their versions; empty where one is missing."""
    names = {
        "pydicom": "pydicom",
        "highdicom": "highdicom",
        "python-gdcm": "gdcm",
        "pyjpegls": "jpeg_ls",
        "pylibjpeg-openjpeg": "openjpeg",
        "pylibjpeg-rle": "rle",
        "numpy": "numpy",
        "numba": "numba",
        "SimpleITK": "SimpleITK",
        "polars": "polars",
        "matplotlib": "matplotlib",
        "django": "django",
        "psycopg": "psycopg",
        "cryptography": "cryptography",
        "odmlib": "odmlib",
        "python-calamine": "python_calamine",
    }
    return tuple((name, _version_of(name, module)) for name, module in names.items())


def _version_of(name: str, module: str) -> str:
    try:
        import_module(module)
        return metadata.version(name)
    except (ImportError, metadata.PackageNotFoundError):
        return ""
