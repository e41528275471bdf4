"""Values that could stand in the forms of a trial: right in type, unit, limits and order of days.

They are drawn, not found: only their number, their shapes and their lengths matter here.
"""

import random
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from petrial.protocol.forms import Item, ItemType
from petrial.protocol.model import Protocol

__all__ = ["value_of"]

_ZONE: Final = ZoneInfo("Europe/Amsterdam")
_NUMBERS: Final = {
    "height_cm": (150, 185, 0),
    "symptom_worsening": (-20, 40, 0),
    "who_performance_status": (0, 2, 0),
    "haemoglobin": (6.4, 9.2, 1),
    "leukocytes": (3, 11, 1),
    "platelets": (120, 420, 0),
    "asat": (12, 90, 0),
    "alat": (9, 95, 0),
    "alkaline_phosphatase": (40, 320, 0),
    "gamma_gt": (12, 240, 0),
    "ldh": (120, 520, 0),
    "bilirubin": (4, 19, 1),
    "creatinine": (45, 110, 0),
    "calcium": (2.1, 2.6, 2),
    "ca_15_3": (8, 900, 1),
    "dose": (1, 500, 0),
    "activity_mbq": (180, 220, 1),
    "residual_mbq": (0.5, 6, 2),
    "weight_kg": (48, 104, 1),
    "glucose": (4, 9, 1),
    "suv_max": (1.5, 24, 2),
    "suv_peak": (1.2, 18, 2),
    "suv_mean": (0.9, 12, 2),
    "freezer_temperature": (-82, -76, 0),
    "transport_temperature": (-80, 8, 0),
    "integrity": (4, 10, 1),
    "diameter": (6, 84, 0),
    "amount": (1, 9, 0),
}
"""Least, most and decimals; an item that is not here lies in the lowest hundredth of its limits."""
_DAYS_AFTER: Final = {"sent_on": 2, "received_on": 3, "analysed_on": 9, "reported_on": 6}
_DAYS_AFTER_UP_TO: Final = {"stopped_on": 200, "ended_on": 20}
_MINUTES_AFTER: Final = {
    "measured_at": 0,
    "injected_at": 14,
    "residual_at": 19,
    "scan_started_at": 75,
    "scan_ended_at": 103,
    "spun_at": 40,
    "fixed_at": 12,
    "frozen_at": 55,
    "reported_at": 480,
}
_CHOSEN: Final = {
    "variant": ("ESR1 D538G", "ESR1 Y537S", "PIK3CA H1047R"),
    "term": ("nausea", "fatigue", "neutropenia", "hot flushes", "rash"),
}
_HASH_BITS: Final = 256
_UID_BITS: Final = 122
_NUMBER_BITS: Final = 33
_SENTENCES: Final = """
patient reports less pain in the left hip since the last visit and walks without a stick
lesion in segment seven cannot be told from physiological uptake of the liver please compare
with the earlier scan results were discussed at the meeting of 10:30 café über naïve
"""
_WORDS: Final = tuple(_SENTENCES.split())
_OLDEST, _YOUNGEST = date(1935, 1, 1), date(1985, 1, 1)


def value_of(item: Item, day: date, protocol: Protocol, rng: random.Random) -> str:
    """Return the text of a value of an item on a day, as people enter it."""
    if item.type is ItemType.CODE:
        listed = protocol.code_list(item.codes or "")
        return "" if listed is None else rng.choice(listed.codes).code
    return _MADE[item.type](item, day, rng)


def _number(item: Item, _day: date, rng: random.Random) -> str:
    low = 0.0 if item.minimum is None else item.minimum.value
    high = 100.0 if item.maximum is None else item.maximum.value
    whole = item.type is ItemType.INTEGER
    if high - low > 100.0:  # noqa: PLR2004  a limit that only keeps slips of the pen out
        high = low + (high - low) / 100.0
    low, high, decimals = _NUMBERS.get(item.name, (low, high, 0 if whole else 1))
    if whole or not decimals:
        return str(rng.randint(round(low), round(high)))
    return f"{rng.uniform(low, high):.{decimals}f}"


def _date(item: Item, day: date, rng: random.Random) -> str:
    if item.name == "date_of_birth":
        born = _OLDEST + timedelta(days=rng.randrange((_YOUNGEST - _OLDEST).days))
        return born.isoformat()
    after = _DAYS_AFTER.get(item.name, 0)
    if item.name in _DAYS_AFTER_UP_TO:
        after = rng.randint(1, _DAYS_AFTER_UP_TO[item.name])
    return (day + timedelta(days=after)).isoformat()


def _moment(item: Item, day: date, _rng: random.Random) -> str:
    minute = 9 * 60 + _MINUTES_AFTER.get(item.name, 0)
    return datetime.combine(day, time(minute // 60, minute % 60), _ZONE).isoformat()


def _label(item: Item, _day: date, rng: random.Random) -> str:
    if item.name.endswith("_uid"):
        return f"2.25.{rng.getrandbits(_UID_BITS)}"
    if item.name == "file_hash":
        return f"{rng.getrandbits(_HASH_BITS):064x}"
    if item.name in _CHOSEN:
        return rng.choice(_CHOSEN[item.name])
    return f"{item.name} {rng.randint(1, 40)}"


def _text(item: Item, _day: date, rng: random.Random) -> str:
    if item.name == "hospital_number":
        return f"{rng.getrandbits(_NUMBER_BITS):010}"
    return " ".join(rng.choices(_WORDS, k=2 if item.personal else rng.randint(8, 40)))


def _boolean(_item: Item, _day: date, rng: random.Random) -> str:
    return rng.choice(("yes", "no"))


_MADE: Final[dict[ItemType, Callable[[Item, date, random.Random], str]]] = {
    ItemType.INTEGER: _number,
    ItemType.NUMBER: _number,
    ItemType.DATE: _date,
    ItemType.MOMENT: _moment,
    ItemType.LABEL: _label,
    ItemType.TEXT: _text,
    ItemType.BOOLEAN: _boolean,
}
