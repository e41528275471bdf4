"""What people state beside the header: the administration record, and assumptions by name."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from petrial.vocabulary.errors import RecordError
from petrial.vocabulary.nuclides import NUCLIDES, nuclide_of

__all__ = [
    "ASSUMABLE",
    "PLAUSIBLE_CM",
    "PLAUSIBLE_KG",
    "PLAUSIBLE_MBQ",
    "AdministrationRecord",
    "Assumable",
    "Assumptions",
    "Sex",
    "parse_moment",
]


class Sex(StrEnum):
    """Sex as the lean-mass formulas need it; ``MEAN`` takes the mean of both formulas."""

    FEMALE = "F"
    MALE = "M"
    MEAN = "mean"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdministrationRecord:
    """What the dose sheet and the scale say. Each statement is optional; what stands, rules.

    Attributes
    ----------
    origin
        The name of the record, for messages and provenance.
    series_uid, study_uid
        To which series or study the record belongs, where it says so.
    tracer, nuclide
        Name of the tracer; symbol of the nuclide.
    activity_becquerel, activity_measured_at
        Activity in the syringe and the moment for which it is stated.
    residual_becquerel, residual_measured_at
        What was left in syringe and line, and the moment for which it is stated.
    injected_at
        Moment of injection.
    weight_kilogram, height_metre, sex
        The patient on the day.
    """

    origin: str
    series_uid: str | None = None
    study_uid: str | None = None
    tracer: str | None = None
    nuclide: str | None = None
    activity_becquerel: float | None = None
    activity_measured_at: datetime | None = None
    residual_becquerel: float | None = None
    residual_measured_at: datetime | None = None
    injected_at: datetime | None = None
    weight_kilogram: float | None = None
    height_metre: float | None = None
    sex: Sex | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What the user decided with ``--assume``; each is printed wherever it was used."""

    tracer: str | None = None
    nuclide: str | None = None
    half_life_second: float | None = None
    activity_becquerel: float | None = None
    injected_at: datetime | None = None
    weight_kilogram: float | None = None
    height_metre: float | None = None
    sex: Sex | None = None
    units: str | None = None
    suv_type: str | None = None
    decay_correction: str | None = None
    reference_moment: datetime | None = None
    attenuation_corrected: bool | None = None
    utc_offset: timedelta | None = None

    @classmethod
    def parse(cls, statements: Iterable[str]) -> "Assumptions":
        """Return the assumptions of ``FIELD=VALUE`` statements.

        Raises
        ------
        RecordError
            A statement has no ``=``, names no known field, has an impossible value, or a field
            comes twice.

        Examples
        --------
        >>> Assumptions.parse(["weight_kg=71", "sex=mean"]).weight_kilogram
        71.0
        """
        found: dict[str, object] = {}
        for statement in statements:
            name, equals, text = statement.partition("=")
            field = ASSUMABLE.get(name.strip())
            if not equals or field is None:
                raise RecordError(
                    where="--assume",
                    field=name or "FIELD=VALUE",
                    got=statement,
                    wanted="FIELD=VALUE with one of " + ", ".join(ASSUMABLE),
                    do="name the field that the refusal asks for",
                )
            if field.attribute in found:
                raise RecordError(
                    where="--assume",
                    field=name,
                    got=statement,
                    wanted="each field once",
                    do="leave one of the two out",
                )
            try:
                found[field.attribute] = field.parse(text.strip())
            except ValueError as error:
                raise RecordError(
                    where="--assume",
                    field=name,
                    got=text,
                    wanted=field.wanted,
                    do="write the value in that form",
                ) from error
        return cls(**found)  # type: ignore[arg-type]  # each parser returns its field's type

    @property
    def stated(self) -> tuple[str, ...]:
        """The names of the attributes that were assumed."""
        return tuple(f.name for f in fields(self) if getattr(self, f.name) is not None)


@dataclass(frozen=True, slots=True)
class Assumable:
    """A field that ``--assume`` takes: where it goes, how its text is read, what is wanted."""

    attribute: str
    parse: Callable[[str], object]
    wanted: str


