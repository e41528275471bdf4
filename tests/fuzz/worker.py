"""A process that runs cases one after the other, and says on standard output what came of each."""

import faulthandler
import json
import resource
import shutil
import subprocess
import sys
import time
import traceback
import warnings
from pathlib import Path

from fuzz.bases import BASES
from fuzz.cases import Case, Order, Source, cases, made
from fuzz.oracle import Verdict, judged

__all__ = ["LARGEST_BYTES", "LONGEST_SECOND"]

LARGEST_BYTES = 4_000_000_000
"""Address space of a process; what needs more fails."""
LONGEST_SECOND = 20.0
"""A case that takes longer hangs. It is a guard; no speed is asserted."""
LONGEST_COMMAND_SECOND = 120.0
"""The same for a command, which imports and draws."""
REFUSED = 3
CLI = "import sys; from petrial.entrypoints.cli import main; sys.argv[0] = 'petrial'; main()"


def main(arguments: list[str]) -> None:
    """Run the cases FIRST, FIRST + STEP, ... of a seed; each STRIDE-th one as a command too."""
    source, work = Source(Path(arguments[0])), Path(arguments[1])
    seed, total, first, step, stride = (int(text) for text in arguments[2:])
    warnings.simplefilter("error")
    _warm_up(source)
    resource.setrlimit(resource.RLIMIT_AS, (LARGEST_BYTES, LARGEST_BYTES))
    for case in cases(seed, total)[first::step]:
        _say({"begun": case.number})
        place = work / f"{case.number:05d}"
        _say(_run(case, source, place, as_command=case.number % stride == 0))


def _warm_up(source: Source) -> None:
    """Import and compile everything once, on a sound study, which must come out true."""
    for base in BASES:
        order = Order(source.folder / base.name, (source.drawn(base),))
        order.methods = ("fixed:4.0",) if base.searched else ()
        verdict = judged(Case(-1, "sound", base.name, "nothing", (0, 0)), order)
        if verdict.outcome != "the true SUV":
            _say({"sound": base.name, "outcome": verdict.outcome, "faults": verdict.faults})


def _run(case: Case, source: Source, work: Path, *, as_command: bool) -> dict[str, object]:
    shutil.rmtree(work, ignore_errors=True)
    began = time.monotonic()
    faulthandler.dump_traceback_later(LONGEST_SECOND, exit=True)
    verdict = Verdict()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of pydicom, on what is done to its data sets
            order = made(case, source, work)
        verdict = _guarded(case, order, verdict)
        faulthandler.cancel_dump_traceback_later()
        if as_command:
            _check_command(case, order, work, verdict)
    finally:
        faulthandler.cancel_dump_traceback_later()
    if not verdict.faults:
        shutil.rmtree(work)
    return {
        "case": case.number,
        "family": case.family,
        "base": case.base,
        "what": case.what + ("" if case.everywhere else ", in one file"),
        "outcome": verdict.outcome,
        "faults": verdict.faults,
        "said": list(dict.fromkeys(verdict.said))[:5],
        "second": round(time.monotonic() - began, 3),
        "command": as_command,
        "peak_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    }


def _guarded(case: Case, order: Order, verdict: Verdict) -> Verdict:
    try:
        return judged(case, order)
    except Exception as error:  # noqa: BLE001  that is what is looked for
        last = traceback.extract_tb(error.__traceback__)
        ours = [f for f in last if "/petrial/" in f.filename] or last
        place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}"
        verdict.fault(f"{type(error).__name__} at {place}: {error}"[:500])
        verdict.outcome = "wrong"
        return verdict


def _command(case: Case, order: Order, work: Path) -> list[str]:
    """Return the words of the command that asks the same; JSON and pages in turn."""
    words = [sys.executable, "-P", "-W", "error::RuntimeWarning", "-c", CLI]
    words += ["images", "measure", str(order.path)]
    for option, values in (
        ("--contours", order.contours),
        ("--record", order.record),
        ("--assume", order.assume),
        ("--method", order.methods),
    ):
        words += [f"{option}={value}" for value in values]
    return words + (["--json=-"] if case.number % 2 else [f"--out={work / 'page'}"])


def _check_command(case: Case, order: Order, work: Path, verdict: Verdict) -> None:
    """Ask the same at the command line: a documented exit code, no traceback, no odd bytes."""
    words = _command(case, order, work)
    if any("\0" in word for word in words):  # no shell can say that
        return
    run = subprocess.run(words, capture_output=True, check=False, timeout=LONGEST_COMMAND_SECOND)
    told, complained = run.stdout.decode("utf-8", "replace"), run.stderr.decode("utf-8", "replace")
    odd = sorted({c for c in told + complained if not c.isprintable() and c != "\n"})
    wrong = {
        f"exit code {run.returncode}": run.returncode not in {0, 2, 3},
        "a traceback": "Traceback" in complained,
        "exit code 0 for what is refused": verdict.outcome == "refused" and run.returncode == 0,
        "a refusal of what is sound": verdict.outcome == "the true SUV" and run.returncode != 0,
        "no word on a refusal": run.returncode == REFUSED and not (told + complained).strip(),
        f"characters {odd}": bool(odd),
    }
    for fault, found in wrong.items():
        if found:
            verdict.fault(f"at the command line: {fault}: {complained[-300:]}")
    if case.number % 2 and run.returncode in {0, REFUSED} and told.strip():
        json.loads(told)
    if verdict.faults:
        verdict.outcome = "wrong"


def _say(what: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
