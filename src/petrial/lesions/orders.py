"""What a person may order of delineation: a method, its value, and whether the tracer allows it."""

from dataclasses import dataclass
from typing import Final

from petrial.protocol.tracers import OTHER_METHODS, Tracer
from petrial.vocabulary.errors import MethodError

__all__ = ["FORMS", "Form", "MethodOrder", "check_declared", "is_declared", "parse_method"]


@dataclass(frozen=True, slots=True)
class Form:
    """How a method is ordered.

    Attributes
    ----------
    value
        What its value means, empty when it takes none.
    default
        The value when none is given; None where it must be given.
    limits
        Smallest and largest value.
    combines
        Whether it combines the regions of the other methods instead of making its own.
    """

    value: str = ""
    default: str | None = ""
    limits: tuple[float, float] = (0.0, 0.0)
    combines: bool = False


FORMS: Final[dict[str, Form]] = {
    "fixed": Form("an SUV in g/mL", "4.0", (0.01, 1000.0)),
    "percent": Form("a percentage of the maximum", "41", (1.0, 99.0)),
    "a50": Form(),
    "percist": Form(),
    "grow": Form("an SUV in g/mL", None, (0.01, 1000.0)),
    "union": Form(combines=True),
    "intersection": Form(combines=True),
    "majority": Form(combines=True),
}
"""Every method of ``--method``; what each does stands in ``petrial.lesions.methods``."""


@dataclass(frozen=True, slots=True)
class MethodOrder:
    """A method with its value, and whether the person insisted on it."""

    name: str
    value: str = ""
    forced: bool = False

    @property
    def text(self) -> str:
        """The order as it is written on the command line."""
        return f"{self.name}:{self.value}" if self.value else self.name

    @property
    def number(self) -> float:
        """The value as a number; 0 for a method without one."""
        return float(self.value) if self.value else 0.0


def parse_method(text: str) -> MethodOrder:
    """Return the order in a text such as ``fixed:4.0`` or ``a50``.

    Raises
    ------
    MethodError
        The method is unknown, lacks its value, or has one outside its limits.

    Examples
    --------
    >>> parse_method("fixed"), parse_method("percent:50").number
    (MethodOrder(name='fixed', value='4.0', forced=False), 50.0)
    """
    name, colon, value = (part.strip() for part in text.partition(":"))
    form = FORMS.get(name.lower())
    if form is None:
        raise MethodError(
            where="--method",
            field="NAME",
            got=text,
            wanted="one of " + ", ".join(FORMS),
            do="name a method; docs/look-up/methods.md describes them",
        )
    value = value or (form.default or "")
    if form.value and not _within(value, form.limits):
        low, high = form.limits
        raise MethodError(
            where="--method",
            field=f"value of {name}",
            got=value or None,
            wanted=f"{form.value}, from {low:g} to {high:g}",
            do=f"write {name}:VALUE",
        )
    if colon and not form.value:
        raise MethodError(
            where="--method",
            field=f"value of {name}",
            got=value,
            wanted="no value",
            do=f"write {name} alone",
        )
    return MethodOrder(name.lower(), value)


def _within(text: str, limits: tuple[float, float]) -> bool:
    try:
        number = float(text)
    except ValueError:
        return False
    return limits[0] <= number <= limits[1]


def is_declared(order: MethodOrder, tracer: Tracer | None) -> bool:
    """Tell whether a tracer (None: one without rules of its own) declares the method."""
    methods = tracer.methods if tracer else OTHER_METHODS
    value = f"{order.name}:{order.number:g}" if order.value else order.name
    return FORMS[order.name].combines or order.name in methods or value in methods


def check_declared(order: MethodOrder, tracer: Tracer | None, *, automatic: bool) -> None:
    """Refuse a method that is not declared for the tracer, unless it was forced by name.

    Parameters
    ----------
    order
        The method with its value.
    tracer
        The tracer; None when petrial has no rules for it.
    automatic
        Whether the method would search the whole image, with no drawn or seeded region.

    Raises
    ------
    MethodError
        The tracer does not declare the method, or declares it only from drawn or seeded regions.
    """
    if order.forced or FORMS[order.name].combines:
        return
    name = tracer.name if tracer else "a tracer without rules of its own"
    methods = tracer.methods if tracer else OTHER_METHODS
    if not is_declared(order, tracer):
        allowed = ", ".join(methods)
        reason = tracer.reason if tracer else "rules of FDG do not hold for other tracers"
        raise MethodError(
            where=f"--method {order.text}",
            field="tracer",
            got=name,
            wanted=f"a method declared for it ({allowed}): {reason}",
            do=f"choose one of them, draw the regions, or insist with --force {order.name}",
        )
    if automatic and not (tracer and tracer.automatic):
        raise MethodError(
            where=f"--method {order.text}",
            field="start",
            got="neither contours nor seeds",
            wanted=f"drawn or seeded regions for {name}",
            do="give --contours or --seed",
        )
