"""Files in and out: readers and writers of the formats, joined with the acts."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from petrial.adapters.exchange.csv_in import delimiter_of, read_csv
from petrial.adapters.exchange.csv_out import write_form_csv, write_long_csv
from petrial.adapters.exchange.draft import draft_map
from petrial.adapters.exchange.map_file import read_mapping
from petrial.adapters.exchange.odm_in import draft_odm_map, read_odm
from petrial.adapters.exchange.odm_out import OdmOrder, write_odm
from petrial.adapters.exchange.redcap_in import draft_redcap_map, read_dictionary, read_redcap
from petrial.adapters.exchange.xlsx_in import read_xlsx
from petrial.conduct.cells import Cell
from petrial.conduct.desk import Desk
from petrial.conduct.hand_out import hand_out
from petrial.conduct.intake import Imported, Order
from petrial.conduct.mapping import Mapping
from petrial.conduct.rows import Table, cells_of
from petrial.conduct.take_in import take_in
from petrial.protocol.model import Protocol
from petrial.vocabulary.errors import Problem

__all__ = ["FORMATS", "drafted_map", "export_csv", "export_forms", "export_odm", "import_file"]

FORMATS: Final[dict[str, Callable[[Path, Mapping | None], Table]]] = {
    "csv": read_csv,
    "xlsx": read_xlsx,
    "redcap": read_redcap,
    "odm": read_odm,
}
"""Readers of what can be taken in, by name."""


def import_file(
    desk: Desk, form: str, path: Path, map_file: Path, order: Order, register_at: str = ""
) -> Imported:
    """Take in a file: every value of it, or none.

    Parameters
    ----------
    desk
        Where, and by whom.
    form
        A name of ``FORMATS``.
    path, map_file
        The file, and the map that says where its columns go.
    order, register_at
        As of ``petrial.conduct.take_in.take_in``.

    Raises
    ------
    ReadError
        File or map cannot be read.
    RefusedError
        As of ``take_in``.
    """
    mapping = read_mapping(map_file)

    def read(protocol: Protocol) -> Iterable[Cell | Problem]:
        return cells_of(FORMATS[form](path, mapping), mapping, protocol)

    return take_in(desk, read, order, register_at)


def drafted_map(form: str, path: Path, protocol: Protocol, dictionary: Path | None = None) -> str:
    """Return the text of a map drafted from a file's header.

    A person replaces each TODO in it; until then it is refused.

    Parameters
    ----------
    form
        A name of ``FORMATS``.
    path
        The file.
    protocol
        Into which it is to go.
    dictionary
        The data dictionary of REDCap, which helps much.

    Raises
    ------
    ReadError
        The file or the dictionary cannot be read.
    """
    if form == "odm":
        return draft_odm_map(path, protocol)
    header = FORMATS[form](path, None).header
    delimiter = "," if form == "xlsx" else delimiter_of(path)
    if dictionary is not None:
        return draft_redcap_map(read_dictionary(dictionary), protocol, header, delimiter)
    return draft_map(header, protocol, delimiter)


def export_csv(desk: Desk, path: Path, purpose: str, *, safe: bool = True) -> int:
    """Write every value that stands and that the person may see, one row each; return how many.

    Raises
    ------
    RefusedError
        The role may not export, or no purpose is given.
    """
    parcel = hand_out(desk, "CSV", purpose)
    with _whole(path) as part, part.open("w", encoding="utf-8", newline="") as file:
        return write_long_csv(file, parcel.current(), parcel.protocol, _any, safe=safe)


def export_forms(desk: Desk, folder: Path, purpose: str) -> dict[str, int]:
    """Write one CSV for each form that holds something; return the rows of each.

    Raises
    ------
    RefusedError
        As of ``export_csv``.
    """
    parcel = hand_out(desk, "CSV of each form", purpose)
    facts = tuple(parcel.current())
    folder.mkdir(parents=True, exist_ok=True)
    rows: dict[str, int] = {}
    for form in parcel.protocol.forms:
        own = [fact for fact in facts if fact.form == form.name]
        if own:
            with (
                _whole(folder / f"{form.name}.csv") as part,
                part.open("w", encoding="utf-8", newline="") as file,
            ):
                rows[form.name] = write_form_csv(file, own, form, parcel.protocol, _any)
    return rows


def export_odm(desk: Desk, path: Path, purpose: str, *, reasons: bool = False) -> int:
    """Write every fact that the person may see as ODM 1.3.2 with audit records; return how many.

    Reasons for change are free text, which may tell who the subject is: they go out as
    commitments, and as text only with ``reasons``.

    Raises
    ------
    RefusedError
        As of ``export_csv``.
    """
    parcel = hand_out(desk, "ODM", purpose)
    order = OdmOrder(
        protocols=parcel.protocols,
        created=parcel.created,
        reasons=parcel.reasons() if reasons else {},
    )
    with _whole(path) as part, part.open("wb") as file:
        return write_odm(file, parcel.history, order)


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Give a file beside ``path`` that takes its place at the end, and goes if anything fails."""
    part = path.with_name(f".{path.name}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _any(_fact: object) -> bool:
    return True
