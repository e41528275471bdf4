"""Whether two subjects are one person: by the hospital's number, by numbers that look alike."""

from collections.abc import Iterable
from typing import Final

from petrial.conduct.ledger import Ledger
from petrial.protocol.forms import Form
from petrial.protocol.model import Protocol
from petrial.subjects.records import SUBJECT
from petrial.vocabulary.errors import Problem

__all__ = ["HOSPITAL_NUMBER", "numbers_of", "same_person", "twins"]

HOSPITAL_NUMBER: Final = "hospital_number"
"""Item that holds the number of a person in the hospital, in a protocol that asks for it."""


def numbers_of(ledger: Ledger, protocol: Protocol, site: str) -> dict[str, str]:
    """Return the hospital numbers of a site, case-folded, with their subjects.

    Those stated at registration, and those of a form that asks for them.
    """
    facts = [*ledger.across(SUBJECT, "pseudonym")]
    for form in filter(_asks, protocol.forms):
        facts += ledger.across(form.name, HOSPITAL_NUMBER)
    opened = ledger.opened(facts)
    return {
        opened.get(fact.value, fact.value).strip().casefold(): fact.subject
        for fact in facts
        if fact.site == site
        and fact.value is not None
        and (not fact.sealed or fact.value in opened)
    }


def _asks(form: Form) -> bool:
    item = form.item(HOSPITAL_NUMBER)
    return item is not None and item.personal


def same_person(
    numbers: dict[str, str], subject: str, number: str, where: str
) -> tuple[Problem, ...]:
    """Return a problem where another subject of the site has the hospital number.

    Parameters
    ----------
    numbers
        As of ``numbers_of``; this one is added to them.
    subject, number
        Whose, and which.
    where
        Stands in the problem.
    """
    other = numbers.setdefault(number.strip().casefold(), subject)
    if other == subject:
        return ()
    return (
        Problem(
            where,
            "hospital number",
            f"the one of {other}",
            "a person who is not registered yet",
            f"go on with {other}",
        ),
    )


def twins(known: Iterable[str], subject: str) -> tuple[Problem, ...]:
    """Return a problem where a known number differs from a new one by capital letters only."""
    return tuple(
        Problem(
            f"register {subject}",
            "subject",
            subject,
            f"a number that differs from {one} by more than capital letters",
            f"go on with {one}, or choose another number",
        )
        for one in known
        if one != subject and one.casefold() == subject.casefold()
    )[:1]
