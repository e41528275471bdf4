"""``petrial data``: files in, all of them or none; files out, as far as a role may see."""

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
    say_json,
)
from petrial.entrypoints.cli.output import check_target, working
from petrial.vocabulary.errors import UsageError

__all__ = ["app"]

app = typer.Typer(help="Data in and out.", no_args_is_help=True)

InFormat = Annotated[str, typer.Argument(metavar="FORMAT", help="csv, xlsx, redcap or odm.")]
InFile = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, metavar="FILE", help="The file.")
]
Purpose = Annotated[
    str, typer.Option("--purpose", metavar="TEXT", help="Why; it stands in the access chain.")
]


def _known(name: str, known: tuple[str, ...]) -> str:
    if name not in known:
        raise UsageError(
            where="petrial data",
            field="FORMAT",
            got=name,
            wanted="one of: " + ", ".join(known),
            do="correct the name of the format",
        )
    return name


@app.command("import")
def import_file(
    form: InFormat,
    file: InFile,
    mapping: Annotated[
        Path,
        typer.Option(
            "--map",
            exists=True,
            dir_okay=False,
            metavar="FILE",
            help="Says where each column goes; drafted by `petrial data draft-map`.",
        ),
    ],
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Let values take the place of others; needs --reason."),
    ] = False,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why values are replaced; sealed.")
    ] = "",
    register_at: Annotated[
        str,
        typer.Option(
            "--register-at", metavar="SITE", help="Register subjects that are not known there."
        ),
    ] = "",
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Take in a file: all of its values, or none and every bad cell named.

    Example: petrial data import csv laboratory.csv --map laboratory.yaml --as dora
    """
    from petrial.bootstrap import exchange  # noqa: PLC0415  late: quick --help
    from petrial.conduct.intake import Order  # noqa: PLC0415  as above

    order = Order(replace=replace, reason=reason, dry_run=dry_run)
    kind = _known(form, tuple(exchange.FORMATS))
    with at_desk(study, user, role) as here, working("Taking in the file"):
        done = exchange.import_file(here.desk, kind, file, mapping, order, register_at)
    if json:
        say_json(
            {
                "subjects": list(done.subjects),
                "cells": done.cells,
                "new": done.new,
                "replaced": done.replaced,
                "unchanged": done.unchanged,
                "dry_run": done.dry_run,
                "registered": list(done.registered),
            }
        )
        return
    typer.echo(
        f"{'Would state' if done.dry_run else 'Stated'}: {done.new} new values, "
        f"{done.replaced} in the place of others; {done.unchanged} were stated already. "
        f"Subjects: {len(done.subjects)}."
    )
    if done.registered:
        verb = "Would register" if done.dry_run else "Registered"
        typer.echo(f"{verb} at {register_at}: {', '.join(done.registered)}.")


@app.command("draft-map")
def draft_map(
    form: InFormat,
    file: InFile,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write the map.")],
    dictionary: Annotated[
        Path | None,
        typer.Option(
            "--dictionary",
            exists=True,
            dir_okay=False,
            metavar="FILE",
            help="Data dictionary of REDCap (CSV).",
        ),
    ] = None,
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
) -> None:
    """Draft the map of a file from its header; a person decides what is left as TODO.

    Example: petrial data draft-map csv laboratory.csv --out laboratory.yaml
    """
    from petrial.bootstrap import exchange  # noqa: PLC0415  late: quick --help
    from petrial.conduct.overview import protocol_here  # noqa: PLC0415  as above

    check_target("--out", out)
    kind = _known(form, tuple(exchange.FORMATS))
    with at_desk(study, user, role) as here:
        text = exchange.drafted_map(kind, file, protocol_here(here.desk), dictionary)
    out.write_text(text, encoding="utf-8")
    typer.echo(f"Map: {out}, {text.count('TODO')} places to decide")


@app.command("export")
def export_file(
    form: Annotated[str, typer.Argument(metavar="FORMAT", help="csv, forms or odm.")],
    target: Annotated[
        Path, typer.Argument(metavar="FILE", help="Where to write; a folder for forms.")
    ],
    purpose: Purpose,
    for_programs: Annotated[
        bool,
        typer.Option("--for-programs", help="Leave texts that spreadsheets take for formulas."),
    ] = False,
    reasons: Annotated[
        bool,
        typer.Option("--reasons", help="odm: with the reasons for change, which are free text."),
    ] = False,
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    json: Json = False,
) -> None:
    """Write what your role may see; sealed values never go out, and the export is noted.

    csv: one row for each value. forms: a folder with a CSV for each form. odm: every fact with
    its audit record, as ODM 1.3.2.

    Example: petrial data export odm study.xml --purpose "backup at the sponsor" --as dora
    """
    from petrial.bootstrap import exchange  # noqa: PLC0415  late: quick --help

    kind = _known(form, ("csv", "forms", "odm"))
    check_target("FILE", target, made=kind == "forms")
    with at_desk(study, user, role) as here, working("Writing"):
        if kind == "csv":
            rows = {
                target.name: exchange.export_csv(here.desk, target, purpose, safe=not for_programs)
            }
        elif kind == "forms":
            rows = exchange.export_forms(here.desk, target, purpose)
        else:
            rows = {target.name: exchange.export_odm(here.desk, target, purpose, reasons=reasons)}
    if json:
        say_json(rows)
        return
    for name, count in rows.items():
        typer.echo(f"{name}: {count}")
