"""Acts on a subject as a whole: register, consent, screen, enrol, withdraw, complete, erase."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from petrial.conduct.calendars import LARGEST_SHIFT_DAY
from petrial.conduct.desk import Decision, Desk, Done, View, perform, refuse
from petrial.conduct.drafts import own
from petrial.conduct.filling import checked_reason
from petrial.conduct.permissions import Act
from petrial.conduct.registering import hospital_number, label_text, registration
from petrial.protocol.forms import Item, ItemType
from petrial.protocol.model import Consent
from petrial.subjects.criteria import Screening, Standing, screening_of
from petrial.subjects.facts import Draft
from petrial.subjects.reconsent import consents_again
from petrial.subjects.records import (
    CONSENT,
    SCREENING,
    SUBJECT,
    SUBJECT_MOVES,
    Given,
    Subject,
    SubjectHappening,
    moved,
)
from petrial.subjects.study import next_repeat
from petrial.vocabulary.errors import Problem, RefusedError

__all__ = [
    "Answers",
    "complete",
    "consent",
    "enrol",
    "erase",
    "register",
    "registration",
    "screen",
    "withdraw",
]


def register(
    desk: Desk, site: str, subject: str, pseudonym: str = "", *, dry_run: bool = False
) -> Done:
    """Register a subject at a site, and draw the date shift of its images.

    Parameters
    ----------
    desk
        Where.
    site
        Code of the site.
    subject
        Number in the trial; it must not tell who the person is.
    pseudonym
        The hospital's own number, sealed; empty where it is not kept here.

    Raises
    ------
    RefusedError
        The number is taken or cannot be used; the site is unknown; or the hospital's number
        cannot be, or is registered at this site already. Another hospital may have the same
        number for someone else.
    """

    def decide(view: View) -> Decision:
        shift = desk.draw(1, LARGEST_SHIFT_DAY)
        drafts = registration(view.protocol, site, subject, shift)
        if pseudonym:
            number = hospital_number(view, subject, pseudonym)
            drafts = (*drafts, own(SUBJECT, "pseudonym", number, sealed=True))
        return Decision(drafts=drafts)

    return perform(desk, Act.REGISTER, subject, decide, site=site, dry_run=dry_run)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a subject said when asked for consent.

    Attributes
    ----------
    given
        By name of the consent.
    on
        The day of the signature.
    form_version
        Version of the information and consent form.
    """

    given: Mapping[str, Given]
    on: date
    form_version: str


def consent(desk: Desk, subject: str, answers: Answers, *, dry_run: bool = False) -> Done:
    """State the answers of a subject to the consents of the protocol.

    Raises
    ------
    RefusedError
        A consent that the protocol does not have, a day in the future, no version of the form, or
        no answer at all; one is withdrawn that was never given; or a subject who has withdrawn
        gives one.
    """

    def decide(view: View) -> Decision:
        where = f"consent of {subject}"
        names = [one.name for one in view.protocol.consents]
        problems = [
            Problem(where, "consent", name, "one of: " + ", ".join(names), "correct the name")
            for name in answers.given
            if name not in names
        ]
        if answers.on > view.now.date() or not answers.given:
            day = answers.on.isoformat()
            problems.append(
                Problem(
                    where,
                    "day of consent" if answers.given else "answers",
                    day if answers.given else "",
                    f"a day up to {view.now.date()}" if answers.given else "one answer at least",
                    "enter what stands on the signed form",
                )
            )
        problems += [
            Problem(where, name, "withdrawn", "a consent that was given", "correct the answer")
            for name, answer in answers.given.items()
            if answer is Given.WITHDRAWN and view.state.consent(name, answers.on) is not Given.GIVEN
        ]
        problems += [
            Problem(
                where, name, "given", "a subject who takes part", "after withdrawal none counts"
            )
            for name, answer in answers.given.items()
            if answer is Given.GIVEN and view.state.status is Subject.WITHDRAWN
        ]
        if problems:
            refuse(problems)
        version = label_text(view, _VERSION, answers.form_version, where)
        repeat, day = next_repeat(view.state, CONSENT), answers.on.isoformat()
        stated = [
            own(CONSENT, name, answer.value, repeat, observed=day)
            for name, answer in answers.given.items()
        ]
        stated.append(own(CONSENT, "version", version, repeat, observed=day))
        return Decision(drafts=tuple(stated), notes=_taken_back(view, answers))

    return perform(desk, Act.CONSENT, subject, decide, dry_run=dry_run)


