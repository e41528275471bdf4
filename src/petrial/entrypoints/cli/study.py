"""``petrial study``: make a study, say what it is, roles, analysis plan, unblinding."""

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
from petrial.entrypoints.cli.output import console, plain, working
from petrial.protocol.model import Role

__all__ = ["app"]

app = typer.Typer(help="Make a study, and say who may do what in it.", no_args_is_help=True)

User = Annotated[str, typer.Argument(metavar="USER", help="Name of the account.")]
Granted = Annotated[Role, typer.Argument(metavar="ROLE", help="One of the roles of a trial.")]
SiteOrAll = Annotated[
    str, typer.Option("--site", metavar="SITE", help="Code of the site; * for all.")
]
Version = Annotated[
    str, typer.Option("--version", metavar="TEXT", help="Version of the analysis plan.")
]
Document = Annotated[
    Path,
    typer.Argument(exists=True, dir_okay=False, metavar="FILE", help="The plan as a file."),
]


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the study to make.")],
    protocol: Annotated[
        str,
        typer.Option(
            "--protocol", metavar="NAME|FILE", help="impact-mbc, or the path of a protocol file."
        ),
    ],
    name: Annotated[
        str, typer.Option("--name", help="Name of the study in each fact; the folder's if absent.")
    ] = "",
    database: Annotated[
        str,
        typer.Option(
            "--database",
            metavar="ADDRESS",
            help="A file in the folder, or postgresql://user@host/name of an empty database.",
        ),
    ] = "sqlite:///study.sqlite3",
    owner: Annotated[
        str,
        typer.Option(
            "--owner",
            metavar="ADDRESS",
            help="On PostgreSQL, for the role that owns the tables; the other may only add.",
        ),
    ] = "",
    administrator: Annotated[
        str,
        typer.Option(
            "--administrator", metavar="USER", help="Who grants roles; this account if absent."
        ),
    ] = "",
) -> None:
    """Make the folder of a study, its keys and its ledger.

    Example: petrial study init my-study --protocol impact-mbc
    """
    from petrial.bootstrap.study import NewStudy, init_study  # noqa: PLC0415  late: quick --help

    with working("Making the study"):
        study, keys = init_study(
            NewStudy(
                folder=folder,
                protocol=protocol,
                study=name,
                database=database,
                administrator=administrator,
                owner=owner,
            )
        )
    study.ledger.close()
    typer.echo(f"Study: {folder}")
    typer.echo(f"Keys: {keys}")
    typer.echo("Keep a copy of the keys elsewhere: without them sealed texts cannot be read.")


@app.command()
def info(
    study: StudyDir = Path(), user: As = "", role: RoleName = None, json: Json = False
) -> None:
    """Say what the study is: protocol in force, sites, people and roles, subjects, analysis plan.

    Example: petrial study info --study my-study
    """
    from petrial.conduct.overview import study_overview  # noqa: PLC0415  late: quick --help

    with at_desk(study, user, role) as here:
        view = study_overview(here.desk)
        guards = here.study.ledger.guards
    if json:
        say_json(
            {
                "study": view.study,
                "versions": [list(row) for row in view.versions],
                "people": [list(row) for row in view.people],
                "subjects": dict(view.subjects),
                "analysis_plan": view.plan,
                "unblinded": view.unblinded,
                "guards": [str(problem) for problem in guards],
            }
        )
        return
    out = console()
    out.print(f"Study: {plain(view.study)}")
    say_table("Protocol", ("version", "site", "in force from", "consent again"), view.versions)
    say_table("People", ("name", "role", "site"), view.people)
    say_table("Subjects", ("site and status", "number"), [(k, str(n)) for k, n in view.subjects])
    out.print(f"Analysis plan: {plain(view.plan or 'none locked')}")
    typer.echo(f"Results: {'open to the statistician' if view.unblinded else 'not unblinded'}")
    for problem in guards:
        out.print(f"[yellow]note[/]  {plain(str(problem))}", soft_wrap=True)


@app.command()
def grant(
    user: User,
    role: Granted,
    site: SiteOrAll = "*",
    study: StudyDir = Path(),
    acting: As = "",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Give a person a role at a site.

    Example: petrial study grant anna site-nurse --site umcg
    """
    from petrial.conduct.study import grant as act  # noqa: PLC0415  late: quick --help

    with at_desk(study, acting, None) as here:
        say_done(act(here.desk, user, role, site, dry_run=dry_run), as_json=json)


@app.command("end-grant")
def end_grant(
    user: User,
    role: Granted,
    site: SiteOrAll = "*",
    study: StudyDir = Path(),
    acting: As = "",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """End a role of a person at a site.

    Example: petrial study end-grant anna site-nurse --site umcg
    """
    from petrial.conduct.study import end_grant as act  # noqa: PLC0415  late: quick --help

    with at_desk(study, acting, None) as here:
        say_done(act(here.desk, user, role, site, dry_run=dry_run), as_json=json)


@app.command("draft-plan")
def draft_plan(
    document: Document,
    version: Version,
    study: StudyDir = Path(),
    acting: As = "",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """State a version of the analysis plan by the hash of its document.

    Example: petrial study draft-plan plan.pdf --version 1.0
    """
    from petrial.conduct.analysis_plan import draft_plan as act  # noqa: PLC0415  late: quick --help

    with at_desk(study, acting, None) as here:
        done = act(here.desk, version, document.read_bytes(), dry_run=dry_run)
        say_done(done, as_json=json)


@app.command("lock-plan")
def lock_plan(
    document: Document,
    version: Version,
    study: StudyDir = Path(),
    acting: As = "",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Lock a version of the analysis plan, before results are opened.

    Example: petrial study lock-plan plan.pdf --version 1.0
    """
    from petrial.conduct.analysis_plan import lock_plan as act  # noqa: PLC0415  late: quick --help

    with at_desk(study, acting, None) as here:
        done = act(here.desk, version, document.read_bytes(), dry_run=dry_run)
        say_done(done, as_json=json)


@app.command()
def unblind(
    study: StudyDir = Path(),
    acting: As = "",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Open all results to the statistician; only with a locked analysis plan.

    Example: petrial study unblind --as sofia
    """
    from petrial.conduct.analysis_plan import unblind as act  # noqa: PLC0415  late: quick --help

    with at_desk(study, acting, None) as here:
        say_done(act(here.desk, dry_run=dry_run), as_json=json)
