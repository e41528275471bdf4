"""petrial runs molecular-imaging drug-selection trials, from the protocol to the published table.

The public names below are handed out lazily, so that importing a pure room never pulls in a
reader, a renderer or a database.
"""

from typing import TYPE_CHECKING

from petrial.vocabulary.edition import VERSION

if TYPE_CHECKING:
    from petrial.bootstrap import lesion_frame, load_pet, measure, write_page

__version__ = VERSION
__all__ = ["__version__", "lesion_frame", "load_pet", "measure", "write_page"]


def __getattr__(name: str) -> object:
    """Return a public name, importing its room on first use."""
    if name in {"lesion_frame", "load_pet", "measure", "write_page"}:
        from petrial import bootstrap  # noqa: PLC0415  lazily, see the docstring of the module

        return getattr(bootstrap, name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
