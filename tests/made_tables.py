"""Tables in the documents that are made from the code; `make pages` writes them anew.

Between ``<!-- made: NAME -->`` and ``<!-- end -->`` a page holds what ``TABLES[NAME]`` returns.
"""

import re
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_origin

import typer.main
from pydantic import TypeAdapter
from typer.core import TyperCommand, TyperGroup, TyperOption

from made_protocol_tables import PROTOCOL_TABLES
from made_specimens import SPECIMEN_TABLES
from made_study import STUDY_TABLES
from petrial.adapters.files import record
from petrial.adapters.files.protocol import built_in_text, parse_protocol
from petrial.entrypoints.cli import app
from petrial.images.suv.statements import ASSUMABLE
from petrial.lesions.methods import METHODS, PEAKS
from petrial.lesions.orders import FORMS
from petrial.lesions.table import LESION_TABLE, LesionRow
from petrial.protocol.tracers import OTHER_METHODS, TRACERS
from petrial.reports import document
from petrial.reports.dictionary import dictionary_markdown
from petrial.subjects.snapshot_tables import snapshot_tables
from petrial.vocabulary.citations import CITATIONS
from petrial.vocabulary.nuclides import NUCLIDES

__all__ = ["MADE", "in_step"]

ROOT = Path(__file__).resolve().parents[1]
PLACE = re.compile(r"(<!-- made: (?P<name>[a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
MADE = (
    "look-up/lesion-table.md",
    "look-up/commands.md",
    "look-up/assumptions.md",
    "look-up/nuclides-and-tracers.md",
    "look-up/json.md",
    "look-up/methods.md",
    "look-up/receptors.md",
    "look-up/questionnaires.md",
    "look-up/protocol.md",
    "look-up/roles.md",
    "look-up/study-folder.md",
    "do/write-a-record.md",
    "look-up/snapshot-tables.md",
)


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    names = list(head)
    lines = [names, ["---"] * len(names), *([str(cell) for cell in row] for row in rows)]
    return "\n".join(
        "| " + " | ".join(c.replace("|", "\\|") for c in line) + " |" for line in lines
    )


def lesion_table() -> str:
    return table(
        ("column", "type", "unit", "what it is"),
        ((f"`{c.name}`", c.type, c.unit, c.sentence) for c in LESION_TABLE.columns),
    )


def assumptions() -> str:
    return table(
        ("field", "value"), ((f"`{name}`", field.wanted) for name, field in ASSUMABLE.items())
    )


def nuclides() -> str:
    return table(
        ("nuclide", "half-life", "share left after an hour", "after a day", "source"),
        (
            (
                n.symbol,
                _span(n.half_life.second),
                _percent(n.half_life.remaining(3600.0)),
                _percent(n.half_life.remaining(86400.0)),
                n.source,
            )
            for n in NUCLIDES.values()
        ),
    )


def _span(second: float) -> str:
    for unit, size in (("h", 3600.0), ("min", 60.0)):
        if second >= 3.0 * size:
            return f"{second / size:.6g} {unit}"
    return f"{second:.6g} s"


def _percent(share: float) -> str:
    return f"{100.0 * share:.3g} %" if share >= 1e-4 else "next to nothing"


def tracers() -> str:
    known = [
        (t.name, _names(t.methods), "yes" if t.automatic else "no", t.reason)
        for t in TRACERS.values()
    ]
    other = "rules of FDG do not hold for other tracers; what starts from a person's region does"
    return table(
        ("tracer", "methods", "searched for without contours or seeds", "why"),
        (*known, ("any other, or none stated", _names(OTHER_METHODS), "no", other)),
    )


def _names(methods: Iterable[str]) -> str:
    return ", ".join(f"`{method}`" for method in methods)


def methods() -> str:
    rows = []
    for name, form in FORMS.items():
        value = form.value or "none"
        if form.default:
            value += f"; {form.default} where none is given"
        finds = "yes" if METHODS[name].candidate else "no"
        rows.append((f"`{name}`", value, finds, METHODS[name].sentence))
    return table(("method", "value", "finds regions by itself", "what it does"), rows)


def peaks() -> str:
    return table(
        ("definition", "what it is"), ((f"`{peak}`", text) for peak, text in PEAKS.items())
    )


def references() -> str:
    return table(("key", "reference"), ((f"[{key}]", text) for key, text in CITATIONS.items()))


def snapshot_dictionary() -> str:
    protocol = parse_protocol(built_in_text("impact-mbc"), "impact-mbc")
    return dictionary_markdown(snapshot_tables(protocol), protocol)


RECORD_MEANINGS = {
    "series_uid": "the record belongs to the series with this SeriesInstanceUID alone",
    "study_uid": "the record belongs to the study with this StudyInstanceUID alone",
    "tracer": "what was injected, such as `18F-FDG`; any text",
    "nuclide": "its nuclide, one of [these](../look-up/nuclides-and-tracers.md#nuclides)",
    "activity_mbq": "activity in the syringe before the injection",
    "activity_measured_at": "the moment for which that activity is stated",
    "residual_mbq": "activity left in syringe and line",
    "residual_measured_at": "the moment for which the residual is stated",
    "injected_at": "the moment of injection",
    "weight_kg": "body weight on the day",
    "height_cm": "body height",
    "sex": "for lean mass only; `mean` takes the mean of both formulas",
}
UNITS = {"mbq": "MBq", "kg": "kg", "cm": "cm"}


def record_keys() -> str:
    """Return the keys of the administration record, with the limits that its reader holds to."""
    schema = TypeAdapter(record._Record).json_schema()  # noqa: SLF001  the keys stand nowhere else
    rows: list[tuple[str, ...]] = []
    for place, keys in (
        ("above the first table", schema["properties"]),
        *(
            (f"`[{name}]`", schema["$defs"][f"_{name.title()}"]["properties"])
            for name in ("administration", "patient")
        ),
    ):
        rows.extend(
            (
                place,
                f"`{key}`",
                *_record_value(_resolved(what, schema)),
                UNITS.get(key.rpartition("_")[2], ""),
                RECORD_MEANINGS[key],
            )
            for key, what in keys.items()
            if "anyOf" in what
        )
    return table(("where", "key", "type", "range", "unit", "what it is"), rows)


def _resolved(what: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of the one type that is not null."""
    one = next(part for part in what["anyOf"] if part.get("type") != "null")
    return dict(schema["$defs"][one["$ref"].rpartition("/")[2]] if "$ref" in one else one)


def _record_value(what: dict[str, Any]) -> tuple[str, str]:
    if what["type"] == "number":
        return "number", f"{what['minimum']:g} to {what['maximum']:g}"
    if what.get("format") == "date-time":
        return "moment", ""
    if "enum" in what:
        return "text in quotes", ", ".join(f'`"{word}"`' for word in what["enum"])
    return "text in quotes", ""


JSON_MEANINGS = {
    "Document": {
        "petrial": "version of petrial",
        "path": "what was pointed at, as given",
        "refused": "whether anything was refused; then the exit code is 3",
        "problems": "what belongs to no single series, such as a file that cannot be read",
        "methods": "what ran, in sentences with the keys of references",
        "series": "one entry for each series, PET or not",
    },
    "ProblemEntry": {
        "where": "series, file or option",
        "field": "the element, key or option",
        "got": "what was found; the terminal and the page call it *found*",
        "wanted": "what would have been right",
        "do": "the remedy",
    },
    "SeriesEntry": {
        "series_uid": "SeriesInstanceUID",
        "study_uid": "StudyInstanceUID",
        "description": "SeriesDescription",
        "modality": "Modality, such as PT or CT",
        "kind": "what petrial takes the series for, such as PET or structure set",
        "instances": "how many files or images",
        "tracer": "name of the tracer",
        "nuclide": "symbol of the nuclide",
        "quantifiable": "whether there is SUV",
        "problems": "why there is no SUV, or what is wrong with the series",
        "suv": "how SUV was computed",
        "suv_max": "largest SUVbw of the whole series, in g/mL; null after `check`",
        "references": "reference regions, such as the liver",
        "lesions": "the rows of the lesion table",
        "refused": "regions and methods that were refused on this series",
        "warnings": "sentences that must be read with the numbers",
        "remarks": "what a person should know of the files of this series, in sentences",
    },
    "SuvEntry": {
        "factor_bw": "SUVbw per value",
        "factors_bw": "the same for each slice, where slices differ",
        "method": "the route, such as `BQML, decay corrected to START`",
        "reference_moment": "the moment to which the scanner corrected decay",
        "injected_at": "the moment of injection",
        "activity_bq": "injected activity at the injection, in Bq",
        "weight_kg": "body weight, in kg",
        "sul_janmahasatian_ratio": "SUL by Janmahasatian over SUVbw",
        "sul_james_ratio": "SUL by James over SUVbw",
        "suv_bsa_ratio": "SUVbsa over SUVbw, in cm2/g",
        "percent_id_per_kg_ratio": "%ID/kg over SUVbw, in %/kg per g/mL",
        "missing": "what a ratio that is null lacks, such as the height",
        "inputs": "every input of the factor",
        "candidates": "all readings of the reference moment, for START",
        "differences": "where record and header differ",
        "notes": "inferences and remarks, in sentences",
    },
    "InputEntry": {
        "name": "what it is, such as weight",
        "value": "its value; a moment is a string",
        "unit": "unit of the value",
        "source": "record, header, table, assumption or inference",
        "detail": "which element, file or rule",
    },
    "CandidateEntry": {
        "name": "the rule that gave it, such as series time",
        "moment": "the moment",
        "effect_percent": "by how much SUV would differ",
        "accepted": "whether it is among those taken",
    },
    "DifferenceEntry": {
        "field": "what differs, such as weight",
        "record": "what the record says, with its unit",
        "header": "what the header says, with its unit",
        "effect_percent": "by how much SUV would differ",
    },
    "ReferenceEntry": {
        "organ": "liver or blood pool",
        "source": "the sphere, or the file",
        "voxels": "number of voxels",
        "volume_ml": "volume in mL",
        "suv_mean": "mean SUVbw, in g/mL",
        "suv_sd": "standard deviation of SUVbw, in g/mL",
        "problems": "why it is not fit to compare with; empty when it is",
    },
}


def json_entries() -> str:
    first: list[type] = [document.Document, document.SeriesEntry, document.SuvEntry]
    others = [
        entry
        for name in document.__all__
        if isinstance(entry := getattr(document, name), type) and entry not in first
    ]
    return "\n\n".join(_json_entry(entry) for entry in [*first, *others])


def _json_entry(entry: type) -> str:
    text = " ".join((entry.__doc__ or "").replace("``", "`").split())
    meanings = JSON_MEANINGS.get(entry.__name__, {})
    rows = (
        (f"`{name}`", _json_type(hint), meanings.get(name, ""))
        for name, hint in entry.__annotations__.items()
    )
    return f"## {entry.__name__}\n\n{text}\n\n" + table(("field", "type", "what it is"), rows)


def _json_type(hint: Any) -> str:  # noqa: ANN401  any type, that is
    """Return a type as JSON names it, with entries as links."""
    words = {str: "text", bool: "true or false", float: "number", int: "whole number"}
    if get_origin(hint) is tuple:
        return f"list of {_json_type(get_args(hint)[0])}"
    if get_origin(hint) is UnionType:
        parts = [_json_type(part) for part in get_args(hint)]
        return (", or " if "list" in parts[0] else " or ").join(parts)
    if hint is NoneType:
        return "null"
    if hint is LesionRow:
        return "[lesion](lesion-table.md)"
    return words.get(hint) or f"[{hint.__name__}](#{hint.__name__.lower()})"


def commands() -> str:
    parts: list[str] = []

    def walk(words: str, command: object) -> None:
        if isinstance(command, TyperGroup):
            for word, inner in command.commands.items():
                walk(f"{words} {word}", inner)
        elif isinstance(command, TyperCommand):
            parts.append(_command(words, command))

    walk("petrial", typer.main.get_command(app))
    return "\n\n".join(parts)


def _command(words: str, command: TyperCommand) -> str:
    rows = []
    for parameter in command.params:
        if isinstance(parameter, TyperOption):
            value = parameter.metavar or ("" if parameter.is_flag else "VALUE")
            name = f"{', '.join(parameter.opts)} {value}".strip()
            often = "any number" if parameter.multiple else "once"
        else:
            name = (parameter.metavar or str(parameter.name)).upper()
            often = "needed" if parameter.required else "once"
        meaning = " ".join(str(getattr(parameter, "help", "")).split())
        if parameter.default not in {None, False}:
            meaning += f" Default: `{parameter.default}`."
        rows.append((f"`{name}`", often, meaning))
    text = re.sub(
        r"^Example: (.*(?:\n.+)*)", _as_code, (command.help or "").strip(), flags=re.MULTILINE
    )
    parts = [f"## `{words}`", text]
    if rows:
        parts.append(table(("argument or option", "given", "meaning"), rows))
    return "\n\n".join(parts)


def _as_code(example: re.Match[str]) -> str:
    return f"Example: `{' '.join(example[1].split())}`"


def _of(made: Callable[[], tuple[tuple[str, ...], list[tuple[object, ...]]]]) -> str:
    return table(*made())


TABLES: dict[str, Callable[[], str]] = {
    "lesion-table": lesion_table,
    "assumptions": assumptions,
    "nuclides": nuclides,
    "tracers": tracers,
    "commands": commands,
    "json": json_entries,
    "record": record_keys,
    "methods": methods,
    "peaks": peaks,
    "references": references,
    **{name: partial(_of, made) for name, made in (SPECIMEN_TABLES | STUDY_TABLES).items()},
    "snapshot-tables": snapshot_dictionary,
    **PROTOCOL_TABLES,
}


def made(text: str) -> str:
    """Return the text of a page with its tables made from the code of now."""
    return PLACE.sub(lambda m: f"{m[1]}\n{TABLES[m['name']]()}\n\n{m[3]}", text)


def in_step(page: Path) -> bool:
    """Tell whether the page holds a table, and each as the code makes it."""
    text = page.read_text()
    return PLACE.search(text) is not None and made(text) == text


if __name__ == "__main__":
    for name in MADE:
        place = ROOT / "docs" / name
        place.write_text(made(place.read_text()))
