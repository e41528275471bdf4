"""Consents that an amendment asks anew of those who had given them before it."""

from datetime import date

from petrial.subjects.records import Given, Subject
from petrial.subjects.state import SubjectState, day_of
from petrial.subjects.study import ALL_SITES, Adoption, adoptions

__all__ = ["TAKING_PART", "consents_again"]

TAKING_PART = (Subject.REGISTERED, Subject.ELIGIBLE, Subject.ENROLLED)
"""Statuses of who may still be asked."""


def consents_again(
    state: SubjectState, study: SubjectState, on: date
) -> tuple[tuple[str, Adoption], ...]:
    """Return the consents that are to be asked again on a day, each with the adoption that asks.

    Of those who take part and had given the consent on a day before the version came into force
    at their site. Who was never asked, refused or withdrew is not asked again by this.

    Parameters
    ----------
    state
        The subject.
    study
        The study's own chain.
    on
        The day; what comes into force later asks nobody yet.
    """
    if state.status not in TAKING_PART:
        return ()
    asking: dict[str, Adoption] = {}
    for one in sorted(adoptions(study), key=lambda adoption: adoption.in_force_from):
        if one.site in {ALL_SITES, state.site} and one.in_force_from <= on:
            asking |= dict.fromkeys(one.consent_again, one)
    found = []
    for name, adoption in asking.items():
        answer = state.answer(name)
        if answer is None or answer.value != Given.GIVEN.value:
            continue
        given = day_of(answer.observed or answer.recorded)
        if given < adoption.in_force_from:
            found.append((name, adoption))
    return tuple(found)
