"""The act that takes a file in: every value of it or none, in one unit of work."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from petrial.conduct.calendars import LARGEST_SHIFT_DAY
from petrial.conduct.cells import Cell
from petrial.conduct.desk import (
    Desk,
    author_of,
    enter,
    protocol_for,
    refuse,
    study_state,
)
from petrial.conduct.identity import HOSPITAL_NUMBER, numbers_of, twins
from petrial.conduct.intake import Imported, Order, Setting, import_cells
from petrial.conduct.judgement import Beside
from petrial.conduct.ledger import Stamp, UnitOfWork
from petrial.conduct.permissions import Act
from petrial.conduct.registering import registration
from petrial.protocol.model import Protocol
from petrial.subjects.facts import STUDY
from petrial.subjects.state import SubjectState
from petrial.subjects.study import ALL_SITES, batches
from petrial.vocabulary.errors import Problem

__all__ = ["Read", "take_in"]

Read = Callable[[Protocol], Iterable[Cell | Problem]]
"""Reads the file under a protocol: its values, and a problem for each that cannot be read."""


def take_in(desk: Desk, read: Read, order: Order, register_at: str = "") -> Imported:
    """Take in what a file states: all of it, or nothing and every problem named.

    Parameters
    ----------
    desk
        Where, and by whom.
    read
        Reads the file.
    order
        Whether values may take the place of others, why, and in earnest or not.
    register_at
        Site at which subjects that the study does not know are registered; empty to refuse them.

    Raises
    ------
    RefusedError
        The role may not, at a site of one of the subjects; or a value cannot be taken in: the
        first problem is the text, all others are notes.
    LedgerError
        Someone else changed the same in the meantime.
    """
    early = study_state(desk.ledger)
    home = next(iter(sorted(enter(desk, early, Act.IMPORT).sites)), ALL_SITES)
    cells = list(read(protocol_for(desk, early, home, desk.clock())))
    with desk.ledger.unit() as unit:
        alone = bool(register_at) or any(_tells_who(cell) for cell in cells)
        study = SubjectState.of(STUDY, unit.current(STUDY) if alone else unit.shared(STUDY))
        now = desk.clock()
        person = enter(desk, study, Act.IMPORT)
        settings: dict[str, Setting] = {}

        def setting(site: str) -> Setting:
            if site not in settings:
                if not person.at(site):
                    refuse([_elsewhere(site, sorted(person.sites))])
                protocol = protocol_for(desk, study, site, now)
                stamp = Stamp(
                    act=Act.IMPORT.value,
                    site=site,
                    author=author_of(desk),
                    role=person.role.value,
                    protocol=protocol.identity.version,
                    recorded=now,
                )
                beside = Beside(
                    role=person.role,
                    received=[batch for batch in batches(study) if batch.site == site],
                    numbers=numbers_of(desk.ledger, protocol, site),
                )
                settings[site] = Setting(protocol, stamp, beside)
            return settings[site]

        sites = dict(desk.ledger.subjects())
        new: set[str] = set()
        if register_at:
            new = {c.subject for c in cells if isinstance(c, Cell)} - sites.keys()
            here = setting(register_at)
            alike = [
                one for name in sorted(new) for one in twins({*sites, *_below(name, new)}, name)
            ]
            if alike:
                refuse(alike)
            _register(desk, unit, sorted(new), here)
            sites |= dict.fromkeys(new, register_at)
        imported = import_cells(unit, _handed(cells), sites, setting, order)
        if not order.dry_run:
            unit.commit()
    return replace(imported, registered=tuple(sorted(new)))


def _tells_who(cell: Cell | Problem) -> bool:
    return isinstance(cell, Cell) and cell.item == HOSPITAL_NUMBER


def _handed(cells: list[Cell | Problem]) -> Iterator[Cell | Problem]:
    """Yield the cells and let go of them: a long file is not held twice."""
    cells.reverse()
    while cells:
        yield cells.pop()


def _register(desk: Desk, unit: UnitOfWork, new: list[str], here: Setting) -> None:
    """Register subjects in the unit; a dry run leaves the unit without committing it."""
    for subject in new:
        if unit.current(subject):
            refuse([_meanwhile(subject)])
        shift = desk.draw(1, LARGEST_SHIFT_DAY)
        unit.append(
            subject, registration(here.protocol, here.stamp.site, subject, shift), here.stamp
        )


def _below(name: str, names: set[str]) -> set[str]:
    return {other for other in names if other < name}


def _meanwhile(subject: str) -> Problem:
    return Problem(
        "import",
        "subject",
        f"{subject}, registered meanwhile",
        "a subject that nobody registered yet",
        "look at the subjects and take the file in again: `petrial subjects list`",
    )


def _elsewhere(site: str, sites: list[str]) -> Problem:
    return Problem(
        "import",
        "site",
        site,
        "subjects of: " + ", ".join(sites),
        "leave subjects of other sites out; each site takes in its own",
    )
