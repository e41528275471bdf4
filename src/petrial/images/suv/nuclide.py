"""Which nuclide, and which half-life: record, header and table held against each other."""

from dataclasses import dataclass
from typing import Final

from petrial.images.suv.case import Case, Settled, assumed_input
from petrial.images.suv.statements import AdministrationRecord
from petrial.protocol.tracers import tracer_of
from petrial.vocabulary.knowledge import Known, Verdict
from petrial.vocabulary.nuclides import LONG_LIVED_FROM, NUCLIDES, Nuclide, nuclide_of
from petrial.vocabulary.provenance import Input, Source
from petrial.vocabulary.quantities import HalfLife

__all__ = ["Radionuclide", "header_nuclide", "settle_nuclide"]

CODE_TAG: Final = "RadionuclideCodeSequence (0054,0300)"
HALF_LIFE_TAG: Final = "RadionuclideHalfLife (0018,1075)"

SAY_SO_PERCENT: Final = 1.0
"""From here a half-life in the header that differs from the table is remarked upon."""
OTHER_NUCLIDE_PERCENT: Final = 10.0
"""From here it is no other measurement of the same half-life but another nuclide."""


@dataclass(frozen=True, slots=True)
class Radionuclide:
    """The nuclide of a series: its symbol, where it is named, and the half-life to use."""

    symbol: str | None
    half_life: HalfLife

    @property
    def long_lived(self) -> bool:
        """Whether a clock time of injection leaves its day open."""
        return self.half_life.second > LONG_LIVED_FROM.second


def header_nuclide(case: Case) -> Nuclide | None:
    """Return the nuclide that the header names by code or meaning."""
    code = case.header.nuclide
    return None if code is None else nuclide_of(code.value, code.meaning)


def recorded_nuclide(record: AdministrationRecord) -> Nuclide | None:
    """Return the nuclide that a record names, or that its tracer implies."""
    if record.nuclide:
        return nuclide_of(record.nuclide)
    tracer = tracer_of(record.tracer) if record.tracer else None
    return NUCLIDES[tracer.nuclide] if tracer else None


def settle_nuclide(case: Case) -> Verdict[Settled[Radionuclide]]:
    """Return nuclide and half-life, or why they are not known."""
    in_header = header_nuclide(case)
    in_record = recorded_nuclide(case.record) if case.record else None
    if in_record and in_header and in_record.symbol != in_header.symbol:
        return case.unknown(
            CODE_TAG,
            f"{in_header.symbol} in the header, {in_record.symbol} in the record",
            "one nuclide, for the scanner's own decay and branching corrections depend on it",
            "find out what was injected; if the scanner was set wrongly, reconstruct again",
        )
    decided = in_record or (
        NUCLIDES[case.assumed.nuclide] if case.assumed.nuclide is not None else None
    )
    if case.assumed.half_life_second is not None:
        second = case.assumed.half_life_second
        named = decided or in_header
        symbol = named.symbol if named else None
        source = assumed_input("half-life", second, "s")
        return Known(Settled(Radionuclide(symbol, HalfLife(second)), source))
    return _half_life(case, decided, in_header)


def _half_life(
    case: Case, decided: Nuclide | None, in_header: Nuclide | None
) -> Verdict[Settled[Radionuclide]]:
    nuclide = decided or in_header
    written = case.header.half_life_second
    if written is not None and written <= 0.0:
        written = None
    if nuclide is None:
        if written is None:
            return case.unknown(
                f"{HALF_LIFE_TAG} and {CODE_TAG}",
                None,
                "a half-life or the name of the nuclide",
                "give nuclide in the record, or --assume nuclide=SYMBOL",
            )
        found = Radionuclide(None, HalfLife(written))
        return Known(Settled(found, _header_input(written)))
    table = Input(
        "half-life",
        nuclide.half_life.second,
        "s",
        Source.TABLE,
        f"{nuclide.symbol}, {nuclide.source}",
    )
    if written is None:
        return Known(Settled(Radionuclide(nuclide.symbol, nuclide.half_life), table))
    off = 100.0 * (written / nuclide.half_life.second - 1.0)
    if abs(off) <= OTHER_NUCLIDE_PERCENT:
        remark = (
            f"{HALF_LIFE_TAG} is {written:g} s, {off:+.2f} % off the "
            f"{nuclide.half_life.second:g} s of {nuclide.symbol} ({nuclide.source}); "
            "the header's is used, as the scanner used it."
        )
        notes = (remark,) if abs(off) > SAY_SO_PERCENT else ()
        found = Radionuclide(nuclide.symbol, HalfLife(written))
        return Known(Settled(found, _header_input(written), notes))
    return case.unknown(
        HALF_LIFE_TAG,
        f"{written:g} s, {nuclide.symbol} has {nuclide.half_life.second:g} s",
        "the half-life of the nuclide that is named",
        "find out which is right; then --assume half_life_s=VALUE",
    )


def _header_input(second: float) -> Input:
    return Input("half-life", second, "s", Source.HEADER, HALF_LIFE_TAG)
