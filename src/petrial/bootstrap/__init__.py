"""The only room that joins adapters to conduct; also the way in from Python."""

from petrial.bootstrap.demo import DemoStudy, make_demo, measure_demo
from petrial.bootstrap.images import (
    PetImage,
    check,
    lesion_frame,
    load_pet,
    measure,
    write_csv,
    write_page,
    write_parquet,
)
from petrial.bootstrap.parts import parts

__all__ = [
    "DemoStudy",
    "PetImage",
    "check",
    "lesion_frame",
    "load_pet",
    "make_demo",
    "measure",
    "measure_demo",
    "parts",
    "write_csv",
    "write_page",
    "write_parquet",
]
