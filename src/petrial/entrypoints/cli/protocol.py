"""``petrial protocol``: show, check, compare, export and begin protocols."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from petrial.entrypoints.cli.common import Json, say_json, say_table
from petrial.entrypoints.cli.output import check_target, complain, console, plain
from petrial.vocabulary.errors import UsageError

if TYPE_CHECKING:
    from petrial.protocol.model import Protocol
    from petrial.vocabulary.errors import Problem

__all__ = ["app"]

REFUSED = 3

app = typer.Typer(help="Show, check and compare protocols.", no_args_is_help=True)

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME|FILE", help="impact-mbc, which petrial brings, or the path of a file."
    ),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Write it to this file; to the terminal if absent."),
]


class Part(StrEnum):
    """A part of a protocol that can be shown alone."""

    IDENTITY = "identity"
    SITES = "sites"
    TRACERS = "tracers"
    SCHEDULE = "schedule"
    CONFLICTS = "conflicts"
    CONSENTS = "consents"
    CRITERIA = "criteria"
    FORMS = "forms"
    OUTCOMES = "outcomes"
    UNCONFIRMED = "unconfirmed"


@app.command()
def show(
    name: Name,
    part: Annotated[
        list[Part] | None,
        typer.Option("--part", help="Show only this part. Can be repeated."),
    ] = None,
    json: Json = False,
) -> None:
    """Show what a protocol says. `petrial protocol export` writes all of it.

    Example: petrial protocol show impact-mbc --part criteria
    """
    from petrial.bootstrap.protocols import protocol_text  # noqa: PLC0415  late

    protocol = protocol_text(name)[1]
    chosen = part or list(Part)
    if json:
        whole = protocol.model_dump(mode="json")
        fields = {field for one in chosen for field in _FIELDS[one]}
        said = {key: value for key, value in whole.items() if part is None or key in fields}
        say_json(said | (_unconfirmed_json(protocol) if Part.UNCONFIRMED in chosen else {}))
        return
    for one in chosen:
        _TABLES[one](protocol)


_FIELDS: Final[dict[Part, tuple[str, ...]]] = {
    Part.IDENTITY: ("identity", "sources"),
    Part.SITES: ("sites",),
    Part.TRACERS: ("tracers",),
    Part.SCHEDULE: ("events", "ends"),
    Part.CONFLICTS: ("conflicts",),
    Part.CONSENTS: ("consents",),
    Part.CRITERIA: ("criteria",),
    Part.FORMS: ("forms", "code_lists", "visibility", "disclosures"),
    Part.OUTCOMES: ("outcomes",),
    Part.UNCONFIRMED: (),
}
"""Which fields of the file a part is, for JSON."""


def _identity(protocol: "Protocol") -> None:
    one = protocol.identity
    rows = [
        ("title", one.title),
        ("registration", one.registration),
        ("version", f"{one.version} of {one.dated.isoformat()}"),
        ("sponsor", one.sponsor),
        ("condition", one.condition),
        ("design", f"{one.purpose}; arms: {one.arms}; masking: {one.masking}"),
        ("enrolment", f"{one.enrolment} ({one.enrolment_kind})"),
        ("data monitoring committee", "yes" if one.dmc else "no"),
    ]
    say_table(one.acronym, ("what", "stated"), rows)


def _sites(protocol: "Protocol") -> None:
    rows = [(site.code, site.name, site.city, site.country) for site in protocol.sites]
    say_table("Sites", ("site", "hospital", "city", "country"), rows)


def _tracers(protocol: "Protocol") -> None:
    rows = [
        (
            tracer.name,
            tracer.target,
            "by the site" if tracer.activity is None else str(tracer.activity),
            f"{tracer.uptake.target} (-{tracer.uptake.before}, +{tracer.uptake.after})",
            "not stated" if tracer.effective_dose is None else str(tracer.effective_dose),
        )
        for tracer in protocol.tracers
    ]
    say_table("Tracers", ("tracer", "target", "activity", "uptake time", "effective dose"), rows)


def _schedule(protocol: "Protocol") -> None:
    from petrial.protocol.words import due_words, rule_words, window_words  # noqa: PLC0415  late

    rows = [
        (
            event.name,
            event.title,
            "when it comes" if event.due is None else due_words(event.due, protocol),
            "" if event.due is None else window_words(event.due),
            "everyone" if event.when is None else rule_words(event.when, protocol),
        )
        for event in protocol.events
    ]
    say_table("Schedule", ("event", "what", "due", "window", "for whom"), rows)


def _conflicts(protocol: "Protocol") -> None:
    from petrial.protocol.words import gap_words, moments_words  # noqa: PLC0415  late

    rows = [
        (
            conflict.text,
            moments_words(conflict.earlier, protocol),
            moments_words(conflict.later, protocol),
            gap_words(conflict.gap),
            conflict.effect.value,
        )
        for conflict in protocol.conflicts
    ]
    head = ("why", "what came before", "what comes", "must lie", "else")
    say_table("What must not come too close", head, rows)


def _consents(protocol: "Protocol") -> None:
    rows = [
        (consent.name, consent.text, "needed" if consent.required else "optional")
        for consent in protocol.consents
    ]
    say_table("Consents", ("consent", "to what", "needed"), rows)


def _criteria(protocol: "Protocol") -> None:
    from petrial.protocol.words import rule_words  # noqa: PLC0415  late

    rows = [
        (
            criterion.number,
            criterion.text,
            rule_words(criterion.rule, protocol),
            "; ".join(one.text for one in criterion.informed_by),
        )
        for criterion in protocol.criteria
    ]
    say_table("Criteria", ("number", "criterion", "met when", "shown beside"), rows)


def _forms(protocol: "Protocol") -> None:
    rows = [
        (
            form.name,
            form.title,
            form.kind.value,
            str(len(form.items)),
            form.group,
            ", ".join(event.name for event in protocol.events if form.name in event.forms),
        )
        for form in protocol.forms
    ]
    say_table("Forms", ("form", "what", "kind", "items", "seen by", "at"), rows)


def _outcomes(protocol: "Protocol") -> None:
    rows = [
        (outcome.kind.value, outcome.name, outcome.title, outcome.time_frame)
        for outcome in protocol.outcomes
    ]
    say_table("Outcomes", ("rank", "outcome", "what", "time frame"), rows)


def _unconfirmed(protocol: "Protocol") -> None:
    from petrial.protocol.check import unconfirmed, unconfirmed_parts  # noqa: PLC0415  late

    rows = [(path, str(figure), figure.note) for path, figure in unconfirmed(protocol)]
    rows += [(path, "", "") for path in unconfirmed_parts(protocol)]
    say_table("Not confirmed by any source", ("place", "value", "note"), rows)


_TABLES: Final[dict[Part, Callable[["Protocol"], None]]] = {
    Part.IDENTITY: _identity,
    Part.SITES: _sites,
    Part.TRACERS: _tracers,
    Part.SCHEDULE: _schedule,
    Part.CONFLICTS: _conflicts,
    Part.CONSENTS: _consents,
    Part.CRITERIA: _criteria,
    Part.FORMS: _forms,
    Part.OUTCOMES: _outcomes,
    Part.UNCONFIRMED: _unconfirmed,
}


@app.command()
def check(name: Name, json: Json = False) -> None:
    """Tell everything that is wrong with a protocol, and which figures nobody has confirmed.

    Exit code 3 where something is wrong; a figure that nobody has confirmed is not wrong.

    Example: petrial protocol check my-trial.yaml
    """
    from petrial.bootstrap.protocols import checked_protocol  # noqa: PLC0415  late

    found = checked_protocol(name)
    if json:
        say_json(_judgement(name, found.protocol, found.problems))
    for problem in found.problems:
        complain(problem)
    if found.protocol is not None and not json:
        one = found.protocol.identity
        console().print(f"{plain(one.acronym)}, version {one.version}: nothing is wrong.")
        _unconfirmed(found.protocol)
    raise typer.Exit(REFUSED if found.problems else 0)


def _judgement(
    name: str, protocol: "Protocol | None", problems: "Sequence[Problem]"
) -> dict[str, object]:
    return {
        "protocol": name,
        "version": None if protocol is None else protocol.identity.version,
        "whole": not problems,
        "problems": [asdict(problem) for problem in problems],
        **({} if protocol is None else _unconfirmed_json(protocol)),
    }


def _unconfirmed_json(protocol: "Protocol") -> dict[str, object]:
    from petrial.protocol.check import unconfirmed, unconfirmed_parts  # noqa: PLC0415  late

    return {
        "unconfirmed": [
            {"path": path, "value": figure.value, "unit": figure.unit, "note": figure.note}
            for path, figure in unconfirmed(protocol)
        ],
        "unconfirmed_parts": list(unconfirmed_parts(protocol)),
    }


@app.command()
def diff(
    before: Annotated[
        str, typer.Argument(metavar="A", help="The protocol before: a name or a file.")
    ],
    after: Annotated[
        str, typer.Argument(metavar="B", help="The protocol after: a name or a file.")
    ],
    json: Json = False,
) -> None:
    """Tell what differs between two protocols, and what that means for an amendment.

    Parts are matched by their names: another order is no difference.

    Example: petrial protocol diff impact-mbc my-amendment.yaml
    """
    from petrial.bootstrap.protocols import protocol_text  # noqa: PLC0415  late
    from petrial.protocol.difference import differences, headlines  # noqa: PLC0415  late

    one, other = protocol_text(before)[1], protocol_text(after)[1]
    found, said = differences(one, other), headlines(one, other)
    if json:
        say_json(
            {
                "before": {"protocol": before, "version": one.identity.version},
                "after": {"protocol": after, "version": other.identity.version},
                "headlines": list(said),
                "differences": [
                    {"path": row.path, "before": row.before, "after": row.after} for row in found
                ],
            }
        )
        return
    rows = [(row.path, row.before or "-", row.after or "-") for row in found]
    head = ("place", f"version {one.identity.version}", f"version {other.identity.version}")
    say_table(f"{before} and {after} differ", head, rows)
    for sentence in said:
        console().print(plain(sentence))


@app.command()
def export(
    name: Name,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="md|odm|yaml",
            help="md: Markdown, for people; odm: ODM 1.3.2 metadata; yaml: the file, to change it.",
        ),
    ] = "md",
    out: Out = None,
) -> None:
    """Write the whole protocol for people, or for other programs.

    Example: petrial protocol export impact-mbc --format md --out impact-mbc.md
    """
    from petrial.bootstrap.protocols import exported_protocol  # noqa: PLC0415  late

    check_target("--out", out)
    content = exported_protocol(name, form)
    if out is None:
        sys.stdout.write(content.decode("utf-8"))
    else:
        out.write_bytes(content)


@app.command("from-registry")
def from_registry(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True,
            dir_okay=False,
            metavar="FILE",
            help="One study of ClinicalTrials.gov, version 2, as JSON.",
        ),
    ],
    out: Out = None,
) -> None:
    """Begin a protocol from a record of ClinicalTrials.gov, and say what a person must add.

    Example: petrial protocol from-registry NCT01957332.json --out my-trial.yaml
    """
    from petrial.bootstrap.protocols import begun_from_registry  # noqa: PLC0415  late

    check_target("--out", out)
    if out is not None and out.exists():
        raise UsageError(
            where="--out",
            field="path",
            got=str(out),
            wanted="a file that does not exist yet",
            do="choose another name: what was added by hand is never written over",
        )
    text, to_add = begun_from_registry(file)
    if out is None:
        sys.stdout.write(text)
        return
    out.write_text(text, encoding="utf-8")
    console().print(f"Protocol begun: {plain(str(out))}. To add:", soft_wrap=True)
    for sentence in to_add:
        console().print(f"- {plain(sentence)}", soft_wrap=True)
