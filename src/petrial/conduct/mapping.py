"""How the columns of somebody's file become items of the protocol: what a map file may say.

Nothing is guessed: a column that is neither used nor listed under ``ignore`` is refused, a date
that is not ISO needs its format, a time without offset needs its time zone, a number in another
unit needs its factor.
"""

from decimal import Decimal
from typing import Annotated, Final, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, PositiveInt, model_validator

from petrial.protocol.figures import Frozen
from petrial.protocol.rules import ItemPath
from petrial.subjects.facts import Absent

__all__ = ["FORMAT", "TODO", "ColumnMap", "Long", "Mapping", "Source"]

FORMAT: Final = 1
"""Version of the structure of a map file."""

TODO: Final = "TODO"
"""Stands in a drafted map where a person must decide; a map that holds it cannot be loaded."""

_DIRECTIVES: Final = frozenset("dmYbHMSz")
_DAY: Final = (frozenset("dmY"), frozenset("dbY"))


def _one_or_more(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _date_formats(formats: tuple[str, ...]) -> tuple[str, ...]:
    for text in formats:
        parts = text.replace("%%", "").split("%")[1:]
        found = [part[:1] for part in parts]
        wrong = sorted({letter for letter in found if letter not in _DIRECTIVES})
        if wrong or len(found) != len(set(found)):
            message = (
                f"{text} may use each of %d %m %b %Y %H %M %S %z once, and no other: "
                "a year of two digits would be a guess"
            )
            raise ValueError(message)
        if frozenset(found) & frozenset("dmbY") not in _DAY:
            message = f"{text} must name the day, the month and the year: such as %d-%m-%Y"
            raise ValueError(message)
    return formats


DateFormats = Annotated[
    tuple[str, ...],
    BeforeValidator(_one_or_more),
    AfterValidator(_date_formats),
    Field(description="formats of date and time, such as %d-%m-%Y"),
]
Texts = Annotated[tuple[str, ...], BeforeValidator(_one_or_more)]
Decimals = Annotated[str, Field(pattern=r"^[.,]$")]


class Source(Frozen):
    """Where a row says its subject, event, repeat or moment: in a column, or the same for all.

    Attributes
    ----------
    column
        Name of a column of the file.
    constant
        One text for every row, in place of a column.
    values
        What the texts of the column mean; a text that is not listed is refused. Without it they
        are taken as they are.
    dates
        Formats, where it is a day or a moment and not ISO.
    """

    column: str | None = None
    constant: str | None = None
    values: dict[str, str] = Field(default_factory=dict)
    dates: DateFormats = ()

    @model_validator(mode="after")
    def _either(self) -> Self:
        if (self.column is None) == (self.constant is None):
            message = "give a column or a constant, and not both"
            raise ValueError(message)
        return self


class ColumnMap(Frozen):
    """Where the texts of one column go, and how they are written.

    Attributes
    ----------
    to
        ``form.item``, or ``form.item@event`` where the row does not name the event.
    time
        Another column that holds the time of day to this column's date.
    event_repeat, form_repeat
        Which repeat, where the row does not say it.
    unit
        Unit of the numbers where it is not the protocol's; needs a factor in ``conversions``.
    dates
        Formats, where a day or a moment is not ISO.
    decimal
        The decimal sign.
    codes
        What the texts mean, by text; one that is not listed is refused.
    missing
        Texts that say why there is no value.
    nothing
        Texts that state nothing, as an empty cell does.
    observed
        Where the row says when it was observed, for this column.
    """

    to: ItemPath
    time: str | None = None
    event_repeat: PositiveInt | None = None
    form_repeat: PositiveInt | None = None
    unit: str = ""
    dates: DateFormats = ()
    decimal: Decimals | None = None
    codes: dict[str, str] = Field(default_factory=dict)
    missing: dict[str, Absent] = Field(default_factory=dict)
    nothing: Texts = ()
    observed: Source | None = None


class Long(Frozen):
    """Layout of one value a row: which columns name the item, and which holds its value.

    Attributes
    ----------
    key
        Columns whose texts, joined by a point, are a key of ``columns``.
    value
        Column of the values.
    unit
        Column of the units of the values.
    absent
        Column of reasons why there is no value, in petrial's words.
    """

    key: Annotated[Texts, Field(min_length=1)]
    value: str
    unit: str | None = None
    absent: str | None = None


def _column(value: object) -> object:
    return {"to": value} if isinstance(value, str) else value


class Mapping(Frozen):
    """A map file: which column goes to which item, and how its texts are to be read.

    Attributes
    ----------
    format
        Version of the structure of this file.
    delimiter, sheet
        Of a CSV file the sign between its fields; of a workbook the name of the sheet.
    subject, event, event_repeat, form_repeat, observed
        Where each row says them.
    time_zone
        IANA name of the zone of times without offset, such as ``Europe/Amsterdam``.
    dates, decimal, missing, nothing
        As in ``ColumnMap``, for all columns that do not say otherwise.
    conversions
        By item, by the unit in the file: the factor to the unit of the protocol.
    long
        Layout of one value a row; None for one column an item.
    same_names
        Whether columns (keys, in the long layout) named ``form.item`` go there without an entry.
    columns
        By name of the column; in the long layout by key.
    ignore
        Columns (keys, in the long layout) that are left out.

    Examples
    --------
    >>> Mapping.model_validate({
    ...     "format": 1, "subject": {"column": "patient"}, "event": {"constant": "screening"},
    ...     "columns": {"asat": "laboratory.asat"},
    ... }).columns["asat"].to
    'laboratory.asat'
    """

    format: Annotated[int, Field(ge=FORMAT, le=FORMAT)]
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    sheet: str = ""
    subject: Source
    event: Source | None = None
    event_repeat: Source = Source(constant="1")
    form_repeat: Source = Source(constant="1")
    observed: Source | None = None
    time_zone: str = ""
    dates: DateFormats = ()
    decimal: Decimals = "."
    missing: dict[str, Absent] = Field(default_factory=dict)
    nothing: Texts = ()
    conversions: dict[ItemPath, dict[str, Decimal]] = Field(default_factory=dict)
    long: Long | None = None
    same_names: bool = False
    columns: dict[str, Annotated[ColumnMap, BeforeValidator(_column)]] = Field(default_factory=dict)
    ignore: Texts = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.time_zone:
            try:
                ZoneInfo(self.time_zone)
            except (KeyError, OSError, ValueError) as error:
                message = f"{self.time_zone} is no IANA time zone, such as Europe/Amsterdam"
                raise ValueError(message) from error
        both = sorted(set(self.ignore) & (set(self.columns) | self._structure()))
        if both:
            message = f"{both[0]} is used and ignored"
            raise ValueError(message)
        factors = [f for by_unit in self.conversions.values() for f in by_unit.values()]
        if not all(factor.is_finite() and factor > 0 for factor in factors):
            message = "a factor of conversions must be a number above 0"
            raise ValueError(message)
        return self

    def _structure(self) -> set[str]:
        sources = (self.subject, self.event, self.event_repeat, self.form_repeat, self.observed)
        named = {source.column for source in sources if source is not None and source.column}
        for column in self.columns.values():
            if column.time:
                named.add(column.time)
            if column.observed is not None and column.observed.column:
                named.add(column.observed.column)
        return named

    @property
    def used(self) -> frozenset[str]:
        """Names of all columns of the file that it uses, those of keys and values among them."""
        names = self._structure()
        if self.long is None:
            names |= set(self.columns)
        else:
            named = (*self.long.key, self.long.value, self.long.unit, self.long.absent)
            names |= {name for name in named if name}
        return frozenset(names)
