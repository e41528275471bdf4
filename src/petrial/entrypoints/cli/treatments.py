"""``petrial treatments`` and ``petrial safety``: drugs, and adverse events with their clock."""

from pathlib import Path
from typing import Annotated

import typer

from petrial.conduct.permissions import Act
from petrial.entrypoints.cli.common import (
    As,
    DryRun,
    Json,
    RoleName,
    StudyDir,
    SubjectName,
    at_desk,
    named_values,
    say_done,
)
from petrial.entrypoints.cli.forms import EventName, EventRepeat, Values, entry_of

__all__ = ["safety", "treatments"]

treatments = typer.Typer(help="Drugs and other treatments.", no_args_is_help=True)
safety = typer.Typer(help="Adverse events.", no_args_is_help=True)


@treatments.command()
def start(
    subject: SubjectName,
    event: EventName,
    values: Values = None,
    form: Annotated[
        str, typer.Option("--form", metavar="FORM", help="Form of the treatment.")
    ] = "medication",
    event_repeat: EventRepeat = 1,
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """State that a treatment was started.

    Example: petrial treatments start UMCG-001 therapy_start drug_class=cdk46 started_on=2024-06-03
    """
    from petrial.conduct.entry import record  # noqa: PLC0415  late: quick --help

    entry = entry_of(event, form, values, event_repeat=event_repeat)
    with at_desk(study, user, role) as here:
        say_done(record(here.desk, Act.TREAT, subject, entry, dry_run=dry_run), as_json=json)


@treatments.command()
def change(
    subject: SubjectName,
    event: EventName,
    number: Annotated[int, typer.Argument(metavar="N", help="Which treatment of the event ends.")],
    stopped_on: Annotated[str, typer.Option("--stopped-on", metavar="DATE", help="Its last day.")],
    values: Annotated[
        list[str] | None,
        typer.Argument(metavar="ITEM=VALUE...", help="The next treatment; none if absent."),
    ] = None,
    form: Annotated[
        str, typer.Option("--form", metavar="FORM", help="Form of the treatment.")
    ] = "medication",
    event_repeat: EventRepeat = 1,
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """End a treatment, and start the one that takes its place, in one act.

    Example: petrial treatments change UMCG-001 therapy_start 1 --stopped-on 2024-09-02
    drug_class=chemotherapy started_on=2024-09-05
    """
    from petrial.conduct.entry import Change, change_treatment  # noqa: PLC0415  late: quick --help

    wanted = Change(
        event=event,
        form=form,
        form_repeat=number,
        stopped_on=stopped_on,
        next_treatment=named_values(values, "ITEM=VALUE") if values else None,
        event_repeat=event_repeat,
    )
    with at_desk(study, user, role) as here:
        say_done(change_treatment(here.desk, subject, wanted, dry_run=dry_run), as_json=json)


@safety.command()
def report(
    subject: SubjectName,
    event: EventName,
    values: Values = None,
    form: Annotated[
        str, typer.Option("--form", metavar="FORM", help="Form of the adverse event.")
    ] = "adverse_event",
    event_repeat: EventRepeat = 1,
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """State an adverse event; of a serious one, until when it is to be reported.

    Example: petrial safety report UMCG-001 adverse_events serious=yes started_on=2024-05-24
    aware_at=2024-05-25T08:00+02:00
    """
    from petrial.conduct.entry import record  # noqa: PLC0415  late: quick --help

    entry = entry_of(event, form, values, event_repeat=event_repeat)
    with at_desk(study, user, role) as here:
        say_done(record(here.desk, Act.REPORT, subject, entry, dry_run=dry_run), as_json=json)
