"""``petrial snapshots``: data cuts in study days, with hashes."""

from pathlib import Path
from typing import Annotated

import typer

from petrial.entrypoints.cli.common import (
    As,
    DryRun,
    Json,
    RoleName,
    StudyDir,
    at_desk,
    say_done,
    say_json,
    say_table,
)
from petrial.entrypoints.cli.output import complain, working

__all__ = ["app"]

REFUSED = 3

app = typer.Typer(help="Data cuts, in study days.", no_args_is_help=True)


@app.command()
def create(
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Take a snapshot of all that is in the ledger now: Parquet tables and a manifest.

    Example: petrial snapshots create --as sofia
    """
    with at_desk(study, user, role) as here, working("Taking the snapshot"):
        done, order = here.study.snapshot(here.desk, dry_run=dry_run)
    if json:
        say_json({"id": order.id, "dry_run": dry_run, "chains": len(order.heads)})
        return
    say_done(done, as_json=False)
    typer.echo(f"Snapshot: {study / 'snapshots' / order.id}")


@app.command()
def verify(
    snapshot: Annotated[str, typer.Argument(metavar="ID", help="Which; see the list.")],
    again: Annotated[
        bool, typer.Option("--again", help="Make it anew from the ledger and compare the bytes.")
    ] = False,
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    json: Json = False,
) -> None:
    """Verify a snapshot: hashes of its files, its manifest, its pins in the ledger.

    Example: petrial snapshots verify 3f1c09a2b7de
    """
    with at_desk(study, user, role) as here, working("Verifying"):
        problems = here.study.snapshot_problems(here.desk, snapshot, again=again)
    if json:
        say_json({"id": snapshot, "whole": not problems, "faults": [str(p) for p in problems]})
    else:
        typer.echo("Whole." if not problems else "NOT whole.")
    for problem in problems:
        complain(problem)
    raise typer.Exit(REFUSED if problems else 0)


@app.command("list")
def list_snapshots(
    study: StudyDir = Path(), user: As = "", role: RoleName = None, json: Json = False
) -> None:
    """List the snapshots of the study.

    Example: petrial snapshots list
    """
    with at_desk(study, user, role) as here:
        found = here.study.snapshots(here.desk)
    if json:
        say_json([{"id": m.id, "digest": m.digest, "tables": len(m.tables)} for m in found])
        return
    say_table(
        "Snapshots",
        ("id", "protocol", "facts", "tables", "software"),
        [
            (
                m.id,
                m.protocols[0][0],
                str(sum(head.seq for head in m.heads)),
                str(len(m.tables)),
                ", ".join(f"{name} {version}" for name, version in m.software.items()),
            )
            for m in found
        ],
    )
