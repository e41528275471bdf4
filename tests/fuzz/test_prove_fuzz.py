"""The whole fuzzing, and the page of the documents that holds what came of it."""

import os
import time
from collections import Counter
from pathlib import Path

import pytest

import petrial
from fuzz.cases import FAMILIES
from fuzz.oracle import OUTCOMES
from fuzz.runner import Answer, Run, fuzz
from fuzz.worker import LARGEST_BYTES, LONGEST_SECOND

PAGE = Path(__file__).resolve().parents[2] / "docs" / "evidence" / "fuzz.md"
TOTAL = 2000
SEED = int(os.environ.get("FUZZ_SEED", "20261122"))
STRIDE = 40
EXAMPLES_EACH = 2


@pytest.mark.prove
def test_two_thousand_damages_give_a_named_refusal_or_the_true_number(tmp_path: Path) -> None:
    """`make prove` runs it; FUZZ_SEED gives other damages."""
    run = fuzz(tmp_path, seed=SEED, total=TOTAL, stride=STRIDE)
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(run), encoding="utf-8")
    assert "\n".join(run.faults) == ""
    assert [answer["case"] for answer in run.answers] == list(range(TOTAL))


def page(run: Run) -> str:
    """Return the page of the documents that says what was done and what came of it."""
    asked = sum(answer["command"] for answer in run.answers)
    peak = max(answer["peak_kb"] for answer in run.answers) / 1e6
    seen = [o for o in (*OUTCOMES, "the process died") if _count(run.answers, outcome=o)]
    lines = [
        "# Damaged headers, files, contours and records",
        "",
        (
            f"petrial {petrial.__version__}, {time.strftime('%Y-%m-%d', time.gmtime())}, "
            f"seed {SEED}, by `make prove` "
            f"(`FUZZ_SEED=N .venv/bin/python -m pytest -m prove tests/fuzz` for another seed)."
        ),
        "",
        (
            f"Sound studies, whose SUV is known, were damaged in {len(run.answers)} ways, each by "
            "itself. petrial was asked to check and to measure each in Python, "
            f"and {asked} of them at the command line too."
        ),
        "",
        *_table(
            ["damage", "cases", *seen],
            [
                [name, _count(run.answers, family=name)]
                + [_count(run.answers, family=name, outcome=o) for o in seen]
                for name in FAMILIES
            ]
            + [["all", len(run.answers), *(_count(run.answers, outcome=o) for o in seen)]],
        ),
        "",
        "- *refused*: no number; each refusal has its five parts.",
        (
            "- *the true SUV*: every voxel within 0.1 % of the truth, for what was damaged does "
            "not matter to SUV, or is stated elsewhere in the file."
        ),
        (
            "- *the SUV of the values that the file now states*: the damage made another value "
            "that a patient can have, such as 71 kg instead of 68 kg. SUV is then compared with "
            "a second computation from the same file, by pydicom and the formulas."
        ),
        (
            "- Anything else is a fault: another number, a number that is not finite, an error "
            f"that is no refusal, a case that takes longer than {LONGEST_SECOND:g} s, a process "
            "that needs "
            f"more than {LARGEST_BYTES / 1e9:g} GB. The largest process held {peak:.1f} GB."
        ),
        "",
        f"Faults: {len(run.faults)}.",
        *(f"- {fault[:200]}" for fault in run.faults),
        "",
        "## Examples",
        "",
        *_table(["damage", "what petrial said"], _examples(run.answers)),
        "",
    ]
    return "\n".join(lines)


def _count(answers: tuple[Answer, ...], **wanted: str) -> int:
    return Counter(all(a[k] == v for k, v in wanted.items()) for a in answers)[True]


def _examples(answers: tuple[Answer, ...]) -> list[list[object]]:
    rows: list[list[object]] = []
    for name in FAMILIES:
        refused = [a for a in answers if a["family"] == name and a["said"]]
        rows += [
            [f"`{a['what'][:60]}`", f"`{a['said'][0][:240]}`"] for a in refused[:EXAMPLES_EACH]
        ]
    return rows


def _table(head: list[str], rows: list[list[object]]) -> list[str]:
    lines = [head, ["---"] * len(head), *([str(cell) for cell in row] for row in rows)]
    return ["| " + " | ".join(c.replace("|", "\\|") for c in line) + " |" for line in lines]
