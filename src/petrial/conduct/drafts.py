"""Short ways to make the drafts that acts append."""

import hashlib

from petrial.subjects.facts import Draft, Place
from petrial.subjects.records import OWN

__all__ = ["own", "text_digest"]


def own(
    form: str, item: str, value: str, repeat: int = 1, *, observed: str = "", sealed: bool = False
) -> Draft:
    """Return a draft of one of petrial's own items.

    >>> str(own("@subject", "status", "enrolled").place)
    '@own/@subject.status'
    """
    place = Place(OWN, 1, form, repeat, item)
    return Draft(place=place, value=value, observed=observed, sealed=sealed)


def text_digest(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8, under which the ledger keeps a protocol file."""
    return hashlib.sha256(text.encode()).hexdigest()
