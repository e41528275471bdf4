"""A tiny trial that nobody ran, small enough to read and complete enough to act on.

Two sites, one tracer, three forms, three criteria; an event for screening, one for the start of
therapy (study day 1), one for the injection and one for the scan. Its figures are made up.
"""

from typing import Any

from petrial.protocol.model import Protocol

__all__ = ["made_data", "made_protocol"]


def made_protocol() -> Protocol:
    """Return the tiny trial."""
    return Protocol.model_validate(made_data())


def made_data() -> dict[str, Any]:
    """Return the tiny trial as plain data, new at each call, to be changed by a test."""
    return {
        "format": 1,
        "identity": _identity(),
        "sources": {"plan": "The plan of the tiny trial, made up for tests."},
        "sites": [
            {"code": "north", "name": "North Hospital", "city": "Alphen", "country": "Atlantis"},
            {"code": "south", "name": "South Hospital", "city": "Bergen", "country": "Atlantis"},
        ],
        "tracers": [_tracer()],
        "consents": [
            {"name": "taking_part", "text": "Taking part.", "required": True, "source": "plan"},
            {"name": "findings", "text": "To hear findings.", "required": False, "source": "plan"},
        ],
        "criteria": _criteria(),
        "events": _events(),
        "conflicts": [_conflict()],
        "code_lists": _code_lists(),
        "forms": [_history(), _injection(), _scan()],
        "visibility": {
            "clinical": ["site-nurse", "oncologist", "data-manager"],
            "imaging": ["technologist", "reader", "data-manager"],
        },
        "disclosures": [
            {
                "group": "imaging",
                "to": ["oncologist"],
                "at": "therapy",
                "requires": ["history"],
                "source": "plan",
            }
        ],
        "serious_report": figure(24, "h"),
        "readings": [_reading()],
        "response": [_response()],
        "outcomes": _outcomes(),
    }


def figure(value: float, unit: str, source: str = "plan") -> dict[str, Any]:
    """Return a figure as plain data."""
    return {"value": value, "unit": unit, "source": source}


def _identity() -> dict[str, Any]:
    return {
        "name": "tiny_trial",
        "registration": "NCT00000000",
        "acronym": "TINY",
        "title": "A tiny trial of one tracer",
        "sponsor": "Nobody",
        "version": "1.0",
        "dated": "2024-01-08",
        "arms": 1,
        "masking": "none (open label)",
        "purpose": "diagnostic",
        "enrolment": figure(20, "1"),
        "enrolment_kind": "planned",
        "dmc": False,
        "condition": "A condition",
        "source": "plan",
    }


def _tracer() -> dict[str, Any]:
    return {
        "name": "18F-FES",
        "nuclide": "18F",
        "target": "oestrogen receptor",
        "injection": "injection",
        "scan": "scan",
        "injected": "injection.injected_at",
        "scanned": "scan.scan_started_at",
        "activity": figure(200, "MBq"),
        "tolerance": figure(10, "%", "unconfirmed"),
        "uptake": {
            "target": figure(60, "min"),
            "before": figure(10, "min"),
            "after": figure(20, "min"),
        },
        "effective_dose": figure(0.022, "mSv/MBq", "unconfirmed"),
    }


def _criteria() -> list[dict[str, Any]]:
    return [
        {
            "number": "I1",
            "kind": "inclusion",
            "text": "Age above 18 years",
            "rule": {"test": "age_above", "item": "history.born_on", "years": 18},
            "source": "plan",
        },
        {
            "number": "I2",
            "kind": "inclusion",
            "text": "WHO performance status 0 to 2, and bilirubin known",
            "rule": {
                "test": "all",
                "rules": [
                    {"test": "at_most", "item": "history.performance@screening", "value": 2},
                    {"test": "stated", "item": "history.bilirubin"},
                ],
            },
            "informed_by": [
                {
                    "text": "Bilirubin rose by more than half in two weeks",
                    "rule": {
                        "test": "rise_above",
                        "item": "history.bilirubin",
                        "percent": 50,
                        "days": 14,
                    },
                    "source": "plan",
                }
            ],
            "source": "plan",
        },
        {
            "number": "E1",
            "kind": "exclusion",
            "text": "Pregnancy or breast feeding",
            "rule": {"test": "one_of", "item": "history.pregnancy", "values": ["yes", "feeding"]},
            "source": "plan",
        },
    ]


def _events() -> list[dict[str, Any]]:
    return [
        {
            "name": "screening",
            "title": "Screening",
            "happened": "history.visited_on",
            "forms": ["history"],
            "due": _due("injection", -14, 14, 13),
            "source": "plan",
        },
        {
            "name": "injection",
            "title": "Injection of 18F-FES",
            "happened": "injection.injected_at",
            "forms": ["injection"],
            "tracer": "18F-FES",
            "source": "plan",
        },
        {
            "name": "scan",
            "title": "FES-PET",
            "happened": "scan.scan_started_at",
            "forms": ["scan"],
            "due": _due("injection", 0, 0, 0),
            "tracer": "18F-FES",
            "source": "plan",
        },
        {
            "name": "therapy",
            "title": "Start of therapy",
            "happened": "history.visited_on",
            "forms": ["history"],
            "due": _due("scan", 7, 6, 7),
            "day_one": True,
            "source": "plan",
        },
    ]


