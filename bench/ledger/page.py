"""The sections of the page that tell of the ledger: what was asked, and what others take."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bench.ledger.figures import DATABASES, LedgerFigures, Loaded
from bench.processes import Missing, Run

__all__ = ["LedgerTarget", "ledger_targets", "sections"]

Table = list[list[str]]

_FACTOR: Final = 2.0
"""PostgreSQL may take so many times as long as SQLite."""


@dataclass(frozen=True, slots=True)
class LedgerTarget:
    """One requirement.

    Attributes
    ----------
    what
        Of what.
    wanted
        In words; empty where nothing was asked.
    measured
        By database.
    met
        Whether each database that was measured fulfils it.
    digits
        Decimals that are shown.
    """

    what: str
    wanted: str
    measured: dict[str, float]
    met: bool
    digits: int = 1


def _target(
    what: str,
    limit: tuple[str, float] | None,
    found: dict[str, Loaded],
    told: Callable[[Loaded], float],
    digits: int = 1,
) -> LedgerTarget:
    measured = {name: told(one) for name, one in found.items()}
    if limit is None:
        return LedgerTarget(what, "", measured, met=True, digits=digits)
    word, bound = limit
    least = word == "at least"
    met = all(value >= bound if least else value < bound for value in measured.values())
    return LedgerTarget(what, f"{word} {bound:,g}", measured, met=met, digits=digits)


def ledger_targets(figures: LedgerFigures) -> list[LedgerTarget]:
    """Return what was asked of the ledger, and what else is worth knowing, as measured."""
    done = {name: one for name, one in figures.loaded.items() if isinstance(one, Loaded)}
    middle = statistics.median
    found = [
        _target("import, facts a second", ("at least", 2000.0), done, lambda one: one.rate, 0),
        _target(
            "state of one subject, ms", ("under", 50.0), done, lambda one: middle(one.states_ms)
        ),
        _target("the slowest of these, ms", None, done, lambda one: max(one.states_ms)),
        _target("one correction, ms", None, done, lambda one: middle(one.corrections_ms)),
        _target("verify, s", ("under", 60.0), done, lambda one: one.verify_s),
        _target("snapshot, s", ("under", 30.0), done, lambda one: one.snapshot_s),
        _target(
            "largest memory, GB", ("under", 1.0), done, lambda one: one.peak_mb / 1000.0, digits=2
        ),
        _target("size of the database, GB", None, done, lambda one: one.megabytes / 1000.0, 2),
    ]
    if len(done) == len(DATABASES):
        sqlite, postgresql = (done[name] for name in DATABASES)
        slower = {
            "import": sqlite.rate / postgresql.rate,
            "state": middle(postgresql.states_ms) / middle(sqlite.states_ms),
            "verify": postgresql.verify_s / sqlite.verify_s,
            "snapshot": postgresql.snapshot_s / sqlite.snapshot_s,
        }
        worst = max(slower, key=slower.__getitem__)
        measured = {DATABASES[1]: slower[worst]}
        found.append(
            LedgerTarget(
                f"time on PostgreSQL to that on SQLite, largest ({worst})",
                f"at most {_FACTOR:g}",
                measured,
                met=slower[worst] <= _FACTOR,
            )
        )
    return found


def sections(figures: LedgerFigures) -> list[tuple[str, Table, str]]:
    """Return title, table and text of each section."""
    cohort = figures.cohort
    title = f"The ledger: {cohort.subjects} subjects, {cohort.years:g} years"
    return [
        (title, _target_rows(figures), _told(figures)),
        ("The ledger beside other audit trails", _peer_rows(figures), _PEERS_TEXT),
    ]


def _target_rows(figures: LedgerFigures) -> Table:
    rows = [["", "asked", *(_engine(figures, name) for name in DATABASES), ""]]
    for one in ledger_targets(figures):
        cells = [
            f"{one.measured[name]:,.{one.digits}f}" if name in one.measured else ""
            for name in DATABASES
        ]
        met = "" if not one.wanted or not one.measured else "met" if one.met else "**not met**"
        rows.append([one.what, one.wanted or "nothing", *cells, met])
    return rows


def _engine(figures: LedgerFigures, name: str) -> str:
    one = figures.loaded.get(name)
    return f"{name} {one.importing.answer['engine']}" if isinstance(one, Loaded) else name


def _told(figures: LedgerFigures) -> str:
    lines = [
        f"An export of {figures.values:,} values under the built-in protocol, drawn at random but",
        "right in type, unit, limits and order of days, is taken in by the act behind",
        "`petrial data import csv`: one file, one transaction, every value judged, texts and names",
        "sealed, each fact chained to the one before. Then numbers are corrected by a second file,",
        "with a reason. Each step is a process of its own, its memory that of the process: a",
        "server's is left out. The state is all that stands of a subject, sealed texts opened, in",
        "a program that has asked before; a correction is a whole act with its checks, on disk",
        "when it ends. Verifying reads every fact, sealed text and place of the projection, and a",
        "signed checkpoint. A snapshot is all tables, with their hashes.",
    ]
    for name, one in figures.loaded.items():
        if isinstance(one, Missing):
            lines.append(f"{name} was not measured: {one.reason}.")
        else:
            facts, whole = one.asking.answer["facts"], one.verifying.answer
            lines.append(
                f"{name}: {statistics.median(facts):,.0f} places in the state of a subject, middle "
                f"of {len(facts)}; {whole['facts']:,} facts in {whole['chains']} chains verified, "
                f"{whole['sealed']:,} sealed texts; "
                f"{sum(one.cutting.answer['rows'].values()):,} rows in the snapshot."
            )
    return "\n".join(lines) + "\n"


def _peer_rows(figures: LedgerFigures) -> Table:
    rows = [["", "values", "s", "facts a second", "state, ms", "memory GB", "database GB"]]
    for name, one in figures.loaded.items():
        if isinstance(one, Loaded):
            states = statistics.median(one.states_ms)
            rows.append(_peer_row(f"petrial, {name}", one.importing, states))
        else:
            rows.append([f"petrial, {name}", one.reason, "", "", "", "", ""])
    for label, run in figures.peers.items():
        if isinstance(run, Missing):
            rows.append([label, run.reason, "", "", "", "", ""])
        else:
            states_ms = run.answer.get("states_ms")
            rows.append(_peer_row(label, run, statistics.median(states_ms) if states_ms else None))
    return rows


def _peer_row(label: str, run: Run, state_ms: float | None) -> list[str]:
    stated, size = run.answer["stated"], run.answer.get("megabytes")
    seconds = run.laps["values"]
    return [
        label,
        f"{stated:,}",
        f"{seconds:.1f}",
        f"{stated / seconds:,.0f}",
        "" if state_ms is None else f"{state_ms:.1f}",
        f"{run.peak_mb / 1000.0:.2f}",
        "" if size is None else f"{size / 1000.0:.2f}",
    ]


_PEERS_TEXT: Final = """\
The same file, in one transaction each. The bare table is what a database does at its best: no value
is judged, nothing is sealed, no fact is bound to the one before, and whoever may write to the file
can change a row together with its history, unseen; there is nothing to verify. Its state is the
rows of one subject as tuples. With Django's models each row is saved by itself, and a copy as its
history; a part of the file is enough to tell the rate. REDCap, OpenClinica and the libraries that
keep histories of Django models (such as django-simple-history) are servers, or parts of somebody's
web application, with no program that takes this file: they were not measured, and no figure of
theirs is given.
"""
