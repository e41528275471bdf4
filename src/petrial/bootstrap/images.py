"""Checking and measuring images: the acts joined with the adapters that serve them.

Heavy parts (highdicom, SimpleITK, Polars, Matplotlib) are imported when they are first needed.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from petrial import __version__
from petrial.adapters.dicom.scan import scan
from petrial.conduct.check import check_images, judge_series
from petrial.conduct.measure import measure_images
from petrial.conduct.orders import CheckOrders, MeasureOrders, ReferenceOrder, parse_point
from petrial.conduct.ports import ContourSet
from petrial.images.kernels import start_kernels
from petrial.images.plausibility import impossible
from petrial.images.series import SeriesFacts, SeriesKind
from petrial.images.suv.judge import label_of
from petrial.images.suv.scaling import SuvScaling
from petrial.images.suv.statements import Assumptions
from petrial.images.volumes import SuvVolume
from petrial.lesions.measured import Measurement
from petrial.lesions.orders import FORMS, MethodOrder, parse_method
from petrial.lesions.peak import peak_definition
from petrial.vocabulary.errors import (
    FieldError,
    MethodError,
    PetrialError,
    Problem,
    ReadError,
    UsageError,
)
from petrial.vocabulary.knowledge import Unknown

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "PetImage",
    "check",
    "lesion_frame",
    "load_pet",
    "measure",
    "write_csv",
    "write_page",
    "write_parquet",
]

PathLike = str | Path
Assume = str | Sequence[str] | Mapping[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class PetImage:
    """A PET series as SUV: the volume, how it was scaled, and what the series is."""

    suv: SuvVolume
    scaling: SuvScaling
    facts: SeriesFacts


def load_pet(
    path: PathLike,
    *,
    record: PathLike | Sequence[PathLike] = (),
    assume: Assume = (),
    series_uid: str | None = None,
) -> PetImage:
    """Return the one PET series at ``path`` as body-weight SUV.

    Parameters
    ----------
    path
        A folder, zip archive or file of DICOM.
    record
        Administration record (TOML), or several.
    assume
        Statements ``FIELD=VALUE`` as of ``--assume``, or a mapping of them.
    series_uid
        Which series, where there are several.

    Raises
    ------
    FieldError
        The series cannot be quantified (the first reason is raised, the others are its notes), or
        there is no series, or more than one, to choose from.
    ReadError
        Nothing can be read at ``path``.
    RecordError
        Record or assumption cannot be used.
    """
    orders = _stated(record, assume)
    found = [
        one
        for one in scan(Path(path)).series
        if one.facts.kind is SeriesKind.PET and series_uid in {None, one.facts.series_uid}
    ]
    if len(found) != 1:
        raise FieldError(
            where=str(path),
            field="PET series",
            got=", ".join(one.facts.series_uid for one in found),
            wanted="one PET series",
            do="name one with series_uid" if found else "point at a folder that holds one",
        )
    facts = found[0].facts
    verdict = judge_series(facts, orders)
    if isinstance(verdict, Unknown):
        refusal = FieldError.of(verdict.problems[0])
        for other in verdict.problems[1:]:
            refusal.add_note(str(other))
        raise refusal
    if verdict is None or facts.grid is None:
        raise AssertionError  # a series of kind PET gets a verdict, and one with SUV has a grid
    values = found[0].values(np.asarray(verdict.value.factors_bw))
    suv = SuvVolume(values, facts.grid)
    problem = impossible(suv, verdict.value.weight_kilogram, label_of(facts))
    if problem is not None:
        raise FieldError.of(problem)
    return PetImage(suv, verdict.value, facts)


def check(
    path: PathLike,
    *,
    record: PathLike | Sequence[PathLike] = (),
    assume: Assume = (),
) -> Measurement:
    """Return for each series at ``path`` what it is and whether SUV can be computed.

    Parameters and errors as of ``load_pet``; a series that is refused is part of the answer.
    """
    return check_images(str(path), scan(Path(path)), _stated(record, assume))


def measure(  # noqa: PLR0913  each argument is an option of the command line
    path: PathLike,
    *,
    record: PathLike | Sequence[PathLike] = (),
    assume: Assume = (),
    contours: PathLike | Sequence[PathLike] = (),
    seeds: str | Sequence[str | tuple[float, float, float]] = (),
    methods: str | Sequence[str] = (),
    force: str | Sequence[str] = (),
    peak: str = "sphere-1cm3",
    liver: str | tuple[float, float, float] | None = None,
    blood_pool: str | tuple[float, float, float] | None = None,
    minimum_ml: float = 0.5,
    projections: bool = False,
) -> Measurement:
    """Return the lesion table of each PET series at ``path`` that can be quantified.

    Parameters
    ----------
    path
        A folder, zip archive or file of DICOM.
    record, assume
        As of ``load_pet``.
    contours
        Files of drawn regions: RTSTRUCT, DICOM SEG, NIfTI or NRRD label map.
    seeds
        Points (x, y, z) in patient mm, as numbers or as text.
    methods
        Delineations by name, such as ``fixed:4.0`` or ``percent:50``.
    force
        Names of methods to use although the tracer does not declare them.
    peak
        Definition of the peak.
    liver, blood_pool
        Reference region: a point (x, y, z) in patient mm, or a file with one drawn region.
    minimum_ml
        Candidates below this volume are left out.
    projections
        Whether projections for a page are wanted.

    Raises
    ------
    ReadError
        Nothing can be read at ``path``. A contour file that cannot be read is part of the answer.
    UsageError
        A contour file is absent.
    RecordError
        Record or assumption cannot be used.
    MethodError
        A method, peak or point is written wrongly.
    """
    drawn, unreadable = _all_contours(_several(contours))
    orders = MeasureOrders(
        stated=_stated(record, assume),
        unreadable=unreadable,
        methods=_methods(_texts(methods), _texts(force)),
        seeds=tuple(_point(seed, "--seed") for seed in _seeds(seeds)),
        peak=peak_definition(peak),
        contours=drawn,
        liver=_reference(liver, "--liver"),
        blood_pool=_reference(blood_pool, "--blood-pool"),
        minimum_ml=minimum_ml,
        projections=projections,
    )
    with ThreadPoolExecutor(max_workers=1) as beside:
        if orders.contours or orders.seeds or orders.methods:
            beside.submit(start_kernels)
        return measure_images(str(path), scan(Path(path)), orders)


def _texts(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _seeds(
    given: str | Sequence[str | tuple[float, float, float]],
) -> tuple[str | tuple[float, float, float], ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _assumed(given: Assume) -> Assumptions:
    if isinstance(given, Mapping):
        return Assumptions.parse(f"{name}={value}" for name, value in given.items())
    return Assumptions.parse(_texts(given))


def _several(given: PathLike | Sequence[PathLike]) -> tuple[PathLike, ...]:
    return (given,) if isinstance(given, str | Path) else tuple(given)


def _stated(record: PathLike | Sequence[PathLike], assume: Assume) -> CheckOrders:
    assumed = _assumed(assume)
    files = _several(record)
    if not files:
        return CheckOrders(assumed=assumed)
    from petrial.adapters.files.record import read_record  # noqa: PLC0415  brings pydantic

    return CheckOrders(records=tuple(read_record(Path(one)) for one in files), assumed=assumed)


def _methods(methods: Sequence[str], force: Sequence[str]) -> tuple[MethodOrder, ...]:
    orders = tuple(parse_method(text) for text in methods)
    forced = {name.strip().lower() for name in force}
    unused = sorted(forced - {order.name for order in orders})
    if unused:
        raise MethodError(
            where="--force",
            field="NAME",
            got=", ".join(unused),
            wanted="methods that are asked for: " + (", ".join(o.name for o in orders) or "none"),
            do="add --method for it; the methods are " + ", ".join(FORMS),
        )
    return tuple(replace(order, forced=order.name in forced) for order in orders)


def _point(given: str | tuple[float, float, float], option: str) -> tuple[float, float, float]:
    return parse_point(given if isinstance(given, str) else ",".join(map(str, given)), option)


def _reference(
    given: str | tuple[float, float, float] | None, option: str
) -> ReferenceOrder | None:
    if given is None:
        return None
    if isinstance(given, str) and Path(given).is_file():
        return ReferenceOrder(drawn=_contours(Path(given)))
    if isinstance(given, str) and "," not in given:
        raise MethodError(
            where=option,
            field="X,Y,Z or FILE",
            got=given,
            wanted="a point in patient mm such as -60,10,-45, or a file of one drawn region",
            do="check the path; no file of this name was found",
        )
    return ReferenceOrder(centre_mm=_point(given, option))


def _all_contours(
    files: tuple[PathLike, ...],
) -> tuple[tuple[ContourSet, ...], tuple[Problem, ...]]:
    """Return what can be read, and the problems of what cannot; absent files are raised."""
    drawn: list[ContourSet] = []
    problems: list[Problem] = []
    for path in map(Path, files):
        if not path.is_file():
            raise UsageError(
                where="--contours",
                field="path",
                got=f"{path}, {'a folder' if path.is_dir() else 'no file'}",
                wanted="a file: RTSTRUCT, DICOM SEG, NIfTI or NRRD label map",
                do="check the path",
            )
        try:
            drawn.append(_contours(path))
        except PetrialError as error:
            problems.append(error.problem)
    return tuple(drawn), tuple(problems)


def _contours(path: Path) -> ContourSet:
    """Return the contours in a file, read by the adapter that knows its format."""
    from petrial.adapters.files import label_map  # noqa: PLC0415  brings SimpleITK when it reads

    if label_map.is_label_map(path):
        return label_map.read_label_map(path)
    from petrial.adapters.dicom import segmentation, structure_set  # noqa: PLC0415  as above

    if structure_set.is_structure_set(path):
        return structure_set.read_structure_set(path)
    if segmentation.is_segmentation(path):
        return segmentation.read_segmentation(path)
    raise ReadError(
        where=str(path),
        field="contours",
        got="another kind of file",
        wanted="an RTSTRUCT, a DICOM SEG, a NIfTI or an NRRD label map",
        do="export the contours in one of these formats",
    )


def lesion_frame(measurement: Measurement) -> "pl.DataFrame":
    """Return the lesion table of all series as a Polars data frame."""
    from petrial.adapters.files import tables  # noqa: PLC0415  brings Polars

    return tables.lesion_frame(measurement.rows)


def write_csv(measurement: Measurement, path: PathLike) -> None:
    """Write the lesion table of all series as CSV."""
    from petrial.adapters.files import tables  # noqa: PLC0415  brings Polars

    tables.write_csv(measurement.rows, Path(path))


def write_parquet(measurement: Measurement, path: PathLike) -> None:
    """Write the lesion table of all series as Parquet."""
    from petrial.adapters.files import tables  # noqa: PLC0415  brings Polars

    tables.write_parquet(measurement.rows, Path(path))


def write_page(measurement: Measurement, folder: PathLike) -> Path:
    """Write one self-contained HTML page into ``folder`` (made if absent); return its path."""
    from petrial.adapters.render.html import write_html  # noqa: PLC0415  brings Matplotlib
    from petrial.reports.measurement import measurement_report  # noqa: PLC0415  as above

    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    page = target / "measurement.html"
    report = measurement_report(measurement, version=__version__, when=datetime.now(tz=UTC))  # noqa: TID251  the one clock of this room
    write_html(report, page)
    return page
