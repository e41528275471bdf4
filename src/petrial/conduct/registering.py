"""What registering a subject states: its number in the trial, its date shift, who it is."""

from petrial.conduct.desk import View, refuse
from petrial.conduct.drafts import own
from petrial.conduct.identity import HOSPITAL_NUMBER, same_person
from petrial.protocol.forms import Item, ItemType
from petrial.protocol.model import Protocol
from petrial.subjects.facts import Draft
from petrial.subjects.records import SUBJECT, Subject
from petrial.subjects.values import canonical_value
from petrial.vocabulary.errors import RefusedError
from petrial.vocabulary.knowledge import Unknown

__all__ = ["hospital_number", "label_text", "registration"]


def registration(protocol: Protocol, site: str, subject: str, shift_day: int) -> tuple[Draft, ...]:
    """Return the first facts of a subject.

    Parameters
    ----------
    protocol
        In force at the site.
    site, subject
        Where, and the number in the trial.
    shift_day
        Days by which filed images lie before the true dates; it is sealed.

    Raises
    ------
    RefusedError
        The number cannot be used, or the protocol has no such site.
    """
    _usable(subject)
    if protocol.site(site) is None:
        raise RefusedError(
            where=f"register {subject}",
            field="site",
            got=site,
            wanted="one of: " + ", ".join(one.code for one in protocol.sites),
            do="choose a site of the protocol in force",
        )
    return (
        own(SUBJECT, "status", Subject.REGISTERED.value),
        own(SUBJECT, "date_shift", str(shift_day), sealed=True),
    )


def _usable(subject: str) -> None:
    fit = subject.isascii() and all(c.isalnum() or c in "-_." for c in subject)
    if not fit or not 1 <= len(subject) <= 40 or not subject[0].isalnum():  # noqa: PLR2004  a label
        raise RefusedError(
            where="register",
            field="subject",
            got=subject,
            wanted="up to 40 letters, digits, - _ . with a letter or digit first",
            do="choose a number such as UMCG-001",
        )


_NUMBER = Item(
    name=HOSPITAL_NUMBER,
    title="number of the person in the hospital",
    type=ItemType.LABEL,
    personal=True,
)


def hospital_number(view: View, subject: str, entered: str) -> str:
    """Return the canonical hospital number; refuse one that another subject of the site has."""
    where = f"register {subject}"
    number = label_text(view, _NUMBER, entered, where)
    if taken := same_person(view.numbers, subject, number, where):
        refuse(taken)
    return number


def label_text(view: View, item: Item, entered: str, where: str) -> str:
    """Return a label made canonical; raise RefusedError where it cannot be."""
    verdict = canonical_value(item, entered, view.protocol, where)
    if isinstance(verdict, Unknown):
        refuse(verdict.problems)
    return verdict.value
