"""``petrial schedule``: the plan of a subject, and days for all its tracers."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from petrial.entrypoints.cli.common import (
    As,
    Json,
    RoleName,
    StudyDir,
    SubjectName,
    at_desk,
    day,
    named_values,
    say_json,
    say_table,
)
from petrial.entrypoints.cli.output import console, plain

if TYPE_CHECKING:
    from petrial.subjects.proposal import Proposal, ProposedDay

__all__ = ["app"]

app = typer.Typer(help="When what is due, and tracer days.", no_args_is_help=True)


@app.command()
def show(
    subject: SubjectName,
    on: Annotated[
        str, typer.Option("--on", metavar="DATE", help="As of this day; today if absent.")
    ] = "",
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    json: Json = False,
) -> None:
    """Show every planned event of a subject: window, what happened, where it stands.

    Example: petrial schedule show UMCG-001 --on 2024-06-01
    """
    from petrial.bootstrap.study import local_now  # noqa: PLC0415  late: quick --help
    from petrial.conduct.overview import plan_rows  # noqa: PLC0415  as above

    as_of = day(on, "--on") if on else local_now().date()
    with at_desk(study, user, role) as here:
        rows = plan_rows(here.desk, subject, as_of)
    if json:
        say_json([row.as_data() for row in rows])
        return
    say_table(
        f"Plan of {subject} as of {as_of}",
        ("event", "status", "due", "from", "until", "happened", "why"),
        [(r.what, r.status, r.due, r.first, r.last, r.happened, r.why) for r in rows],
    )


@app.command()
def propose(
    subject: SubjectName,
    fes: Annotated[
        str, typer.Option("--fes", metavar="DATE", help="Day of the injection of FES.")
    ] = "",
    days: Annotated[
        list[str] | None,
        typer.Option(
            "--day", metavar="EVENT=DATE", help="Another day that is settled. Can be repeated."
        ),
    ] = None,
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    json: Json = False,
) -> None:
    """Propose all tracer days inside their windows, and the activities to order.

    Example: petrial schedule propose UMCG-001 --fes 2024-05-24
    """
    from petrial.conduct.dosing import Wish, proposal_for  # noqa: PLC0415  late: quick --help

    settled = {name: day(text, "--day") for name, text in named_values(days or (), "--day").items()}
    wish = Wish(settled, {"FES": day(fes, "--fes")} if fes else {})
    with at_desk(study, user, role) as here:
        site = here.desk.ledger.subjects().get(subject, "")
        plan = proposal_for(
            here.desk, subject, wish, here.study.closed(site), here.study.routine(site)
        )
    if json:
        say_json(_data(plan))
        return
    say_table(
        f"Tracer days of {subject}",
        ("day", "event", "tracer", "window", "at", "order"),
        [_row(one) for one in plan.days],
    )
    out = console()
    for one in plan.days:
        for note in _notes(one):
            out.print(f"[yellow]note[/]  {plain(one.title)}: {plain(note)}", soft_wrap=True)
    for left in plan.left_out:
        out.print(f"[yellow]left out[/]  {plain(left.title)}: {plain(left.why)}", soft_wrap=True)
    for warning in plan.warnings:
        out.print(f"[bold yellow]warning[/]  {plain(str(warning))}", soft_wrap=True)


def _row(one: "ProposedDay") -> tuple[str, ...]:
    window = ""
    if one.window is not None:
        first, last = _short(one.window.first), _short(one.window.last)
        window = first if first == last else f"{first} to {last}"
    return (
        f"{one.day:%a} {one.day}",
        f"{one.title}{'' if one.basis == 'proposed' else f' ({one.basis.value})'}",
        one.tracer,
        window,
        "" if one.starts is None else f"{one.starts:%H:%M}",
        _order(one),
    )


def _short(day_of: date) -> str:
    return f"{day_of.day} {day_of:%b}"


def _notes(one: "ProposedDay") -> tuple[str, ...]:
    early = () if one.not_before is None else (f"not before {one.not_before:%a %H:%M}",)
    return (*early, *one.notes)


def _order(one: "ProposedDay") -> str:
    if one.order is None:
        return ""
    at = one.order.ordered.at
    return f"{one.order.ordered.megabecquerel:.1f} MBq at {at:%a %H:%M}"


def _data(plan: "Proposal") -> dict[str, object]:
    return {
        "subject": plan.subject,
        "days": [
            {
                "event": one.event,
                "tracer": one.tracer,
                "basis": one.basis.value,
                "day": one.day.isoformat(),
                "first": None if one.window is None else one.window.first.isoformat(),
                "last": None if one.window is None else one.window.last.isoformat(),
                "starts": _text(one.starts),
                "not_before": _text(one.not_before),
                "order_mbq": None if one.order is None else one.order.ordered.megabecquerel,
                "order_at": None if one.order is None else one.order.ordered.at.isoformat(),
                "notes": list(one.notes),
            }
            for one in plan.days
        ],
        "left_out": [{"event": left.event, "why": left.why} for left in plan.left_out],
        "warnings": [str(warning) for warning in plan.warnings],
    }


def _text(moment: date | None) -> str | None:
    return None if moment is None else moment.isoformat()
