"""The tracers petrial knows, and the delineation methods declared for each."""

import re
from dataclasses import dataclass
from typing import Final

from petrial.vocabulary.nuclides import nuclide_of

__all__ = ["OTHER_METHODS", "TRACERS", "Tracer", "tracer_of"]


@dataclass(frozen=True, slots=True)
class Tracer:
    """One tracer.

    Attributes
    ----------
    name
        Nuclide and name, such as ``18F-FDG``.
    nuclide
        Symbol of the nuclide.
    codes
        DICOM codes of context group 4021 that state it.
    words
        Words of free text that state it, in lower case.
    methods
        Methods declared for it: a name, or a name with its value (``percent:50``) where only that
        value is declared.
    automatic
        Whether lesions may be searched for in the whole image. Where not, a method needs drawn or
        seeded regions to start from.
    reason
        Why methods are declared so.
    usual_megabecquerel
        Injected activity that the trial record names, None where it names none.
    """

    name: str
    nuclide: str
    codes: tuple[str, ...]
    words: tuple[str, ...]
    methods: tuple[str, ...]
    automatic: bool
    reason: str
    usual_megabecquerel: float | None


_SEEDED: Final = ("a50", "percent:50", "grow")

OTHER_METHODS: Final = _SEEDED
"""What is declared for a tracer without rules of its own, from drawn or seeded regions."""

TRACERS: Final[dict[str, Tracer]] = {
    tracer.name: tracer
    for tracer in (
        Tracer(
            name="18F-FDG",
            nuclide="18F",
            codes=("35321007", "C-B1031", "Y-X1743"),
            words=("fdg", "fluorodeoxyglucose", "fludeoxyglucose", "deoxyglucose"),
            methods=("fixed", "percent", "a50", "percist", "grow"),
            automatic=True,
            reason="fixed SUV, 41 % and PERCIST were made and tested for FDG",
            usual_megabecquerel=None,
        ),
        Tracer(
            name="18F-FES",
            nuclide="18F",
            codes=("926372005",),
            words=("fes", "fluoroestradiol", "fluoroestradiol f18"),
            methods=_SEEDED,
            automatic=False,
            reason="liver, gallbladder and bowel take up FES, and a threshold finds those first",
            usual_megabecquerel=200.0,
        ),
        Tracer(
            name="89Zr-trastuzumab",
            nuclide="89Zr",
            codes=("126512",),
            words=("trastuzumab",),
            methods=_SEEDED,
            automatic=False,
            reason="automatic contours succeed in fewer than half of the lesions on 89Zr images",
            usual_megabecquerel=37.0,
        ),
    )
}
"""Declared methods by tracer; sources stand in docs/look-up/methods.md."""


def tracer_of(*statements: str, nuclide: str | None = None) -> Tracer | None:
    """Return the tracer that a code, a name or a text states; None when none is understood.

    A tracer whose nuclide contradicts ``nuclide`` is not returned.

    >>> tracer_of("FDG -- fluorodeoxyglucose").name, tracer_of("18F-FES", nuclide="18F").name
    ('18F-FDG', '18F-FES')
    >>> tracer_of("FDG", nuclide="89Zr") is None, tracer_of("64Cu-DOTA-trastuzumab") is None
    (True, True)
    """
    for statement in statements:
        words = set(re.findall(r"[a-z]+|\d+", statement.lower()))
        labels = _nuclides_in(statement)
        for tracer in TRACERS.values():
            said = statement.strip() in tracer.codes or not words.isdisjoint(tracer.words)
            fits = nuclide in {None, tracer.nuclide} and labels <= {tracer.nuclide}
            if said and fits:
                return tracer
    return None


def _nuclides_in(statement: str) -> set[str]:
    """Return the symbols of the nuclides that a free text names, such as ``64Cu-DOTA-...``."""
    parts = re.findall(r"\d{1,3}[\s^-]*[A-Za-z]{1,2}(?![A-Za-z])", statement)
    parts += re.findall(r"(?<![A-Za-z])[A-Za-z]{1,2}[\s^-]*\d{1,3}(?!\d)", statement)
    return {found.symbol for part in parts if (found := nuclide_of(part)) is not None}