_VERSION = Item(name="version", title="version of the consent form", type=ItemType.LABEL)


def _taken_back(view: View, answers: Answers) -> tuple[str, ...]:
    """Return what to do where a consent without which nobody takes part was withdrawn."""
    if view.state.status is Subject.WITHDRAWN:
        return ()
    return tuple(
        f"{one.name} is required: state the withdrawal too, `petrial subjects withdraw`."
        for one in view.protocol.consents
        if one.required and answers.given.get(one.name) is Given.WITHDRAWN
    )


def screen(desk: Desk, subject: str, on: date, *, dry_run: bool = False) -> Done:
    """Judge every criterion as of a day on what is stated now, and state the verdicts.

    An undecided screening names the facts that are missing, in the notes.

    Raises
    ------
    RefusedError
        The subject is enrolled, or takes part no more; or the day lies in the future.
    """

    def decide(view: View) -> Decision:
        _past(on, view, f"screen {subject}")
        if view.state.status is Subject.ENROLLED:
            raise RefusedError(
                where=f"screen {subject}",
                field="subject",
                got="enrolled",
                wanted="a subject who is not enrolled yet: screening ends with enrolment",
                do="look at deviations since: `petrial subjects deviations`",
            )
        screening = screening_of(view.protocol, view.state, on)
        status = view.state.status or Subject.REGISTERED
        after = moved(SUBJECT_MOVES, status, _HAPPENED[screening.standing], f"screen {subject}")
        repeat, day = next_repeat(view.state, SCREENING), on.isoformat()
        drafts = [
            own(SCREENING, judged.number, judged.outcome.value, repeat, observed=day)
            for judged in screening.judgements
        ]
        drafts.append(own(SCREENING, "verdict", screening.standing.value, repeat, observed=day))
        if after is not status:
            drafts.append(own(SUBJECT, "status", after.value, observed=day))
        return Decision(drafts=tuple(drafts), notes=(*_told(screening), *_asked_again(view, on)))

    return perform(desk, Act.SCREEN, subject, decide, dry_run=dry_run)


_HAPPENED = {
    Standing.ELIGIBLE: SubjectHappening.FOUND_ELIGIBLE,
    Standing.INELIGIBLE: SubjectHappening.FOUND_INELIGIBLE,
    Standing.UNDECIDED: SubjectHappening.FOUND_UNDECIDED,
}


def _told(screening: Screening) -> tuple[str, ...]:
    """Return for each criterion what it came to, by which facts, and what is shown beside it."""
    told = []
    for judged in screening.judgements:
        told.append(f"{judged.number} {judged.outcome.value}: {judged.why}")
        told += [
            f"{judged.number}, beside the verdict: {beside.text}: {beside.judged.outcome.value}"
            f" ({beside.judged.why})"
            for beside in judged.informed_by
        ]
    return tuple(told)


def _asked_again(view: View, on: date) -> tuple[str, ...]:
    return tuple(
        f"Consent {name} is to be asked again: protocol {one.version} is in force since "
        f"{one.in_force_from}."
        for name, one in consents_again(view.state, view.study, on)
    )


