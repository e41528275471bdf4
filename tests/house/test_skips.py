"""In CI a test that is skipped for want of what CI installs is a failure."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
TESTS = Path(__file__).resolve().parents[1]
SKIPPING = """
import pytest
from needs import tool

def test_with_a_tool_that_nobody_has():
    tool("no-such-command-anywhere")

def test_without_reference_data():
    pytest.skip("no reference data: gone")

@pytest.mark.xfail(reason="a known fault, stated")
def test_known_to_fail():
    assert False
"""


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile(
        conftest=(TESTS / "conftest.py").read_text(),
        needs=(TESTS / "needs.py").read_text(),
        test_skipping=SKIPPING,
    )
    return pytester


def test_on_a_desk_a_missing_tool_skips(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    run = suite.runpytest_subprocess("-rs")
    run.assert_outcomes(skipped=2, xfailed=1)
    run.stdout.fnmatch_lines(["*needs no-such-command-anywhere*"])


def test_in_ci_a_missing_tool_fails_and_only_data_may_be_absent(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "1")
    run = suite.runpytest_subprocess()
    run.assert_outcomes(failed=1, skipped=1, xfailed=1)
    run.stdout.fnmatch_lines(["*skipped in CI, where it must run*"])
