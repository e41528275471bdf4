"""A measurement of a small body made of spheres, for the tests of reports and pages."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time

import numpy as np

from petrial.images.grid import Grid
from petrial.images.series import PetHeader, SeriesFacts, SeriesKind, SliceTiming
from petrial.images.suv.scaling import Candidate, Difference, MassRatios, SuvScaling
from petrial.images.volumes import SuvVolume
from petrial.lesions.measured import MeasuredSeries, Measurement
from petrial.lesions.measures import MeasureContext, measure_all
from petrial.lesions.methods import methods_text
from petrial.lesions.peak import PeakDefinition
from petrial.lesions.projected import project
from petrial.lesions.reference import measure_reference, sphere
from petrial.lesions.region import Region
from petrial.vocabulary.errors import Problem
from petrial.vocabulary.knowledge import Known, Unknown
from petrial.vocabulary.moments import ClockReading
from petrial.vocabulary.provenance import Input, Source

__all__ = [
    "GRID",
    "LESIONS",
    "NO_INJECTION",
    "NO_WEIGHT",
    "WHEN",
    "body",
    "facts",
    "lesions",
    "measured",
    "measurement",
    "other",
    "refused",
    "scaling",
]

Place = tuple[float, float, float]

WHEN = datetime(2021, 6, 1, 12, 0)  # noqa: DTZ001  a report takes any moment
GRID = Grid.axial((80, 44, 60), (8.0, 8.0, 8.0), (-236.0, -172.0, -600.0))
LESIONS: tuple[tuple[Place, float, float], ...] = (
    ((60.0, 20.0, -150.0), 40.0, 7.5),
    ((-70.0, 60.0, -420.0), 30.0, 5.25),
    ((10.0, 80.0, -250.0), 24.0, 9.5),
)
"""Centre (x, y, z) in mm, diameter in mm, SUV."""

NO_INJECTION = Problem(
    where="series 2.2, HER2 PET day 4",
    field="RadiopharmaceuticalStartDateTime (0018,1078)",
    got="",
    wanted="a date and a time, for 89Zr is scanned days after injection",
    do="give --assume injected_at=2021-05-28T09:00 or enter it in the record",
)
NO_WEIGHT = Problem(
    where="series 2.2, HER2 PET day 4",
    field="PatientWeight (0010,1030)",
    got="none at all",
    wanted="a weight in kilograms from 20 to 350",
    do="weigh the patient, or enter the weight in the record",
)


def body(places: Sequence[tuple[Place, float, float]] = LESIONS) -> SuvVolume:
    """Return an ellipsoid of SUV 1 with a liver of 2 and ``places`` in it, on 8 mm voxels."""
    z, y, x = np.indices(GRID.shape)
    ball = ((x - 29.5) / 24.0) ** 2 + ((y - 21.5) / 14.0) ** 2 + ((z - 39.5) / 39.0) ** 2
    values = np.where(ball <= 1.0, 1.0, 0.0).astype(np.float32)
    for centre, diameter, level in (((-80.0, 0.0, -260.0), 110.0, 2.0), *places):
        region = sphere(GRID, centre, diameter)
        values[region.box][region.mask] = level
    return SuvVolume(values, GRID)


def lesions(
    places: Sequence[tuple[Place, float, float]] = LESIONS, method: str = "drawn"
) -> tuple[Region, ...]:
    """Return the regions of ``places``, as if of ``method``; a fixed threshold's are candidates."""
    return tuple(
        replace(
            sphere(GRID, centre, diameter),
            label=f"lesion {letter}",
            source="contours.dcm",
            method=method,
            candidate=method.startswith("fixed"),
        )
        for letter, (centre, diameter, _) in zip("abcdefghijklmnop" * 9, places, strict=False)
    )


def facts(
    description: str = "PET whole body",
    uid: str = "2.1",
    kind: SeriesKind = SeriesKind.PET,
    *,
    began: time = time(10, 2),
) -> SeriesFacts:
    """Return what a series of 80 slices states."""
    timing = SliceTiming(ClockReading(date(2021, 6, 1), began), None, None, None)
    pet = kind is SeriesKind.PET
    return SeriesFacts(
        series_uid=uid,
        study_uid="2",
        description=description,
        modality="PT" if "PET" in kind.value else "CT",
        kind=kind,
        instances=80,
        frame_of_reference_uid="2.9",
        grid=GRID,
        pet=PetHeader(slices=(timing,) * 80, manufacturer="Maker") if pet else None,
    )


