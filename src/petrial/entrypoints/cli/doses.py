"""``petrial doses``: tracer batches, administrations, what to order."""

from pathlib import Path
from typing import Annotated

import typer

from petrial.conduct.permissions import Act
from petrial.entrypoints.cli.common import (
    As,
    DryRun,
    Json,
    Reason,
    RoleName,
    StudyDir,
    SubjectName,
    at_desk,
    say_done,
    say_json,
    say_table,
)
from petrial.entrypoints.cli.forms import EventName, EventRepeat, Values, entry_of

__all__ = ["app"]

app = typer.Typer(help="Tracer batches and administrations.", no_args_is_help=True)

Batch = Annotated[str, typer.Argument(metavar="BATCH", help="Number of the batch.")]
Site = Annotated[str, typer.Option("--site", metavar="SITE", help="Code of the site.")]


@app.command()
def receive(
    batch: Batch,
    tracer: Annotated[str, typer.Option("--tracer", help="Tracer, by its name in the protocol.")],
    site: Site,
    activity_mbq: Annotated[
        str, typer.Option("--activity-mbq", metavar="MBQ", help="Activity at its calibration.")
    ],
    calibrated_at: Annotated[
        str, typer.Option("--calibrated-at", metavar="MOMENT", help="With offset from UTC.")
    ],
    expires_at: Annotated[
        str, typer.Option("--expires-at", metavar="MOMENT", help="With offset from UTC.")
    ],
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """State the receipt of a tracer batch.

    Example: petrial doses receive FES-0524 --tracer 18F-FES --site umcg --activity-mbq 900
    --calibrated-at 2024-05-24T09:00+02:00 --expires-at 2024-05-24T19:00+02:00
    """
    from petrial.conduct.supply import Receipt, receive_batch  # noqa: PLC0415  late: quick --help

    receipt = Receipt(
        site=site,
        batch=batch,
        tracer=tracer,
        activity_mbq=activity_mbq,
        calibrated_at=calibrated_at,
        expires_at=expires_at,
    )
    with at_desk(study, user, role) as here:
        say_done(receive_batch(here.desk, receipt, dry_run=dry_run), as_json=json)


@app.command()
def release(
    batch: Batch,
    site: Site,
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Release a received batch for patients.

    Example: petrial doses release FES-0524 --site umcg
    """
    from petrial.conduct.supply import release_batch  # noqa: PLC0415  late: quick --help

    with at_desk(study, user, role) as here:
        say_done(release_batch(here.desk, site, batch, dry_run=dry_run), as_json=json)


@app.command()
def reject(
    batch: Batch,
    site: Site,
    reason: Reason,
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Reject a batch, also one that was released.

    Example: petrial doses reject FES-0524 --site umcg --reason "radiochemical purity 91 %"
    """
    from petrial.conduct.supply import reject_batch  # noqa: PLC0415  late: quick --help

    with at_desk(study, user, role) as here:
        say_done(reject_batch(here.desk, site, batch, reason, dry_run=dry_run), as_json=json)


@app.command()
def register(
    subject: SubjectName,
    event: EventName,
    values: Values = None,
    form: Annotated[
        str, typer.Option("--form", metavar="FORM", help="Form of the administration.")
    ] = "administration",
    event_repeat: EventRepeat = 1,
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Register the administration of a tracer: activity, residual, moments, batch.

    Example: petrial doses register UMCG-001 fes_injection tracer=18F-FES activity_mbq=205
    measured_at=2024-05-24T10:20+02:00 injected_at=2024-05-24T10:31+02:00 batch=FES-0524
    """
    from petrial.conduct.entry import record  # noqa: PLC0415  late: quick --help

    entry = entry_of(event, form, values, event_repeat=event_repeat)
    with at_desk(study, user, role) as here:
        done = record(here.desk, Act.ADMINISTER, subject, entry, dry_run=dry_run)
        say_done(done, as_json=json)


@app.command("list")
def list_doses(
    subject: SubjectName,
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    json: Json = False,
) -> None:
    """List the administrations of a subject: net activity at injection, effective dose, sum.

    Example: petrial doses list UMCG-001
    """
    from petrial.conduct.dosing import dose_list  # noqa: PLC0415  late: quick --help

    with at_desk(study, user, role) as here:
        view = dose_list(here.desk, subject)
    if json:
        say_json(view.as_data())
        return
    say_table(
        f"Administrations of {subject}",
        ("tracer", "injected", "net MBq", "mSv", "note"),
        [(r.tracer, r.injected_at, r.net_mbq, r.effective_msv, r.note) for r in view.rows],
    )
    typer.echo(f"Sum of effective doses: {view.total_msv}")
