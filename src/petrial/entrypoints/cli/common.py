"""Options that all commands of a study share, and how they say what was done."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from petrial.entrypoints.cli import output
from petrial.entrypoints.cli.output import console, plain
from petrial.protocol.model import Role
from petrial.vocabulary.errors import UsageError

if TYPE_CHECKING:
    from petrial.bootstrap.study import Study
    from petrial.conduct.desk import Desk, Done
    from petrial.conduct.overview import Seen

__all__ = [
    "As",
    "DryRun",
    "Json",
    "Reason",
    "RoleName",
    "StudyDir",
    "SubjectName",
    "at_desk",
    "day",
    "named_values",
    "say_done",
    "say_json",
    "say_seen",
    "say_table",
    "to_the_second",
]

StudyDir = Annotated[
    Path,
    typer.Option(
        "--study",
        metavar="DIR",
        envvar="PETRIAL_STUDY",
        help="Folder of the study; here if absent.",
    ),
]
As = Annotated[
    str,
    typer.Option(
        "--as",
        metavar="USER",
        envvar="PETRIAL_USER",
        help="Who acts; the account that runs petrial if absent, and recorded beside the name.",
    ),
]
RoleName = Annotated[
    Role | None,
    typer.Option("--role", help="In which role, for someone who has several that may do this."),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only say what would be stated; nothing is written.")
]


def _remember(wanted: bool) -> bool:  # noqa: FBT001  as typer hands it over
    """Let a refusal be said as JSON too, where the answer was asked for so."""
    output.refusals_as_json(wanted=wanted)
    return wanted


Json = Annotated[
    bool,
    typer.Option(
        "--json", is_eager=True, callback=_remember, help="Say the answer as JSON; a refusal too."
    ),
]
Reason = Annotated[
    str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept, sealed. Name no person.")
]
SubjectName = Annotated[str, typer.Argument(metavar="SUBJECT", help="Number of the subject.")]


@dataclass(frozen=True, slots=True)
class Here:
    """An opened study and the desk of whoever acts."""

    study: "Study"
    desk: "Desk"


@contextmanager
def at_desk(folder: Path, user: str, role: Role | None) -> Iterator[Here]:
    """Open the study in ``folder`` and seat ``user`` at its desk."""
    from petrial.bootstrap.study import opened_study  # noqa: PLC0415  late: --help is quick

    with opened_study(folder) as study:
        yield Here(study, study.desk(user, role))


def day(text: str, option: str) -> date:
    """Return the day that an option names.

    Raises
    ------
    UsageError
        It is no ISO date.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            where=option,
            field="DATE",
            got=text,
            wanted="a day such as 2024-05-24",
            do="write year, month, day with hyphens",
        ) from None


def named_values(words: Sequence[str], where: str) -> dict[str, str]:
    """Return the pairs of words such as ``weight_kg=71.5``.

    Raises
    ------
    UsageError
        A word is no pair, or a name stands twice.
    """
    found: dict[str, str] = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not sign or not name or name in found:
            raise UsageError(
                where=where,
                field="NAME=VALUE",
                got=word,
                wanted="a name, =, a value; each name once",
                do="write it as weight_kg=71.5, in quotes where there are spaces",
            )
        found[name] = value
    return found


def say_done(done: "Done", *, as_json: bool) -> None:
    """Say what an act stated, or would have."""
    if as_json:
        say_json(
            {
                "act": done.act.value,
                "subject": done.subject,
                "dry_run": done.dry_run,
                "notes": list(done.notes),
                "stated": [
                    {
                        "place": str(draft.place),
                        "value": None if draft.sealed else draft.value,
                        "unit": draft.unit,
                        "absent": draft.absent,
                        "sealed": draft.sealed,
                    }
                    for draft in done.drafts
                ],
                "facts": [fact.seq for fact in done.facts],
            }
        )
        return
    out = console()
    head = "would state" if done.dry_run else "stated"
    who = "study" if done.subject.startswith("@") else done.subject
    if not done.drafts:
        out.print(f"{plain(who)}: {done.act.value}: nothing new")
    else:
        out.print(f"[italic]{plain(who)}: {done.act.value}, {head}[/]")
        table = Table("where", "value")
        for draft in done.drafts:
            shown = "(sealed)" if draft.sealed else f"{draft.value or draft.absent} {draft.unit}"
            table.add_row(plain(_place(str(draft.place))), plain(shown.strip()))
        out.print(table)
    for note in done.notes:
        out.print(f"[yellow]note[/]  {plain(note)}")


def _place(text: str) -> str:
    return text.removeprefix("@own/@")


def to_the_second(recorded: str) -> str:
    """Return a recorded moment as people read it.

    >>> to_the_second("2024-05-24T08:42:00.123456Z")
    '2024-05-24 08:42:00Z'
    """
    day_of, _, clock = recorded.partition("T")
    return f"{day_of} {clock.partition('.')[0].removesuffix('Z')}Z"


def say_json(data: object) -> None:
    """Write data to standard output as JSON."""
    sys.stdout.write(json.dumps(data, indent=2, allow_nan=False, ensure_ascii=False) + "\n")


def say_table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a table for people; a sentence where it has no rows."""
    out = console()
    if not rows:
        out.print(f"{title}: none")
        return
    table = Table(title=plain(title), title_justify="left")
    for name in header:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(plain(cell) for cell in row))
    out.print(table)


def say_seen(title: str, rows: Sequence["Seen"], *, as_json: bool) -> None:
    """Write stated values as a role sees them."""
    if as_json:
        say_json([asdict(row) for row in rows])
        return
    if not rows:
        console().print(f"{plain(title)}: nothing that this role may see")
        return
    say_table(
        title,
        ("where", "value", "observed", "by", "recorded"),
        [
            (
                r.place,
                f"{r.value or r.absent} {r.unit}".strip(),
                r.observed,
                r.author,
                to_the_second(r.recorded),
            )
            for r in rows
        ],
    )
