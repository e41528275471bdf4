"""``petrial queries``: ask about a value, answer, close."""

from pathlib import Path
from typing import Annotated

import typer

from petrial.entrypoints.cli.common import (
    As,
    DryRun,
    Json,
    RoleName,
    StudyDir,
    SubjectName,
    at_desk,
    say_done,
    say_json,
    say_table,
)
from petrial.subjects.facts import place_of

__all__ = ["app"]

app = typer.Typer(help="Questions about values, and their answers.", no_args_is_help=True)

Number = Annotated[int, typer.Argument(metavar="N", help="Number of the query.")]
Text = Annotated[str, typer.Option("--text", metavar="TEXT", help="The question; sealed.")]


@app.command("open")
def open_query(
    subject: SubjectName,
    place: Annotated[str, typer.Argument(metavar="EVENT/FORM.ITEM", help="What it is about.")],
    text: Text,
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Ask about a value, or about one that is not there.

    Example: petrial queries open UMCG-001 fes_injection/administration.weight_kg
    --text "24 kg less than at screening?"
    """
    from petrial.conduct.review import open_query as act  # noqa: PLC0415  late: quick --help

    with at_desk(study, user, role) as here:
        say_done(act(here.desk, subject, place_of(place), text, dry_run=dry_run), as_json=json)


@app.command()
def answer(
    subject: SubjectName,
    number: Number,
    text: Annotated[str, typer.Option("--text", metavar="TEXT", help="The answer; sealed.")],
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Answer an open query.

    Example: petrial queries answer UMCG-001 1 --text "corrected from the dose sheet"
    """
    from petrial.conduct.review import answer_query as act  # noqa: PLC0415  late: quick --help

    with at_desk(study, user, role) as here:
        say_done(act(here.desk, subject, number, text, dry_run=dry_run), as_json=json)


@app.command()
def close(
    subject: SubjectName,
    number: Number,
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Close a query.

    Example: petrial queries close UMCG-001 1
    """
    from petrial.conduct.review import close_query as act  # noqa: PLC0415  late: quick --help

    with at_desk(study, user, role) as here:
        say_done(act(here.desk, subject, number, dry_run=dry_run), as_json=json)


@app.command()
def reopen(
    subject: SubjectName,
    number: Number,
    text: Text,
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Ask again where an answer does not do.

    Example: petrial queries reopen UMCG-001 1 --text "which scale was used?"
    """
    from petrial.conduct.review import reopen_query as act  # noqa: PLC0415  late: quick --help

    with at_desk(study, user, role) as here:
        say_done(act(here.desk, subject, number, text, dry_run=dry_run), as_json=json)


@app.command("list")
def list_queries(
    subject: Annotated[
        str, typer.Argument(metavar="SUBJECT", help="Number of the subject; all if absent.")
    ] = "",
    all_states: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    json: Json = False,
) -> None:
    """List queries: those that are not closed, or all.

    Example: petrial queries list
    """
    from petrial.conduct.overview import query_list  # noqa: PLC0415  late: quick --help

    with at_desk(study, user, role) as here:
        rows = query_list(here.desk, subject, closed=all_states)
    if json:
        say_json([row.as_data() for row in rows])
        return
    say_table(
        "Queries",
        ("subject", "number", "about", "status", "question", "answer"),
        [(r.subject, str(r.number), r.about, r.status, r.text, r.answer) for r in rows],
    )