def parse_moment(text: str) -> datetime:
    """Return the moment of an ISO 8601 date and time; a date alone is refused.

    >>> parse_moment("2020-01-01T23:30")
    datetime.datetime(2020, 1, 1, 23, 30)
    """
    if "T" not in text and " " not in text.strip():
        message = "a date without a time"
        raise ValueError(message)
    return datetime.fromisoformat(text)


def _number(low: float, high: float, factor: float = 1.0) -> Callable[[str], float]:
    def parse(text: str) -> float:
        value = float(text)
        if not low <= value <= high:
            raise ValueError(text)
        return value * factor

    return parse


def _one_of(*words: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text.upper() not in words:
            raise ValueError(text)
        return text.upper()

    return parse


def _symbol(text: str) -> str:
    nuclide = nuclide_of(text)
    if nuclide is None:
        raise ValueError(text)
    return nuclide.symbol


def _yes_or_no(text: str) -> bool:
    return _one_of("YES", "NO")(text) == "YES"


def _sex(text: str) -> Sex:
    return Sex(text.lower() if text.lower() == "mean" else text.upper())


def _offset(text: str) -> timedelta:
    moment = datetime.fromisoformat(f"2000-01-01T00:00:00{text}")
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError(text)
    return offset


PLAUSIBLE_KG: Final = (0.2, 700.0)
PLAUSIBLE_CM: Final = (20.0, 280.0)
PLAUSIBLE_MBQ: Final = (0.001, 1e5)
"""What a person may state, wide enough for every patient and every nuclide: beyond it stands a
number in another unit."""

UNITS: Final = ("BQML", "GML", "CM2ML", "CNTS", "CPS", "PROPCNTS", "PROPCPS", "1CM")
SUV_TYPES: Final = ("BW", "LBM", "LBMJAMES128", "LBMJANMA", "IBW", "BSA")
DECAY_CORRECTIONS: Final = ("ADMIN", "START", "NONE")
_MOMENT: Final = "date and time, such as 2020-01-01T10:30:00 or 2020-01-01T10:30:00+01:00"

ASSUMABLE: Final[dict[str, Assumable]] = {
    "tracer": Assumable("tracer", str, "the name of a tracer, such as 18F-FDG"),
    "nuclide": Assumable("nuclide", _symbol, "one of " + ", ".join(NUCLIDES)),
    "half_life_s": Assumable(
        "half_life_second", _number(10.0, 1e7), "a half-life of 10 to 10 000 000 s"
    ),
    "activity_mbq": Assumable(
        "activity_becquerel",
        _number(*PLAUSIBLE_MBQ, 1e6),
        "the injected activity at injection, {:g} to {:g} MBq".format(*PLAUSIBLE_MBQ),
    ),
    "injected_at": Assumable("injected_at", parse_moment, _MOMENT),
    "weight_kg": Assumable(
        "weight_kilogram",
        _number(*PLAUSIBLE_KG),
        "a body weight of {:g} to {:g} kg".format(*PLAUSIBLE_KG),
    ),
    "height_cm": Assumable(
        "height_metre",
        _number(*PLAUSIBLE_CM, 0.01),
        "a body height of {:g} to {:g} cm".format(*PLAUSIBLE_CM),
    ),
    "sex": Assumable("sex", _sex, "F, M or mean"),
    "units": Assumable("units", _one_of(*UNITS), "one of " + ", ".join(UNITS)),
    "suv_type": Assumable("suv_type", _one_of(*SUV_TYPES), "one of " + ", ".join(SUV_TYPES)),
    "decay_correction": Assumable(
        "decay_correction", _one_of(*DECAY_CORRECTIONS), "ADMIN, START or NONE"
    ),
    "reference_moment": Assumable("reference_moment", parse_moment, _MOMENT),
    "attenuation_corrected": Assumable("attenuation_corrected", _yes_or_no, "yes or no"),
    "utc_offset": Assumable("utc_offset", _offset, "an offset such as +01:00"),
}
"""Every field of ``--assume``, in the order in which the documents list them."""