def scaling(tracer: str = "18F-FDG", nuclide: str = "18F") -> SuvScaling:
    """Return the scaling of a series in Bq/mL with an input of each source."""
    return SuvScaling(
        method="BQML, decay corrected to START",
        factors_bw=(0.000242902977,) * 80,
        factor_bw=0.000242902977,
        reference_moment=datetime(2021, 6, 1, 10, 2),  # noqa: DTZ001  as most scanners write
        injected_at=datetime(2021, 6, 1, 9, 0),  # noqa: DTZ001  as most scanners write
        activity_becquerel=250e6,
        weight_kilogram=70.0,
        ratios=MassRatios(Known(0.75), Known(0.76), Known(0.0256), Known(1.4286)),
        tracer=tracer,
        nuclide=nuclide,
        inputs=(
            Input("injected activity", 250e6, "Bq", Source.RECORD, "dose sheet"),
            Input("injection", "2021-06-01 09:00:00", "", Source.HEADER, "(0018,1078)"),
            Input("half-life", 6586.2, "s", Source.TABLE, "NuDat 3"),
            Input("sex", "F", "", Source.ASSUMPTION, "--assume sex=F"),
            Input("unit of the dose", "MBq", "", Source.INFERENCE, "250 Bq makes no image"),
        ),
        candidates=(
            Candidate("series time", datetime(2021, 6, 1, 10, 2), 0.0, accepted=True),  # noqa: DTZ001  as above
            Candidate("back computation", datetime(2021, 6, 1, 10, 9), -4.32, accepted=False),  # noqa: DTZ001  as above
        ),
        differences=(Difference("PatientWeight (0010,1030)", "70.0 kg", "77.0 kg", 10.0),),
        notes=("The activity is higher than that of the protocol.",),
    )


def measured(
    regions: Sequence[Region] | None = None,
    *,
    of: SeriesFacts | None = None,
    scaled: SuvScaling | None = None,
) -> MeasuredSeries:
    """Return the body with ``regions`` (its lesions when not given), really measured."""
    stated, suv, by = of or facts(), body(), scaled or scaling()
    drawn = lesions() if regions is None else tuple(regions)
    liver = measure_reference(suv, sphere(GRID, (-80.0, 0.0, -260.0), 30.0), "liver")
    aorta = measure_reference(suv, sphere(GRID, (60.0, 20.0, -172.0), 30.0), "blood pool")
    context = MeasureContext(
        series_uid=stated.series_uid,
        ratios=by.ratios,
        weight_gram=70e3,
        peak=PeakDefinition.SPHERE_1CM3,
        liver_mean=liver.suv_mean,
        blood_pool_mean=aorta.suv_mean,
    )
    return MeasuredSeries(
        facts=stated,
        scaling=Known(by),
        suv_max=float(suv.g_per_ml.max()),
        grid=GRID,
        regions=drawn,
        rows=measure_all(suv, drawn, context),
        references=(liver, aorta),
        projections=project(suv, drawn),
    )


def refused(*problems: Problem) -> MeasuredSeries:
    """Return a refused series that, against its nature, carries numbers."""
    whole = measured(of=facts("HER2 PET day 4", "2.2"))
    found = problems or (NO_INJECTION, NO_WEIGHT)
    return replace(whole, scaling=Unknown(found), suv_max=86753.25)


def other(description: str, kind: SeriesKind) -> MeasuredSeries:
    """Return a series that is not meant for SUV."""
    return MeasuredSeries(facts(description, f"2.3.{len(description)}", kind), None)


def measurement(*series: MeasuredSeries, problems: tuple[Problem, ...] = ()) -> Measurement:
    """Return the measurement of ``series``, with the methods sentences of what ran."""
    ran = [row.method for entry in series for row in entry.rows]
    return Measurement(
        path="scans/S-007",
        series=series,
        problems=problems,
        methods=methods_text(ran, PeakDefinition.SPHERE_1CM3) if ran else (),
        refused=any(isinstance(entry.scaling, Unknown) for entry in series),
    )
