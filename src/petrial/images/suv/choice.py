"""Which administration record belongs to which series."""

from collections.abc import Sequence

from petrial.images.series import SeriesFacts
from petrial.images.suv.judge import label_of
from petrial.images.suv.nuclide import recorded_nuclide
from petrial.images.suv.statements import AdministrationRecord
from petrial.protocol.tracers import tracer_of
from petrial.vocabulary.errors import Problem
from petrial.vocabulary.knowledge import Known, Unknown, Verdict
from petrial.vocabulary.nuclides import nuclide_of

__all__ = ["choose_record"]


def choose_record(
    facts: SeriesFacts, records: Sequence[AdministrationRecord]
) -> Verdict[AdministrationRecord | None]:
    """Return the record of a series, None where it has none, or why that cannot be told.

    A record that names a series or study belongs to that one alone. One that names neither belongs
    to each series whose tracer and nuclide do not contradict it. Where all records name other
    series, this one has none and is judged by its header.
    """
    bound = [r for r in records if r.series_uid or r.study_uid]
    named = [
        r
        for r in bound
        if r.series_uid == facts.series_uid
        or (r.series_uid is None and r.study_uid == facts.study_uid)
    ]
    free = [r for r in records if not (r.series_uid or r.study_uid)]
    fitting = named or [r for r in free if not _contradicts(r, facts)]
    if len(fitting) == 1:
        return Known(fitting[0])
    if not fitting and not free:
        return Known(None)
    if not fitting:
        origins = "; ".join(f"{r.origin} is of {r.tracer or r.nuclide}" for r in free)
        return Unknown(
            (
                Problem(
                    label_of(facts),
                    "administration record",
                    f"{origins}; the header states {_header_tracer(facts) or 'another nuclide'}",
                    "a record of this tracer",
                    "give the record of this series too, or bind each record with series_uid; "
                    "if the scanner was set to a wrong nuclide, reconstruct again",
                ),
            )
        )
    return Unknown(
        (
            Problem(
                label_of(facts),
                "administration record",
                ", ".join(r.origin for r in fitting),
                "one record for this series",
                "bind each record with series_uid",
            ),
        )
    )


def _header_tracer(facts: SeriesFacts) -> str:
    header = facts.pet
    if header is None:
        return ""
    nuclide = nuclide_of(header.nuclide.value, header.nuclide.meaning) if header.nuclide else None
    found = _stated(facts, nuclide.symbol if nuclide else None)
    return found or (nuclide.symbol if nuclide else "")


def _stated(facts: SeriesFacts, nuclide: str | None) -> str | None:
    header = facts.pet
    if header is None:
        return None
    code = header.radiopharmaceutical_code
    words = (*((code.value, code.meaning) if code else ()), header.radiopharmaceutical)
    tracer = tracer_of(*words, nuclide=nuclide)
    return tracer.name if tracer else None


def _contradicts(record: AdministrationRecord, facts: SeriesFacts) -> bool:
    header = facts.pet
    if header is None:
        return False
    nuclide = nuclide_of(header.nuclide.value, header.nuclide.meaning) if header.nuclide else None
    stated = recorded_nuclide(record)
    if stated is not None and nuclide is not None and stated.symbol != nuclide.symbol:
        return True
    in_header = _stated(facts, nuclide.symbol if nuclide else None)
    in_record = tracer_of(record.tracer) if record.tracer else None
    return in_header is not None and in_record is not None and in_header != in_record.name
