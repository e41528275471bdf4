"""The command line: noun, then verb."""

import sys
from typing import NoReturn

from petrial.entrypoints.cli.app import app
from petrial.entrypoints.cli.output import refusals_as_json, say_refusal
from petrial.vocabulary.errors import MethodError, PetrialError, RecordError, UsageError

__all__ = ["app", "main"]

WRONG_USAGE = 2
REFUSED = 3


def main() -> NoReturn:
    """Run the command line; exit 0 when all went well, 2 on wrong usage, 3 when refused."""
    refusals_as_json(wanted=False)
    try:
        app(prog_name="petrial")
    except PetrialError as error:
        say_refusal(error)
        sys.exit(WRONG_USAGE if _is_usage(error) else REFUSED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    sys.exit(0)


def _is_usage(error: PetrialError) -> bool:
    """Whether the words of the command are at fault, not what they point at."""
    return isinstance(error, MethodError | UsageError) or (
        isinstance(error, RecordError) and error.problem.where.startswith("-")
    )
