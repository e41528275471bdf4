"""What things of a protocol are called in an ODM file."""

from typing import Final

from petrial.protocol.forms import ItemType

__all__ = [
    "ABSENT",
    "DATA_TYPES",
    "FLAGS",
    "OBSERVED",
    "ROLE",
    "SEALED_AS",
    "STUDY_PLACE",
    "YES_NO",
    "code_list",
    "event",
    "flag_list",
    "form",
    "group",
    "item",
    "location",
    "metadata",
    "study",
    "unit",
    "user",
]

YES_NO: Final = "CL.@yes_no"
"""Code list of boolean items, whose values are yes and no."""

FLAGS: Final = "CL.@flags"
"""Code list of the kinds of flags."""

ABSENT: Final = "absent"
"""Flag: why there is no value."""

OBSERVED: Final = "observed"
"""Flag: day or moment of observation."""

ROLE: Final = "role"
"""Flag: role of the author."""

SEALED_AS: Final = "sealed"
"""Flag: the commitment to a value that is not exported."""

STUDY_PLACE: Final = "LO.@study"
"""Location of facts that belong to no site."""

DATA_TYPES: Final = {
    ItemType.INTEGER: "integer",
    ItemType.NUMBER: "float",
    ItemType.BOOLEAN: "text",
    ItemType.CODE: "text",
    ItemType.DATE: "date",
    ItemType.MOMENT: "datetime",
    ItemType.LABEL: "text",
    ItemType.TEXT: "text",
}
"""Data type of ODM by type of item. A boolean is text with a code list, so that it stays yes/no."""


def study(name: str) -> str:
    """Return the OID of a study."""
    return f"ST.{name}"


def metadata(version: str) -> str:
    """Return the OID of the metadata of a protocol version."""
    return f"MDV.{version}"


def event(name: str) -> str:
    """Return the OID of an event."""
    return f"SE.{name}"


def form(name: str) -> str:
    """Return the OID of a form."""
    return f"FO.{name}"


def group(name: str) -> str:
    """Return the OID of the one item group of a form."""
    return f"IG.{name}"


def item(form_name: str, name: str) -> str:
    """Return the OID of an item.

    >>> item("laboratory", "asat")
    'IT.laboratory.asat'
    """
    return f"IT.{form_name}.{name}"


def code_list(name: str) -> str:
    """Return the OID of a code list."""
    return f"CL.{name}"


def flag_list(kind: str) -> str:
    """Return the OID of the code list of a kind of flag."""
    return f"CL.@{kind}"


def unit(text: str) -> str:
    """Return the OID of a unit."""
    return f"MU.{text}"


def user(name: str) -> str:
    """Return the OID of a user."""
    return f"US.{name}"


def location(site: str) -> str:
    """Return the OID of a site; empty for the study as a whole."""
    return f"LO.{site}" if site else STUDY_PLACE
