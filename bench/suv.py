"""SUV as scripts usually compute it: one header, the series time, no questions asked."""

import math
from datetime import datetime

__all__ = ["factor"]


def factor(
    weight_kg: float, injected_bq: float, half_life_s: float, injected: str, started: str
) -> float:
    """Return SUVbw per Bq/mL; the moments are ``YYYYMMDDHHMMSS`` and a fraction."""
    elapsed = _moment(started) - _moment(injected)
    left = injected_bq * math.exp2(-elapsed.total_seconds() / half_life_s)
    return 1000.0 * weight_kg / left


def _moment(text: str) -> datetime:
    return datetime.strptime(text[:14], "%Y%m%d%H%M%S")  # noqa: DTZ007  DICOM states local time
