"""The command line: noun, then verb."""

import sys
from typing import NoReturn

from petrial.entrypoints.cli.app import app
from petrial.entrypoints.cli.output import complain
from petrial.vocabulary.errors import MethodError, PetrialError, RecordError

__all__ = ["app", "main"]

WRONG_USAGE = 2
REFUSED = 3


def main() -> NoReturn:
    """Run the command line; exit 0 when all went well, 2 on wrong usage, 3 when refused."""
    try:
        app(prog_name="petrial")
    except PetrialError as error:
        complain(error.problem)
        words = isinstance(error, MethodError | RecordError) and error.problem.where.startswith("-")
        sys.exit(WRONG_USAGE if words else REFUSED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    sys.exit(0)
