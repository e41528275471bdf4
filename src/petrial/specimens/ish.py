"""In-situ hybridisation of HER2: signals counted, or the averages that a report states."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from petrial.vocabulary.errors import FieldError

__all__ = ["Band", "DualProbe", "SingleProbe"]


@dataclass(frozen=True, slots=True)
class Band:
    """A range of numbers; None is open. The low end belongs to it unless said, the high end not."""

    low: Fraction | None = None
    high: Fraction | None = None
    low_in: bool = True
    high_in: bool = False

    @property
    def unbounded(self) -> bool:
        """Whether every number, also an unknown one, lies in it."""
        return self.low is None and self.high is None

    def holds(self, number: Fraction) -> bool:
        """Return whether the number lies in the band.

        >>> Band(Fraction(4), Fraction(6)).holds(Fraction(4)), Band(high=Fraction(6)).holds(6)
        (True, False)
        """
        above = self.low is None or number > self.low or (self.low_in and number == self.low)
        below = self.high is None or number < self.high or (self.high_in and number == self.high)
        return above and below

    def __str__(self) -> str:
        """Return it as people write it."""
        parts = []
        if self.low is not None:
            parts.append(f"{'>=' if self.low_in else '>'} {float(self.low)}")
        if self.high is not None:
            parts.append(f"{'<=' if self.high_in else '<'} {float(self.high)}")
        return " and ".join(parts) or "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class DualProbe:
    """HER2 and CEP17 signals in so many cells; numbers are exact, so that 2.0 is exactly 2.0.

    Make one with ``counted`` or ``stated``.

    Attributes
    ----------
    ratio
        HER2 signals per CEP17 signal.
    copies
        HER2 signals per cell; None where the report does not state it.
    cells
        Number of cells counted; None where the report does not state it.
    her2_signals, cep17_signals
        The raw counts, where they are known.
    """

    ratio: Fraction
    copies: Fraction | None
    cells: int | None
    her2_signals: int | None = None
    cep17_signals: int | None = None

    @classmethod
    def counted(cls, *, her2_signals: int, cep17_signals: int, cells: int) -> "DualProbe":
        """Return the averages of raw counts, which are kept.

        Raises
        ------
        FieldError
            When a count is negative, or cells or CEP17 signals are none.

        Examples
        --------
        >>> probe = DualProbe.counted(her2_signals=120, cep17_signals=60, cells=30)
        >>> float(probe.ratio), float(probe.copies)
        (2.0, 4.0)
        """
        _at_least(her2_signals, 0, "HER2 signals")
        _at_least(cep17_signals, 1, "CEP17 signals")
        _at_least(cells, 1, "cells counted")
        return cls(
            ratio=Fraction(her2_signals, cep17_signals),
            copies=Fraction(her2_signals, cells),
            cells=cells,
            her2_signals=her2_signals,
            cep17_signals=cep17_signals,
        )

    @classmethod
    def stated(cls, *, ratio: str, copies: str | None, cells: int | None) -> "DualProbe":
        """Return what a report states, numbers as written there.

        Raises
        ------
        FieldError
            When a number is none, or negative.

        Examples
        --------
        >>> DualProbe.stated(ratio="2.1", copies="3.9", cells=20).ratio
        Fraction(21, 10)
        """
        if cells is not None:
            _at_least(cells, 1, "cells counted")
        return cls(
            ratio=_exact(ratio, "HER2/CEP17 ratio"),
            copies=None if copies is None else _exact(copies, "HER2 copies per cell"),
            cells=cells,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleProbe:
    """HER2 signals alone in so many cells; see ``DualProbe``."""

    copies: Fraction
    cells: int | None
    her2_signals: int | None = None

    @classmethod
    def counted(cls, *, her2_signals: int, cells: int) -> "SingleProbe":
        """Return the average of raw counts, which are kept.

        Raises
        ------
        FieldError
            When a count is negative, or there are no cells.

        Examples
        --------
        >>> float(SingleProbe.counted(her2_signals=120, cells=20).copies)
        6.0
        """
        _at_least(her2_signals, 0, "HER2 signals")
        _at_least(cells, 1, "cells counted")
        return cls(
            copies=Fraction(her2_signals, cells),
            cells=cells,
            her2_signals=her2_signals,
        )

    @classmethod
    def stated(cls, *, copies: str, cells: int | None) -> "SingleProbe":
        """Return what a report states, the number as written there.

        Raises
        ------
        FieldError
            When the number is none, or negative.

        Examples
        --------
        >>> float(SingleProbe.stated(copies="5.9", cells=20).copies)
        5.9
        """
        if cells is not None:
            _at_least(cells, 1, "cells counted")
        return cls(copies=_exact(copies, "HER2 copies per cell"), cells=cells)


def _at_least(count: int, least: int, field: str) -> None:
    if count < least:
        raise FieldError(
            where="ISH",
            field=field,
            got=count,
            wanted=f"a whole number, {least} or more",
            do="correct it after the pathology report",
        )


def _exact(text: str, field: str) -> Fraction:
    """Return the number that the text states, exactly."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite() or number < 0:
        raise FieldError(
            where="ISH",
            field=field,
            got=text,
            wanted="a number, 0 or more, with a decimal point",
            do="enter it as the pathology report states it",
        )
    return Fraction(number)
