"""``petrial forms``: fill in, correct, sign, lock and unlock forms, and show what they hold."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from petrial.entrypoints.cli.common import (
    As,
    DryRun,
    Json,
    Reason,
    RoleName,
    StudyDir,
    SubjectName,
    at_desk,
    named_values,
    say_done,
    say_json,
    say_seen,
    say_table,
    to_the_second,
)
from petrial.subjects.facts import Absent, place_of
from petrial.subjects.records import STATUS
from petrial.subjects.records import Form as FormState
from petrial.vocabulary.errors import UsageError

if TYPE_CHECKING:
    from petrial.conduct.entry import Entry
    from petrial.conduct.overview import Seen
    from petrial.conduct.review import FilledForm

__all__ = ["EventName", "EventRepeat", "FormName", "Observed", "Values", "app", "entry_of"]

app = typer.Typer(help="Fill in, show, correct, sign and lock forms.", no_args_is_help=True)

EventName = Annotated[str, typer.Argument(metavar="EVENT", help="Event of the protocol.")]
FormName = Annotated[str, typer.Argument(metavar="FORM", help="Form of that event.")]
Values = Annotated[
    list[str] | None, typer.Argument(metavar="ITEM=VALUE...", help="Values by item.")
]
Absences = Annotated[
    list[str] | None,
    typer.Option(
        "--absent",
        metavar="ITEM=WHY",
        help="An item without a value: not-done, unknown or not-applicable. Can be repeated.",
    ),
]
Observed = Annotated[
    str,
    typer.Option(
        "--observed", metavar="WHEN", help="Day, or moment with offset, at which it was seen."
    ),
]
EventRepeat = Annotated[
    int, typer.Option("--event-repeat", metavar="N", help="Which time, for an event that repeats.")
]
FormRepeat = Annotated[
    int | None,
    typer.Option("--form-repeat", metavar="N", help="Which form, where it repeats; a new one."),
]
FormPlace = Annotated[
    str, typer.Argument(metavar="EVENT/FORM", help="A filled-in form; repeats in brackets.")
]
ItemPlace = Annotated[
    str, typer.Argument(metavar="EVENT/FORM.ITEM", help="A stated value; repeats in brackets.")
]


def entry_of(
    event: str,
    form: str,
    values: list[str] | None,
    *,
    absent: list[str] | None = None,
    observed: str = "",
    event_repeat: int = 1,
    form_repeat: int | None = None,
) -> "Entry":
    """Return the entry that the words of a command make.

    Raises
    ------
    UsageError
        A word is no pair, or a reason for absence is unknown.
    """
    from petrial.conduct.entry import Entry  # noqa: PLC0415  late: quick --help

    reasons = named_values(absent or (), "--absent")
    known = [why.value for why in Absent if why is not Absent.REMOVED]
    for why in reasons.values():
        if why not in known:
            raise UsageError(
                where="--absent",
                field="WHY",
                got=why,
                wanted="one of: " + ", ".join(known),
                do="write it as weight_kg=not-done",
            )
    return Entry(
        event=event,
        form=form,
        values=named_values(values or (), "ITEM=VALUE"),
        absent={name: Absent(why) for name, why in reasons.items()},
        event_repeat=event_repeat,
        form_repeat=form_repeat,
        observed=observed,
    )


@app.command()
def record(
    subject: SubjectName,
    event: EventName,
    form: FormName,
    values: Values = None,
    absent: Absences = None,
    observed: Observed = "",
    event_repeat: EventRepeat = 1,
    form_repeat: FormRepeat = None,
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Fill in a form, whole or in part; what is stated already adds nothing.

    Example: petrial forms record UMCG-001 screening eligibility who_performance_status=1
    """
    from petrial.conduct.entry import fill  # noqa: PLC0415  late: quick --help

    entry = entry_of(
        event,
        form,
        values,
        absent=absent,
        observed=observed,
        event_repeat=event_repeat,
        form_repeat=form_repeat,
    )
    with at_desk(study, user, role) as here:
        say_done(fill(here.desk, subject, entry, dry_run=dry_run), as_json=json)


