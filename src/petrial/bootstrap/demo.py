"""The demonstration study: written as DICOM, measured as a physicist would."""

from dataclasses import dataclass
from pathlib import Path

from petrial.bootstrap.images import PathLike, measure
from petrial.lesions.measured import Measurement

__all__ = ["DemoStudy", "make_demo", "measure_demo"]


@dataclass(frozen=True, slots=True)
class DemoStudy:
    """One scan of the demonstration study, and what belongs to it."""

    folder: Path
    tracer: str
    record: Path
    contours: Path
    liver: tuple[float, float, float]
    aorta: tuple[float, float, float]


def make_demo(folder: PathLike, seed: int = 1) -> tuple[DemoStudy, ...]:
    """Write the demonstration study (FDG PET/CT, and 89Zr-trastuzumab on day 4) as DICOM."""
    from petrial.adapters.dicom.write_study import write_study  # noqa: PLC0415  only for the demo

    return tuple(
        DemoStudy(
            folder=one.folder,
            tracer=tracer,
            record=one.record,
            contours=one.contours,
            liver=one.phantom.liver,
            aorta=one.phantom.aorta,
        )
        for one, tracer in zip(
            write_study(Path(folder), seed=seed), ("18F-FDG", "89Zr-trastuzumab"), strict=True
        )
    )


def measure_demo(study: DemoStudy) -> Measurement:
    """Measure one scan of the demonstration as a physicist would."""
    fdg = study.tracer == "18F-FDG"
    return measure(
        study.folder,
        record=study.record,
        contours=() if fdg else study.contours,
        methods=("percist",) if fdg else ("percent:50",),
        liver=study.liver,
        blood_pool=study.aorta,
        projections=True,
    )
