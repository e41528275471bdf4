"""When each form of IMPACT-MBC is filled in over ten years, and how often at one event."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

__all__ = ["Filled", "filled_forms"]

_YEAR_DAYS: Final = 365.25


@dataclass(frozen=True, slots=True)
class _Occasion:
    """An event: its first day after screening, how often it comes, and its forms.

    ``every`` is in days, 0 for an event that comes once; ``times`` bounds the repeats.
    """

    event: str
    day: int
    forms: dict[str, int]
    every: int = 0
    times: int = 1000


@dataclass(frozen=True, slots=True)
class Filled:
    """One form filled in at one event on one day."""

    event: str
    event_repeat: int
    form: str
    form_repeat: int
    day: date


_QUALITY: Final = {"qlq_c30": 1, "qlq_br23": 1, "eq5d_5l": 1}
_SCANNED: Final = {"administration": 1, "scan": 2}
_OCCASIONS: Final = (
    _Occasion("screening", 0, {"demographics": 1, "eligibility": 1, "laboratory": 2}),
    _Occasion("treatment", 0, {"medication": 1}, every=280),
    _Occasion("ct", 1, {"scan": 2}),
    _Occasion("fdg_pet", 2, {**_SCANNED, "fdg_read": 8}),
    _Occasion("bone_scintigraphy", 4, {"administration": 1, "scan": 1, "bone_read": 6}),
    _Occasion("biopsy", 7, {"tissue": 2, "pathology": 2, "rna": 1, "mirna": 1}),
    _Occasion("primary_block", 9, {"block": 1, "pathology": 2}),
    _Occasion("fes_injection", 11, {"fes_preparation": 1, "laboratory": 1, "administration": 1}),
    _Occasion("fes_scan", 11, {"scan": 2, "fes_read": 10}),
    _Occasion(
        "baseline_blood",
        11,
        {"blood_sample": 4, "laboratory": 1, "ctc": 1, "ctdna": 3, "mirna": 1, "peptides": 1},
    ),
    _Occasion("her2_injection", 12, {"administration": 1}),
    _Occasion("her2_scan", 16, {"scan": 2, "her2_read": 10}),
    _Occasion("therapy_choice", 17, {"intended_therapy": 1}),
    _Occasion("therapy_start", 18, {"medication": 2}),
    _Occasion("qol_before_biopsy", 6, _QUALITY),
    _Occasion("qol_after_biopsy", 14, _QUALITY),
    _Occasion("qol_after_imaging", 17, _QUALITY),
    _Occasion("qol_before_therapy", 18, _QUALITY),
    _Occasion("early_fdg", 32, {**_SCANNED, "early_fdg_read": 10}),
    _Occasion("early_blood", 32, {"blood_sample": 2, "laboratory": 1, "ctdna": 3}),
    _Occasion(
        "response_assessment", 74, {"scan": 2, "recist": 8, "response": 1, "metastasis_response": 8}
    ),
    _Occasion(
        "response_blood",
        74,
        {"blood_sample": 2, "laboratory": 1, "ctc": 1, "ctdna": 3, "peptides": 1},
    ),
    _Occasion("dna_analysis", 40, {"dna": 1}, every=700),
    _Occasion("qol_during_therapy", 46, _QUALITY, every=84, times=11),
    _Occasion(
        "follow_up",
        158,
        {"progression": 1, "scan": 1, "recist": 3, "response": 1, "survival_status": 1},
        every=84,
    ),
    _Occasion("survival", 200, {"survival_status": 1}, every=182),
    _Occasion("adverse_events", 20, {"adverse_event": 1}, every=230),
    _Occasion("resource_use", 5, {"resource": 1}, every=90),
)


def filled_forms(screened: date, years: float) -> Iterator[Filled]:
    """Yield the forms of a subject who was screened on a day, in the order of their days.

    Events and forms are those of the built-in protocol; the numbers of lesions, samples and
    repeats are chosen so that ten years of 217 subjects make about a million values.
    """
    last = round(years * _YEAR_DAYS)
    found: list[Filled] = []
    for occasion in _OCCASIONS:
        days = range(occasion.day, last + 1, occasion.every or last + 1)
        for event_repeat, after in enumerate(days[: occasion.times], 1):
            day = screened + timedelta(days=after)
            found += [
                Filled(occasion.event, event_repeat, form, form_repeat, day)
                for form, count in occasion.forms.items()
                for form_repeat in range(1, count + 1)
            ]
    yield from sorted(found, key=lambda filled: filled.day)
