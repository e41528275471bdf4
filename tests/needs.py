"""What a test needs beyond Python: neighbours that ``.ci/run`` installs."""

import os
import shutil

import pytest

__all__ = ["ABSENT_DATA", "IN_CI", "tool"]

IN_CI = bool(os.environ.get("CI"))
ABSENT_DATA = "no reference data"


def tool(command: str) -> str:
    """Return the full path of ``command``, such as ``dcmdump`` or ``chromium``.

    Skips the test, with the reason, where it is not installed. In CI such a skip is a failure:
    see ``conftest.pytest_runtest_makereport``.
    """
    found = shutil.which(command)
    if found is None:
        pytest.skip(f"needs {command}: install the packages that .ci/run names")
    return found