def enrol(desk: Desk, subject: str, on: date, *, dry_run: bool = False) -> Done:
    """Enrol a subject: consents given, criteria judged anew, all in order on this day.

    States the day of enrolment and no other: study day 1 is the protocol's own event, whose form
    says when it took place.

    Raises
    ------
    RefusedError
        A required consent was not given by that day, a criterion is not fulfilled or unknown, or
        the subject was not found eligible before, each reason named; or the day lies in the future.
    """

    def decide(view: View) -> Decision:
        _past(on, view, f"enrol {subject}")
        lacking = [
            _lacking(subject, one, on)
            for one in view.protocol.consents
            if one.required and view.state.consent(one.name, on) is not Given.GIVEN
        ]
        lacking += [
            Problem(
                f"enrol {subject}",
                f"consent {name}",
                "given before",
                f"given again: protocol {one.version} is in force since {one.in_force_from}",
                "ask for it again, and state the answer: `petrial subjects consent`",
            )
            for name, one in consents_again(view.state, view.study, on)
        ]
        if lacking:
            refuse(lacking)
        screening = screening_of(view.protocol, view.state, on)
        if screening.standing is not Standing.ELIGIBLE:
            refuse(
                [
                    Problem(
                        f"enrol {subject}",
                        f"criterion {judged.number}",
                        f"{judged.outcome.value}: {judged.why}",
                        judged.text,
                        "enter what is missing; a subject who does not fit cannot be enrolled",
                    )
                    for judged in screening.judgements
                    if judged.blocks
                ]
            )
        status = view.state.status or Subject.REGISTERED
        after = moved(SUBJECT_MOVES, status, SubjectHappening.ENROLLED, f"enrol {subject}")
        return Decision(drafts=(own(SUBJECT, "status", after.value, observed=on.isoformat()),))

    return perform(desk, Act.ENROL, subject, decide, dry_run=dry_run)


def _lacking(subject: str, one: Consent, on: date) -> Problem:
    return Problem(
        f"enrol {subject}",
        f"consent {one.name}",
        "",
        f"given by {on.isoformat()}: {one.text}",
        "ask for it, and state the answer: `petrial subjects consent`",
    )


def withdraw(desk: Desk, subject: str, on: date, reason: str, *, dry_run: bool = False) -> Done:
    """State that a subject takes part no more; what was stated before stays.

    Raises
    ------
    RefusedError
        The subject has withdrawn or completed; no reason; or a day in the future.
    """

    def decide(view: View) -> Decision:
        stated = _ended(view, SubjectHappening.WITHDREW, on)
        said = checked_reason(reason, f"withdraw {subject}")
        day = on.isoformat()
        if view.state.own(SUBJECT, "erased") is not None:
            return Decision(drafts=(stated,), notes=("The reason is not kept: erased is erased.",))
        return Decision(
            drafts=(stated, own(SUBJECT, "ended_because", said, observed=day, sealed=True))
        )

    return perform(desk, Act.WITHDRAW, subject, decide, dry_run=dry_run)


def complete(desk: Desk, subject: str, on: date, *, dry_run: bool = False) -> Done:
    """State that a subject has completed the trial.

    Raises
    ------
    RefusedError
        The subject is not enrolled, or a day in the future.
    """

    def decide(view: View) -> Decision:
        return Decision(drafts=(_ended(view, SubjectHappening.COMPLETED, on),))

    return perform(desk, Act.COMPLETE, subject, decide, dry_run=dry_run)


def _ended(view: View, happening: SubjectHappening, on: date) -> Draft:
    where = f"{happening.value} {view.state.subject}"
    after = moved(SUBJECT_MOVES, view.state.status or Subject.REGISTERED, happening, where)
    _past(on, view, where)
    return own(SUBJECT, "status", after.value, observed=on.isoformat())


def _past(on: date, view: View, where: str) -> None:
    if on > view.now.date():
        raise RefusedError(
            where=where,
            field="day",
            got=on.isoformat(),
            wanted=f"a day up to {view.now.date()}",
            do="enter it when it has happened",
        )


def erase(desk: Desk, subject: str, reason: str, *, dry_run: bool = False) -> Done:
    """Erase a subject's sealed texts: names, birth date, free text, reasons, date shift.

    Those of values that were replaced go too. The chain stays whole: it holds commitments, which
    without their salt tell nothing. The reason of the erasure is sealed like any other, and goes
    with the next one. From then on a subject is withdrawn, completed, locked, its queries closed,
    and nothing else is stated of it.

    Raises
    ------
    RefusedError
        No reason is given.
    """

    def decide(view: View) -> Decision:
        said = checked_reason(reason, f"erase {subject}")
        return Decision(
            drafts=(
                own(SUBJECT, "erased", "yes"),
                own(SUBJECT, "erased_because", said, sealed=True),
            ),
            erase=view.sealed,
            notes=(f"{len(view.sealed)} sealed texts of the chain, those of replaced values too.",),
        )

    return perform(desk, Act.ERASE, subject, decide, dry_run=dry_run)