def _due(anchor: str, offset: int, before: int, after: int) -> dict[str, Any]:
    return {
        "anchor": anchor,
        "offset": figure(offset, "d"),
        "before": figure(before, "d"),
        "after": figure(after, "d"),
    }


def _conflict() -> dict[str, Any]:
    return {
        "name": "fes_before_therapy",
        "text": "A blocker of the oestrogen receptor hides it from FES.",
        "earlier": {
            "item": "history.blocker_stopped_on",
            "where": "history.blocker",
            "values": ["tamoxifen"],
        },
        "since": {
            "item": "history.blocker_started_on",
            "where": "history.blocker",
            "values": ["tamoxifen"],
        },
        "later": {"item": "injection.injected_at"},
        "gap": figure(6, "wk", "unconfirmed"),
        "effect": "warn",
    }


def _code_lists() -> list[dict[str, Any]]:
    return [
        _codes("tracers", "Tracers", ("18F-FES", "18F-FES")),
        _codes("pregnancy", "Pregnancy", ("no", "No"), ("yes", "Yes"), ("feeding", "Feeding")),
        _codes("blockers", "Blockers", ("tamoxifen", "Tamoxifen"), ("none", "None")),
    ]


def _codes(name: str, title: str, *codes: tuple[str, str]) -> dict[str, Any]:
    return {
        "name": name,
        "title": title,
        "codes": [{"code": code, "title": text} for code, text in codes],
        "source": "plan",
    }


def _history() -> dict[str, Any]:
    return {
        "name": "history",
        "title": "Visit and history",
        "kind": "finding",
        "group": "clinical",
        "source": "plan",
        "items": [
            _item("visited_on", "Day of the visit", "date", required="always"),
            _item("born_on", "Date of birth", "date", personal=True),
            _item(
                "performance",
                "WHO performance status",
                "integer",
                minimum=figure(0, "1"),
                maximum=figure(5, "1"),
            ),
            _item("bilirubin", "Bilirubin", "number", unit="umol/L", minimum=figure(0, "umol/L")),
            _item("pregnancy", "Pregnant or breast feeding", "code", codes="pregnancy"),
            _item("blocker", "Blocker of the oestrogen receptor", "code", codes="blockers"),
            _item("blocker_started_on", "First day of the blocker", "date"),
            _item(
                "blocker_stopped_on",
                "Last day of the blocker",
                "date",
                required={"test": "one_of", "item": "history.blocker", "values": ["tamoxifen"]},
            ),
            _item("remark", "Remark", "text"),
        ],
    }


def _injection() -> dict[str, Any]:
    return {
        "name": "injection",
        "title": "Injection",
        "kind": "administration",
        "group": "imaging",
        "source": "plan",
        "items": [
            _item("tracer", "Tracer", "code", codes="tracers", required="always"),
            _item("activity_mbq", "Activity", "number", unit="MBq", minimum=figure(0, "MBq")),
            _item("measured_at", "Activity measured at", "moment"),
            _item("residual_mbq", "Residual activity", "number", unit="MBq"),
            _item("residual_at", "Residual measured at", "moment"),
            _item("injected_at", "Injected at", "moment", required="always"),
            _item("batch", "Batch", "label"),
            _item("weight_kg", "Body weight", "number", unit="kg", minimum=figure(1, "kg")),
        ],
    }


def _scan() -> dict[str, Any]:
    return {
        "name": "scan",
        "title": "PET scan",
        "kind": "series",
        "group": "imaging",
        "repeats": True,
        "source": "plan",
        "items": [
            _item("scan_started_at", "Scan started at", "moment", required="always"),
            _item("scan_ended_at", "Scan ended at", "moment"),
            _item("tracer", "Tracer", "code", codes="tracers"),
            _item("corrected", "Corrected for attenuation", "boolean", group="clinical"),
        ],
    }


def _item(name: str, title: str, kind: str, **more: object) -> dict[str, Any]:
    return {"name": name, "title": title, "type": kind, **more}


def _reading() -> dict[str, Any]:
    return {
        "tracer": "18F-FES",
        "level": "lesion",
        "scale": [
            {"code": "1", "title": "No uptake above background", "verdict": "negative"},
            {"code": "2", "title": "Uptake above background", "verdict": "positive"},
        ],
        "thresholds": [
            {
                "name": "low",
                "measure": "SUVmax",
                "figure": figure(1.5, "g/mL"),
                "population": "nobody",
                "excluded_organs": ["liver"],
                "default": True,
            }
        ],
        "readers": figure(2, "1"),
        "source": "plan",
    }


def _response() -> dict[str, Any]:
    return {
        "name": "recist",
        "title": "RECIST 1.1",
        "level": "subject",
        "figures": {"progression": figure(20, "%"), "partial_response": figure(30, "%")},
        "source": "plan",
    }


def _outcomes() -> list[dict[str, Any]]:
    return [
        {
            "name": "uptake",
            "kind": "primary",
            "title": "Uptake",
            "time_frame": "one day",
            "text": "Uptake of FES in each lesion.",
            "source": "plan",
        },
        {
            "name": "survival",
            "kind": "secondary",
            "title": "Survival",
            "time_frame": "one year",
            "text": "Time to death.",
            "source": "plan",
        },
    ]
