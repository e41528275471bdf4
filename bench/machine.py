"""The machine on which it ran, in words that say nothing about whose it is."""

import os
import platform
import sys
from importlib import metadata
from pathlib import Path
from typing import Final

__all__ = ["CORES", "drop_caches", "hold_to_two_cores", "load", "machine", "versions"]

CORES: Final = 2
PARTS: Final = (
    "petrial",
    "numpy",
    "scipy",
    "numba",
    "pydicom",
    "SimpleITK",
    "connected-components-3d",
    "pysuv",
    "dicomsdl",
    "pyradiomics",
    "django",
    "psycopg",
    "polars",
)
DROP: Final = Path("/proc/sys/vm/drop_caches")


def hold_to_two_cores() -> int:
    """Keep this process and its children to two cores where there are more; return how many."""
    if not hasattr(os, "sched_setaffinity"):
        return os.cpu_count() or 0
    mine = sorted(os.sched_getaffinity(0))[:CORES]
    os.sched_setaffinity(0, mine)
    return len(mine)


def load() -> float:
    """Return the mean number of processes that wanted to run in the last minute."""
    return os.getloadavg()[0]


def machine() -> str:
    """Return model of processor, number of cores, memory, system, interpreter."""
    model = platform.processor() or platform.machine()
    table = Path("/proc/cpuinfo")
    if table.is_file():
        lines = table.read_text(encoding="utf-8").splitlines()
        named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        model = named[0] if named else model
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return (
        f"{model}, {os.cpu_count()} cores, {memory:.0f} GB of memory, "
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    )


def versions() -> dict[str, str]:
    """Return the versions of all that was measured; empty where it is not installed."""
    return {name: _version(name) for name in PARTS}


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def drop_caches(folder: Path) -> str:
    """Make the system forget the content of files; return how far that went.

    With the right to it, all files are forgotten, those of the interpreter and its libraries too;
    without it, those of ``folder``.
    """
    os.sync()
    try:
        DROP.write_text("3", encoding="utf-8")
    except OSError:
        pass
    else:
        return "nothing in the page cache, neither the images nor the interpreter and its libraries"
    if not hasattr(os, "posix_fadvise"):
        return f"not cold: {sys.platform} cannot be told to forget files"
    for path in folder.rglob("*"):
        if path.is_file():
            handle = os.open(path, os.O_RDONLY)
            try:
                os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(handle)
    return "the images not in the page cache; the interpreter and its libraries still there"