@app.command()
def correct(
    subject: SubjectName,
    place: ItemPlace,
    reason: Reason,
    value: Annotated[str | None, typer.Argument(metavar="VALUE", help="The right value.")] = None,
    absent: Annotated[
        str,
        typer.Option(
            "--absent",
            metavar="WHY",
            help="Instead of a value: not-done, unknown, not-applicable or removed.",
        ),
    ] = "",
    was: Annotated[
        str | None,
        typer.Option("--was", metavar="VALUE", help="The value you saw; another is refused."),
    ] = None,
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """State another value in the place of one, with the reason; both stay in the ledger.

    Example: petrial forms correct UMCG-001 fes_injection/administration.weight_kg 71.5
    --reason "read from the wrong line"
    """
    from petrial.conduct.entry import Correction  # noqa: PLC0415  late: quick --help
    from petrial.conduct.entry import correct as act  # noqa: PLC0415  as above

    if (value is None) == (absent == "") or (absent and absent not in set(Absent)):
        raise UsageError(
            where="forms correct",
            field="VALUE or --absent",
            got=absent or value,
            wanted="a value, or one of: " + ", ".join(Absent),
            do="give one of the two",
        )
    correction = Correction(
        place=place_of(place),
        value=value,
        reason=reason,
        absent=Absent(absent) if absent else None,
        was=was,
    )
    with at_desk(study, user, role) as here:
        say_done(act(here.desk, subject, correction, dry_run=dry_run), as_json=json)


@app.command()
def show(
    subject: SubjectName,
    form: Annotated[
        str, typer.Argument(metavar="EVENT/FORM", help="A filled-in form; a list of all if absent.")
    ] = "",
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    json: Json = False,
) -> None:
    """Show a filled-in form, or list all of a subject, as far as your role may see them.

    Example: petrial forms show UMCG-001 biopsy/pathology
    """
    from petrial.conduct.overview import seen  # noqa: PLC0415  late: quick --help

    filled = str(_form(form).place("any")).rpartition(".")[0] if form else ""
    with at_desk(study, user, role) as here:
        rows = seen(here.desk, subject, filled)
    if form:
        say_seen(f"{subject}, {filled}", rows, as_json=json)
        return
    forms: dict[str, list[Seen]] = {}
    for row in rows:
        if "/" in row.place:
            forms.setdefault(row.place.rpartition(".")[0], []).append(row)
    listed = [(name, _state(values), _values(values), values[-1]) for name, values in forms.items()]
    if json:
        say_json([{"form": name, "state": state, "values": n} for name, state, n, _ in listed])
        return
    say_table(
        f"Forms of {subject}",
        ("form", "state", "values", "last by", "recorded"),
        [(name, at, str(n), r.author, to_the_second(r.recorded)) for name, at, n, r in listed],
    )


def _state(values: list["Seen"]) -> str:
    stated = [row.value for row in values if row.place.endswith(f".{STATUS}")]
    return stated[-1] if stated else FormState.OPEN.value


def _values(values: list["Seen"]) -> int:
    return sum(not row.place.endswith(f".{STATUS}") for row in values)


def _form(text: str) -> "FilledForm":
    from petrial.conduct.review import FilledForm  # noqa: PLC0415  late: quick --help

    try:
        return FilledForm(*place_of(f"{text}.any")[:4])
    except UsageError:
        raise UsageError(
            where="a filled-in form",
            field="EVENT/FORM",
            got=text,
            wanted="event, slash, form; repeats in brackets",
            do="write it as biopsy/pathology[2]; `petrial forms show SUBJECT` lists them",
        ) from None


@app.command()
def sign(
    subject: SubjectName,
    form: FormPlace,
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Sign a filled-in form: it is right and complete.

    Example: petrial forms sign UMCG-001 biopsy/pathology
    """
    from petrial.conduct.review import sign as act  # noqa: PLC0415  late: quick --help

    with at_desk(study, user, role) as here:
        say_done(act(here.desk, subject, _form(form), dry_run=dry_run), as_json=json)


@app.command()
def lock(
    subject: SubjectName,
    form: Annotated[
        str, typer.Argument(metavar="EVENT/FORM", help="A filled-in form; all if absent.")
    ] = "",
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Lock a form, or all forms of a subject; open queries forbid it.

    Example: petrial forms lock UMCG-001
    """
    from petrial.conduct.review import lock as act  # noqa: PLC0415  late: quick --help

    with at_desk(study, user, role) as here:
        chosen = _form(form) if form else None
        say_done(act(here.desk, subject, chosen, dry_run=dry_run), as_json=json)


@app.command()
def unlock(
    subject: SubjectName,
    form: FormPlace,
    reason: Reason,
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Unlock a form, with the reason.

    Example: petrial forms unlock UMCG-001 biopsy/pathology --reason "central result arrived late"
    """
    from petrial.conduct.review import unlock as act  # noqa: PLC0415  late: quick --help

    with at_desk(study, user, role) as here:
        say_done(act(here.desk, subject, _form(form), reason, dry_run=dry_run), as_json=json)
