"""A measurement as a JSON document; the shape is fixed by the dataclasses below."""

from dataclasses import dataclass
from datetime import datetime

from petrial.images.suv.scaling import MassRatios, SuvScaling
from petrial.lesions.measured import MeasuredSeries, Measurement, ReferenceMeasurement
from petrial.lesions.table import LesionRow
from petrial.vocabulary.errors import Problem
from petrial.vocabulary.knowledge import Known, Unknown, Verdict

__all__ = [
    "CandidateEntry",
    "DifferenceEntry",
    "Document",
    "InputEntry",
    "ProblemEntry",
    "ReferenceEntry",
    "SeriesEntry",
    "SuvEntry",
    "measurement_document",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemEntry:
    """What is wrong, in five parts."""

    where: str
    field: str
    got: str
    wanted: str
    do: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InputEntry:
    """One input of the SUV factor: source is record, header, table, assumption or inference."""

    name: str
    value: float | str
    unit: str
    source: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateEntry:
    """One reading of the reference moment, and the effect on SUV of taking it instead."""

    name: str
    moment: str
    effect_percent: float
    accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceEntry:
    """Record against header; the effect is that of believing the header."""

    field: str
    record: str
    header: str
    effect_percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SuvEntry:
    """How stored values after slope become body-weight SUV.

    ``factor_bw`` is null where there is none and where slices differ; then ``factors_bw`` holds
    one factor for each slice. Ratios take SUVbw to the other normalisations; where one is null,
    ``missing`` says what it lacks.
    """

    factor_bw: float | None
    factors_bw: tuple[float, ...] | None
    method: str
    reference_moment: str | None
    injected_at: str | None
    activity_bq: float | None
    weight_kg: float | None
    sul_janmahasatian_ratio: float | None
    sul_james_ratio: float | None
    suv_bsa_ratio: float | None
    percent_id_per_kg_ratio: float | None
    missing: tuple[ProblemEntry, ...]
    inputs: tuple[InputEntry, ...]
    candidates: tuple[CandidateEntry, ...]
    differences: tuple[DifferenceEntry, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceEntry:
    """A reference region, fit for use when ``problems`` is empty."""

    organ: str
    source: str
    voxels: int
    volume_ml: float
    suv_mean: float
    suv_sd: float
    problems: tuple[ProblemEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesEntry:
    """One series. ``suv`` is null for what is no PET or was refused."""

    series_uid: str
    study_uid: str
    description: str
    modality: str
    kind: str
    instances: int
    tracer: str | None
    nuclide: str | None
    quantifiable: bool
    problems: tuple[ProblemEntry, ...]
    suv: SuvEntry | None
    suv_max: float | None
    references: tuple[ReferenceEntry, ...]
    lesions: tuple[LesionRow, ...]
    refused: tuple[ProblemEntry, ...]
    warnings: tuple[str, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The whole answer of ``check`` and ``measure``."""

    petrial: str
    path: str
    refused: bool
    problems: tuple[ProblemEntry, ...]
    methods: tuple[str, ...]
    series: tuple[SeriesEntry, ...]


def measurement_document(measurement: Measurement, version: str) -> Document:
    """Return the measurement as a document of plain values; ``dataclasses.asdict`` makes it JSON.

    Parameters
    ----------
    measurement
        What was measured or checked.
    version
        The version of petrial that did it.
    """
    return Document(
        petrial=version,
        path=measurement.path,
        refused=measurement.refused,
        problems=tuple(_problem(p) for p in measurement.problems),
        methods=measurement.methods,
        series=tuple(_series(s) for s in measurement.series),
    )


def _problem(problem: Problem) -> ProblemEntry:
    return ProblemEntry(
        where=problem.where,
        field=problem.field,
        got=problem.got,
        wanted=problem.wanted,
        do=problem.do,
    )


def _series(measured: MeasuredSeries) -> SeriesEntry:
    facts, scaling = measured.facts, measured.scaling
    known = scaling.value if isinstance(scaling, Known) else None
    problems = scaling.problems if isinstance(scaling, Unknown) else facts.problems
    return SeriesEntry(
        series_uid=facts.series_uid,
        study_uid=facts.study_uid,
        description=facts.description,
        modality=facts.modality,
        kind=facts.kind.value,
        instances=facts.instances,
        tracer=known.tracer if known else None,
        nuclide=known.nuclide if known else None,
        quantifiable=known is not None,
        problems=tuple(_problem(p) for p in problems),
        suv=_suv(known) if known else None,
        suv_max=measured.suv_max,
        references=tuple(_reference(r) for r in measured.references),
        lesions=measured.rows,
        refused=tuple(_problem(p) for p in measured.refused),
        warnings=measured.warnings,
        remarks=facts.remarks,
    )


def _suv(scaling: SuvScaling) -> SuvEntry:
    return SuvEntry(
        factor_bw=scaling.factor_bw,
        factors_bw=scaling.factors_bw if scaling.factor_bw is None else None,
        method=scaling.method,
        reference_moment=_moment(scaling.reference_moment),
        injected_at=_moment(scaling.injected_at),
        activity_bq=scaling.activity_becquerel,
        weight_kg=scaling.weight_kilogram,
        sul_janmahasatian_ratio=_value(scaling.ratios.lean_janmahasatian),
        sul_james_ratio=_value(scaling.ratios.lean_james),
        suv_bsa_ratio=_value(scaling.ratios.body_surface),
        percent_id_per_kg_ratio=_value(scaling.ratios.injected_percent_per_kg),
        missing=_missing(scaling.ratios),
        inputs=tuple(
            InputEntry(name=i.name, value=i.value, unit=i.unit, source=i.source, detail=i.detail)
            for i in scaling.inputs
        ),
        candidates=tuple(
            CandidateEntry(
                name=c.name,
                moment=c.moment.isoformat(),
                effect_percent=c.effect_percent,
                accepted=c.accepted,
            )
            for c in scaling.candidates
        ),
        differences=tuple(
            DifferenceEntry(
                field=d.field, record=d.record, header=d.header, effect_percent=d.effect_percent
            )
            for d in scaling.differences
        ),
        notes=scaling.notes,
    )


def _missing(ratios: MassRatios) -> tuple[ProblemEntry, ...]:
    """Return once each what keeps SUVbw from being normalised otherwise."""
    verdicts = (
        ratios.lean_janmahasatian,
        ratios.lean_james,
        ratios.body_surface,
        ratios.injected_percent_per_kg,
    )
    problems = [p for v in verdicts if isinstance(v, Unknown) for p in v.problems]
    return tuple(_problem(p) for p in dict.fromkeys(problems))


def _reference(reference: ReferenceMeasurement) -> ReferenceEntry:
    return ReferenceEntry(
        organ=reference.organ,
        source=reference.source,
        voxels=reference.voxels,
        volume_ml=reference.volume_ml,
        suv_mean=reference.suv_mean,
        suv_sd=reference.suv_sd,
        problems=tuple(_problem(p) for p in reference.problems),
    )


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _value(verdict: Verdict[float]) -> float | None:
    return verdict.value if isinstance(verdict, Known) else None
