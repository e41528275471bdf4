"""A trial of two tracers that nobody ran, for days, doses and deviations; all figures are made up.

FES injection and scan on one day, a zirconium injection the same day or the day after, its scan
four days later, therapy a week after that, FDG two weeks into therapy, follow-up every twelve
weeks; an optional biopsy, and blood before the FES injection.
"""

from typing import Any

from made_protocol import figure, made_data
from petrial.protocol.model import Protocol

Days = tuple[int, int, int]

DUE: dict[str, tuple[str, Days]] = {
    "blood": ("fes", (-2, 3, 2)),
    "fes": ("screening", (7, 7, 14)),
    "fes_scan": ("fes", (0, 0, 0)),
    "zr": ("fes", (0, 0, 1)),
    "zr_scan": ("zr", (4, 1, 1)),
    "therapy": ("zr_scan", (7, 7, 7)),
    "fdg": ("therapy", (14, 2, 4)),
    "biopsy": ("therapy", (14, 7, 7)),
    "follow_up": ("therapy", (84, 14, 14)),
}
"""By event: its anchor, and offset, days before, days after."""


def made_course(**due: Days) -> Protocol:
    """Return the trial, with other days for the named events."""
    return Protocol.model_validate(made_course_data(**due))


def made_course_data(**due: Days) -> dict[str, Any]:
    """Return the trial as plain data, to be changed by a test."""
    data = made_data()
    dues = {name: (anchor, due.get(name, days)) for name, (anchor, days) in DUE.items()}
    forms = {form["name"]: form for form in data["forms"]}
    data |= {
        "criteria": [_imaging()],
        "tracers": [_fes(data), _zirconium(), _fdg()],
        "consents": [
            {"name": "main", "text": "Taking part.", "required": True, "source": "plan"},
            {"name": "biopsy", "text": "A biopsy.", "required": False, "source": "plan"},
        ],
        "conflicts": _conflicts(),
        "forms": [
            *_forms(),
            forms["injection"] | {"name": "given", "items": forms["injection"]["items"]},
            forms["scan"] | {"name": "series"},
        ],
        "events": [_event(row, dues) for row in _EVENTS],
        "disclosures": [],
    }
    for event in data["events"]:
        if event["name"] == "screening":
            event["day_one"] = True
        if event["name"] == "follow_up":
            event["due"]["every"] = figure(12, "wk")
            event["repeats"] = True
        if event["name"] == "biopsy":
            event |= {
                "required": False,
                "when": {"test": "consented", "consent": "biopsy"},
                "consents": ["biopsy"],
            }
        if event["name"] == "harm":
            event |= {"required": False, "repeats": True}
    data["code_lists"][0]["codes"] += [
        {"code": "89Zr-X", "title": "89Zr-X"},
        {"code": "18F-FDG", "title": "18F-FDG"},
    ]
    return data


_Row = tuple[str, str, tuple[str, ...], str | None]

_EVENTS: tuple[_Row, ...] = (
    ("screening", "visit.seen_on", ("visit",), None),
    ("blood", "tube.collected_at", ("tube",), None),
    ("fes", "given.injected_at", ("given",), "18F-FES"),
    ("fes_scan", "series.scan_started_at", ("series",), "18F-FES"),
    ("zr", "given.injected_at", ("given",), "89Zr-X"),
    ("zr_scan", "series.scan_started_at", ("series",), "89Zr-X"),
    ("therapy", "drug.started_on@therapy", ("drug",), None),
    ("fdg", "series.scan_started_at", ("given", "series"), "18F-FDG"),
    ("biopsy", "tube.collected_at", ("tube",), None),
    ("follow_up", "visit.seen_on", ("visit",), None),
    ("harm", "harm.started_on", ("harm",), None),
)


def _event(row: _Row, dues: dict[str, tuple[str, Days]]) -> dict[str, Any]:
    name, happened, forms, tracer = row
    event: dict[str, Any] = {
        "name": name,
        "title": name.replace("_", " ").capitalize(),
        "happened": happened,
        "forms": forms,
        "source": "plan",
        "tracer": tracer,
    }
    if name in dues:
        anchor, (offset, before, after) = dues[name]
        event["due"] = {
            "anchor": anchor,
            "offset": figure(offset, "d"),
            "before": figure(before, "d"),
            "after": figure(after, "d", "unconfirmed"),
        }
    return event


def _fes(data: dict[str, Any]) -> dict[str, Any]:
    return dict(data["tracers"][0]) | {
        "injection": "fes",
        "scan": "fes_scan",
        "injected": "given.injected_at@fes",
        "scanned": "series.scan_started_at",
    }


