"""``petrial samples``: samples and their results."""

from pathlib import Path

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
    say_done,
)
from petrial.entrypoints.cli.forms import EventName, EventRepeat, FormName, Values, entry_of
from petrial.protocol.model import Role

__all__ = ["app"]

app = typer.Typer(help="Samples and their results.", no_args_is_help=True)


@app.command()
def register(
    subject: SubjectName,
    event: EventName,
    form: FormName,
    values: Values = None,
    event_repeat: EventRepeat = 1,
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Register a sample: its label, when it was taken, how it was handled.

    Example: petrial samples register UMCG-001 baseline_blood blood_sample sample=B-17
    collected_at=2024-05-23T09:10+02:00
    """
    _record(
        Act.REGISTER_SAMPLE,
        subject,
        (event, form, values, event_repeat),
        (study, user, role),
        dry_run=dry_run,
        json=json,
    )


@app.command()
def result(
    subject: SubjectName,
    event: EventName,
    form: FormName,
    values: Values = None,
    event_repeat: EventRepeat = 1,
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Register a result: of an assay, of pathology, of the laboratory.

    Example: petrial samples result UMCG-001 baseline_blood ctc sample=B-17 ctc_count=7
    """
    _record(
        Act.REGISTER_RESULT,
        subject,
        (event, form, values, event_repeat),
        (study, user, role),
        dry_run=dry_run,
        json=json,
    )


def _record(
    act: Act,
    subject: str,
    filled: tuple[str, str, list[str] | None, int],
    who: tuple[Path, str, Role | None],
    *,
    dry_run: bool,
    json: bool,
) -> None:
    from petrial.conduct.entry import record  # noqa: PLC0415  late: quick --help

    event, form, values, repeat = filled
    entry = entry_of(event, form, values, event_repeat=repeat)
    with at_desk(*who) as here:
        say_done(record(here.desk, act, subject, entry, dry_run=dry_run), as_json=json)
