"""The commands, joined."""

from typing import Annotated

import typer

from petrial import __version__
from petrial.entrypoints.cli import (
    adoption,
    audit,
    data,
    demo,
    doctor,
    doses,
    forms,
    images,
    protocol,
    queries,
    samples,
    schedule,
    snapshots,
    study,
    subjects,
    treatments,
)

__all__ = ["app"]

app = typer.Typer(
    help="Runs molecular-imaging drug-selection trials, from the protocol to the published table.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)
app.add_typer(study.app, name="study")
app.add_typer(protocol.app, name="protocol")
protocol.app.command("adopt")(adoption.adopt)
app.add_typer(subjects.app, name="subjects")
app.add_typer(schedule.app, name="schedule")
app.add_typer(forms.app, name="forms")
app.add_typer(queries.app, name="queries")
app.add_typer(samples.app, name="samples")
app.add_typer(doses.app, name="doses")
app.add_typer(treatments.treatments, name="treatments")
app.add_typer(treatments.safety, name="safety")
app.add_typer(audit.app, name="audit")
app.add_typer(snapshots.app, name="snapshots")
app.add_typer(data.app, name="data")
app.add_typer(images.app, name="images")
app.command("demo")(demo.demo)
app.command("doctor")(doctor.doctor)


def _version(wanted: bool) -> None:  # noqa: FBT001  as typer hands it over
    if wanted:
        typer.echo(f"petrial {__version__}")
        raise typer.Exit


@app.callback()
def petrial(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_version, is_eager=True),
    ] = False,
) -> None:
    """Run molecular-imaging drug-selection trials, from the protocol to the published table.

    Exit codes: 0 all well, 2 wrong usage, 3 something was refused (the rest is still done).
    """
    del version
