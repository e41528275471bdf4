"""Numbers of a protocol: each has a unit and a source, or the word unconfirmed."""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["UNCONFIRMED", "Figure", "Frozen", "Name", "Sentence"]

UNCONFIRMED: Final = "unconfirmed"
"""The source of a number that nobody has confirmed yet."""

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
"""A name in code, database and page: lower case, digits, underscores."""

Sentence = Annotated[str, Field(min_length=1)]


class Frozen(BaseModel):
    """A part of a protocol: no unknown keys, never changed after it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Figure(Frozen):
    """A number with its unit and where it comes from.

    Attributes
    ----------
    value
        The number.
    unit
        UCUM unit, such as ``MBq``, ``d``, ``%``; ``1`` for a bare number.
    source
        A key of the protocol's ``sources``, or ``unconfirmed``.
    note
        What a reader should know beside it.

    Examples
    --------
    >>> str(Figure(value=200, unit="MBq", source="record"))
    '200 MBq'
    >>> Figure(value=1, unit="d", source="unconfirmed").confirmed
    False
    """

    value: Annotated[float, Field(allow_inf_nan=False)]
    unit: Annotated[str, Field(min_length=1)]
    source: Annotated[str, Field(min_length=1)]
    note: str = ""

    @property
    def confirmed(self) -> bool:
        """Whether a source stands behind it."""
        return self.source != UNCONFIRMED

    def __str__(self) -> str:
        """Return number and unit."""
        number = f"{self.value:g}"
        return number if self.unit == "1" else f"{number} {self.unit}"
