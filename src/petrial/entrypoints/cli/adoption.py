"""``petrial protocol adopt``: bring a protocol version into force."""

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
    at_desk,
    day,
    say_done,
)

__all__ = ["adopt"]


def adopt(
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, metavar="FILE", help="The new protocol file."),
    ],
    reason: Reason,
    in_force_from: Annotated[
        str, typer.Option("--from", metavar="DATE", help="First day in force.")
    ],
    site: Annotated[
        str, typer.Option("--site", metavar="SITE", help="Where; * for all sites.")
    ] = "*",
    consent_again: Annotated[
        list[str] | None,
        typer.Option(
            "--consent-again",
            metavar="CONSENT",
            help="A consent that is to be asked anew of those who gave it. Can be repeated.",
        ),
    ] = None,
    study: StudyDir = Path(),
    user: As = "",
    role: RoleName = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Bring a protocol version into force at a site, or everywhere, from a day on.

    Facts keep the version that they were recorded under. Whom to ask for consent again is listed
    by `petrial subjects due`. What differs between two files: `petrial protocol diff`.

    Example: petrial protocol adopt impact-mbc-1.1.yaml --from 2026-12-01 --site umcg
    --consent-again main --reason "amendment 1, approved by the ethics committee"
    """
    from petrial.bootstrap.protocols import protocol_text  # noqa: PLC0415  late: quick --help
    from petrial.conduct.study import Amendment  # noqa: PLC0415  as above
    from petrial.conduct.study import adopt as act  # noqa: PLC0415  as above

    text, protocol = protocol_text(str(file))
    amendment = Amendment(
        text=text,
        protocol=protocol,
        site=site,
        in_force_from=day(in_force_from, "--from"),
        consent_again=tuple(consent_again or ()),
        reason=reason,
    )
    with at_desk(study, user, role) as here:
        say_done(act(here.desk, amendment, dry_run=dry_run), as_json=json)
