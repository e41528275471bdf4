"""Runs one way in a process of its own: ``python -m bench.child WAY FOLDER`` prints JSON.

A way is a module of ``bench.ways``, or with a point in its name of ``bench``.

The way is imported here, so that its imports are part of what is measured.
"""

import json
import sys
from importlib import import_module
from pathlib import Path

from bench.laps import Laps


def _main() -> None:
    way, folder = sys.argv[1:]
    laps = Laps()
    try:
        place = way if "." in way else f"ways.{way}"
        answer = import_module(f"bench.{place}").run(Path(folder), laps)
    except ModuleNotFoundError as error:
        sys.stdout.write(json.dumps({"missing": error.name}))
        return
    found = {"laps": laps.seconds, "done": laps.done, "cpu": laps.cpu, "peak_mb": laps.peak_mb}
    sys.stdout.write(json.dumps({**found, "answer": answer}))


if __name__ == "__main__":
    _main()
