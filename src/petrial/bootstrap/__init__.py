"""The only room that joins adapters to conduct; also the way in from Python.

Its names are handed out lazily: who acts in a study does not wait for what measures images.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
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
    from petrial.bootstrap.installed import parts

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

_HOMES: Final = {
    "DemoStudy": "demo",
    "make_demo": "demo",
    "measure_demo": "demo",
    "parts": "installed",
}


def __getattr__(name: str) -> object:
    """Return a public name, importing its module on first use."""
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    value: object = getattr(import_module(f"{__name__}.{_HOMES.get(name, 'images')}"), name)
    globals()[name] = value  # asked for once
    return value
