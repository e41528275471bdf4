"""``petrial audit``: who entered, changed, saw or exported what; is the ledger whole."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from petrial.entrypoints.cli.common import (
    As,
    DryRun,
    Json,
    RoleName,
    StudyDir,
    at_desk,
    say_json,
    say_table,
    to_the_second,
)
from petrial.entrypoints.cli.output import check_target, complain, working

if TYPE_CHECKING:
    from petrial.conduct.trail import AccessRow, TrailRow

__all__ = ["app"]

REFUSED = 3

app = typer.Typer(help="The record of the record.", no_args_is_help=True)


@app.command()
def show(
    subject: Annotated[
        str, typer.Argument(metavar="SUBJECT", help="Of whom; of the study itself if absent.")
    ] = "",
    place: Annotated[
        str, typer.Option("--place", metavar="EVENT/FORM.ITEM", help="The history of one value.")
    ] = "",
    by: Annotated[str, typer.Option("--by", metavar="USER", help="What one person did.")] = "",
    access: Annotated[
        bool, typer.Option("--access", help="Who saw or exported what, instead.")
    ] = False,
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    json: Json = False,
) -> None:
    """Tell who entered, changed, saw or exported what, when and why.

    Example: petrial audit show UMCG-001 --place fes_injection/administration.weight_kg
    """
    from petrial.conduct.trail import accesses, trail  # noqa: PLC0415  late: quick --help

    with at_desk(study, user, role) as here:
        if access:
            _say_accesses(accesses(here.desk, subject, by), as_json=json)
        else:
            _say_trail(trail(here.desk, subject, place, by), place, as_json=json)


def _say_accesses(rows: Sequence["AccessRow"], *, as_json: bool) -> None:
    if as_json:
        say_json([row.as_data() for row in rows])
        return
    say_table(
        "Seen and exported",
        ("when", "who", "role", "did", "of", "what", "why"),
        [
            (to_the_second(r.moment), r.author, r.role, r.act, r.subject, r.what, r.why)
            for r in rows
        ],
    )


def _say_trail(rows: Sequence["TrailRow"], place: str, *, as_json: bool) -> None:
    if as_json:
        say_json([row.as_data() for row in rows])
        return
    named = bool(place)
    header = ("fact", "when", "who", "act", *(() if named else ("where",)), "value", "was", "why")
    say_table(
        f"History of {place}" if named else "History",
        (*header, "protocol"),
        [
            (
                str(r.seq),
                to_the_second(r.recorded),
                f"{r.author}, {r.role}",
                r.act,
                *(() if named else (r.place,)),
                r.value,
                r.was,
                r.reason,
                r.protocol,
            )
            for r in rows
        ],
    )


@app.command()
def verify(
    head: Annotated[
        Path | None,
        typer.Option(
            "--head",
            exists=True,
            dir_okay=False,
            metavar="FILE",
            help="A head exported before and kept elsewhere; finds a cut end too.",
        ),
    ] = None,
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    json: Json = False,
) -> None:
    """Verify every chain, the projection, the vault and the access chain; name the first bad fact.

    Without --head it cannot show that the newest facts, or all of them, were replaced by someone
    who holds the keys.

    Example: petrial audit verify --head /safe/head-12.json
    """
    with at_desk(study, user, role) as here, working("Reading every fact"):
        found = here.study.verified(here.desk, head)
    if json:
        say_json(
            {
                "whole": found.whole,
                "facts": found.facts,
                "chains": found.chains,
                "accesses": found.accesses,
                "checkpoints": found.checkpoints,
                "sealed": found.sealed,
                "erased": found.erased,
                "compared_with_head_of": found.head,
                "faults": [str(fault) for fault in found.faults],
            }
        )
    else:
        typer.echo(
            f"{found.facts} facts in {found.chains} chains, {found.accesses} accesses, "
            f"{found.checkpoints} checkpoints, {found.sealed} sealed texts, {found.erased} erased"
        )
        typer.echo("Whole." if found.whole else "NOT whole.")
        if not found.head:
            typer.echo("Not compared with an exported head: a cut end cannot be seen.")
    for fault in found.faults:
        complain(fault)
    raise typer.Exit(0 if found.whole else REFUSED)


@app.command()
def seal(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Where to write the head; keep it elsewhere.")
    ],
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Make a checkpoint over all chains, sign it, and export it.

    Example: petrial audit seal /safe/head-12.json
    """
    check_target("FILE", file)
    with at_desk(study, user, role) as here:
        if dry_run:
            chains = here.study.chains(here.desk)
            typer.echo(f"Would seal {chains} chains into {file}; nothing is written.")
            return
        head = here.study.sealed(here.desk)
    file.write_text(head.to_json() + "\n", encoding="utf-8")
    if json:
        say_json({"number": head.number, "moment": head.moment, "file": str(file)})
        return
    typer.echo(f"Head {head.number} of {head.moment}: {file}")
    typer.echo("Keep it where nobody who can change the ledger can change it.")