def _zirconium() -> dict[str, Any]:
    return {
        "name": "89Zr-X",
        "nuclide": "89Zr",
        "target": "X",
        "injection": "zr",
        "scan": "zr_scan",
        "injected": "given.injected_at@zr",
        "scanned": "series.scan_started_at",
        "activity": figure(37, "MBq"),
        "tolerance": figure(10, "%"),
        "uptake": {
            "target": figure(4, "d"),
            "before": figure(1, "d"),
            "after": figure(1, "d"),
        },
        "effective_dose": figure(0.47, "mSv/MBq"),
    }


def _fdg() -> dict[str, Any]:
    return {
        "name": "18F-FDG",
        "nuclide": "18F",
        "target": "glucose",
        "injection": "fdg",
        "scan": "fdg",
        "injected": "given.injected_at@fdg",
        "scanned": "series.scan_started_at@fdg",
        "activity": None,
        "tolerance": None,
        "uptake": {
            "target": figure(60, "min"),
            "before": figure(5, "min"),
            "after": figure(5, "min"),
        },
        "effective_dose": None,
    }


def _imaging() -> dict[str, Any]:
    return {
        "number": "I1",
        "kind": "inclusion",
        "text": "CT at most 28 days old",
        "rule": {"test": "within", "item": "visit.ct_on", "days": 28},
        "source": "plan",
    }


def _conflicts() -> list[dict[str, Any]]:
    return [
        {
            "name": "zr_after_fes",
            "text": "89Zr-X only after the FES scan has ended",
            "earlier": {"item": "series.scan_ended_at@fes_scan"},
            "later": {"item": "given.injected_at@zr"},
            "gap": figure(0, "h"),
            "effect": "refuse",
        },
        {
            "name": "fdg_after_zr",
            "text": "no FDG while 89Zr is left",
            "earlier": _of("given.injected_at", "given.tracer", "89Zr-X"),
            "later": _of("given.injected_at", "given.tracer", "18F-FDG"),
            "gap": figure(10, "d", "unconfirmed"),
            "effect": "refuse",
        },
        {
            "name": "blocker",
            "text": "a blocker hides the receptor",
            "earlier": _of("drug.stopped_on", "drug.drug_class", "blocker"),
            "since": _of("drug.started_on", "drug.drug_class", "blocker"),
            "later": {"item": "given.injected_at@fes"},
            "gap": figure(6, "wk"),
            "effect": "warn",
        },
    ]


def _of(item: str, where: str, *values: str) -> dict[str, Any]:
    return {"item": item, "where": where, "values": values}


def _forms() -> list[dict[str, Any]]:
    day, moment = {"type": "date"}, {"type": "moment"}
    blocker = {"test": "one_of", "item": "drug.drug_class", "values": ["blocker"]}
    return [
        _form(
            "visit",
            "finding",
            _item("seen_on", "Day of the visit", required="always", **day),
            _item("ct_on", "Day of the CT", **day),
        ),
        _form(
            "tube",
            "sample",
            _item("sample", "Label", type="label", required="always"),
            _item("collected_at", "Taken at", required="always", **moment),
            repeats=True,
        ),
        _form(
            "drug",
            "treatment",
            _item("drug_class", "Class", type="label", required="always"),
            _item("started_on", "First day", required="always", **day),
            _item("stopped_on", "Last day", **day),
            _item("dose", "Dose", type="number", unit="mg", required=blocker),
            repeats=True,
        ),
        _form(
            "harm",
            "adverse_event",
            _item("started_on", "First day", required="always", **day),
            _item("serious", "Serious", type="boolean", required="always"),
            _item("aware_at", "Known at", **moment),
            _item("reported_at", "Reported at", **moment),
            repeats=True,
        ),
    ]


def _form(name: str, kind: str, *items: dict[str, Any], repeats: bool = False) -> dict[str, Any]:
    return {
        "name": name,
        "title": f"Form {name}",
        "kind": kind,
        "group": "clinical",
        "repeats": repeats,
        "items": items,
        "source": "plan",
    }


def _item(name: str, title: str, **more: object) -> dict[str, Any]:
    return {"name": name, "title": title, **more}


def stated(event: str, day: str, **more: str) -> tuple[tuple[str, str], ...]:
    """Return the statements that an event of the course took place, and more of its first form."""
    name, _, repeat = event.partition("[")
    happened = next(path for its_name, path, *_ in _EVENTS if its_name == name)
    form, _, item = happened.partition("@")[0].partition(".")
    where = f"{name}[{repeat}" if repeat else name
    return (
        (f"{where}/{form}.{item}", day),
        *((f"{where}/{form}.{other}", value) for other, value in more.items()),
    )
