"""``petrial subjects``: register, consent, screen, enrol, follow; what is due, what deviated."""

from datetime import date
from pathlib import Path
from typing import Annotated

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
    day,
    named_values,
    say_done,
    say_json,
    say_seen,
    say_table,
)
from petrial.entrypoints.cli.output import working
from petrial.subjects.records import Given
from petrial.vocabulary.errors import UsageError

__all__ = ["app"]

app = typer.Typer(help="Subjects of the trial, from screening to the end.", no_args_is_help=True)

On = Annotated[
    str, typer.Option("--on", metavar="DATE", help="The day it happened; today if absent.")
]
Site = Annotated[str, typer.Option("--site", metavar="SITE", help="Code of the site.")]


def _on(text: str) -> date:
    from petrial.bootstrap.study import local_now  # noqa: PLC0415  late: quick --help

    return day(text, "--on") if text else local_now().date()


@app.command()
def register(
    subject: SubjectName,
    site: Site,
    hospital_number: Annotated[
        str,
        typer.Option("--hospital-number", metavar="TEXT", help="Of the hospital; it is sealed."),
    ] = "",
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Register a subject at a site.

    Example: petrial subjects register UMCG-001 --site umcg
    """
    from petrial.conduct.enrolment import register as act  # noqa: PLC0415  late: quick --help

    with at_desk(study, user, role) as here:
        done = act(here.desk, site, subject, hospital_number, dry_run=dry_run)
        say_done(done, as_json=json)


@app.command("list")
def list_subjects(
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    site: Site = "",
    json: Json = False,
) -> None:
    """List the subjects that you may see, with their status.

    Example: petrial subjects list --site umcg
    """
    from petrial.conduct.overview import listed  # noqa: PLC0415  late: quick --help

    with at_desk(study, user, role) as here:
        rows = [row for row in listed(here.desk) if site in {"", row.site}]
    if json:
        say_json([{"subject": r.subject, "site": r.site, "status": r.status} for r in rows])
        return
    say_table(
        "Subjects", ("subject", "site", "status"), [(r.subject, r.site, r.status) for r in rows]
    )


@app.command()
def consent(
    subject: SubjectName,
    answers: Annotated[
        list[str],
        typer.Argument(metavar="CONSENT=ANSWER...", help="given, refused or withdrawn, each."),
    ],
    version: Annotated[
        str, typer.Option("--version", metavar="TEXT", help="Version of the consent form.")
    ],
    on: On = "",
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """State what a subject answered when asked for consent.

    Example: petrial subjects consent UMCG-001 main=given dna=refused --version 2.1 --on 2024-05-20
    """
    from petrial.conduct.enrolment import Answers  # noqa: PLC0415  late: quick --help
    from petrial.conduct.enrolment import consent as act  # noqa: PLC0415  as above

    pairs = named_values(answers, "subjects consent")
    given = {name: _given(answer) for name, answer in pairs.items()}
    stated = Answers(given=given, on=_on(on), form_version=version)
    with at_desk(study, user, role) as here:
        say_done(act(here.desk, subject, stated, dry_run=dry_run), as_json=json)


def _given(text: str) -> Given:
    try:
        return Given(text)
    except ValueError:
        raise UsageError(
            where="subjects consent",
            field="ANSWER",
            got=text,
            wanted="one of: " + ", ".join(Given),
            do="write it as main=given",
        ) from None


@app.command()
def screen(
    subject: SubjectName,
    on: On = "",
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Judge every criterion: met, not met, or unknown with the fact that is missing.

    Example: petrial subjects screen UMCG-001 --on 2024-05-22
    """
    from petrial.conduct.enrolment import screen as act  # noqa: PLC0415  late: quick --help

    with at_desk(study, user, role) as here:
        say_done(act(here.desk, subject, _on(on), dry_run=dry_run), as_json=json)


@app.command()
def enrol(
    subject: SubjectName,
    on: On = "",
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Enrol an eligible subject who gave the required consents.

    Example: petrial subjects enrol UMCG-001 --on 2024-05-22
    """
    from petrial.conduct.enrolment import enrol as act  # noqa: PLC0415  late: quick --help

    with at_desk(study, user, role) as here:
        say_done(act(here.desk, subject, _on(on), dry_run=dry_run), as_json=json)


@app.command()
def withdraw(
    subject: SubjectName,
    reason: Reason,
    on: On = "",
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """State that a subject takes part no more; what was stated before stays.

    Example: petrial subjects withdraw UMCG-001 --reason "own wish" --on 2024-06-01
    """
    from petrial.conduct.enrolment import withdraw as act  # noqa: PLC0415  late: quick --help

    with at_desk(study, user, role) as here:
        say_done(act(here.desk, subject, _on(on), reason, dry_run=dry_run), as_json=json)


@app.command()
def complete(
    subject: SubjectName,
    on: On = "",
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """State that a subject has completed the trial.

    Example: petrial subjects complete UMCG-001 --on 2026-05-22
    """
    from petrial.conduct.enrolment import complete as act  # noqa: PLC0415  late: quick --help

    with at_desk(study, user, role) as here:
        say_done(act(here.desk, subject, _on(on), dry_run=dry_run), as_json=json)


@app.command()
def erase(
    subject: SubjectName,
    reason: Reason,
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Erase a subject's sealed texts (names, birth date, free text); the chain stays whole.

    Example: petrial subjects erase UMCG-001 --reason "request under data protection law"
    """
    from petrial.conduct.enrolment import erase as act  # noqa: PLC0415  late: quick --help

    with at_desk(study, user, role) as here:
        say_done(act(here.desk, subject, reason, dry_run=dry_run), as_json=json)


@app.command()
def disclose(
    subject: SubjectName,
    group: Annotated[str, typer.Argument(metavar="GROUP", help="Visibility group to open.")],
    to: Annotated[str, typer.Option("--to", metavar="ROLE", help="Role that sees it from now on.")],
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Open experimental results of a subject to a role, when the protocol says.

    Example: petrial subjects disclose UMCG-001 experimental_reads --to oncologist
    """
    from petrial.conduct.disclosure import disclose as act  # noqa: PLC0415  late: quick --help
    from petrial.protocol.model import Role  # noqa: PLC0415  as above

    if to not in set(Role):
        raise UsageError(
            where="subjects disclose",
            field="--to",
            got=to,
            wanted="one of: " + ", ".join(Role),
            do="correct the role",
        )
    with at_desk(study, user, role) as here:
        say_done(act(here.desk, subject, group, Role(to), dry_run=dry_run), as_json=json)


@app.command()
def show(
    subject: SubjectName,
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    json: Json = False,
) -> None:
    """Show what is stated of a subject now, as far as your role may see it.

    Example: petrial subjects show UMCG-001
    """
    from petrial.conduct.overview import seen  # noqa: PLC0415  late: quick --help

    with at_desk(study, user, role) as here:
        say_seen(subject, seen(here.desk, subject), as_json=json)


@app.command()
def due(
    on: Annotated[
        str, typer.Option("--on", metavar="DATE", help="As of this day; today if absent.")
    ] = "",
    site: Site = "",
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    json: Json = False,
) -> None:
    """List what is due, overdue or missing, with its window.

    Example: petrial subjects due --on 2024-05-28 --site umcg
    """
    from petrial.conduct.overview import due_list  # noqa: PLC0415  late: quick --help

    with at_desk(study, user, role) as here, working("Looking through the subjects"):
        rows = due_list(here.desk, _on(on), site)
    if json:
        say_json([row.as_data() for row in rows])
        return
    say_table(
        "Due",
        ("subject", "what", "status", "due", "from", "until", "why"),
        [(r.subject, r.what, r.status, r.due, r.first, r.last, r.why) for r in rows],
    )


@app.command()
def deviations(
    on: Annotated[
        str, typer.Option("--on", metavar="DATE", help="As of this day; today if absent.")
    ] = "",
    site: Site = "",
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    json: Json = False,
) -> None:
    """List where the trial ran otherwise than the protocol says; derived, never typed.

    Example: petrial subjects deviations --site umcg
    """
    from petrial.conduct.overview import deviation_list  # noqa: PLC0415  late: quick --help

    with at_desk(study, user, role) as here, working("Looking through the subjects"):
        rows = deviation_list(here.desk, _on(on), site)
    if json:
        say_json([row.as_data() for row in rows])
        return
    say_table(
        "Deviations",
        ("subject", "what", "found", "allowed", "rule"),
        [(r.subject, r.what, r.found, r.allowed, r.rule) for r in rows],
    )
