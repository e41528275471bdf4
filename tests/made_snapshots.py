"""A ledger with the tiny trial and two subjects, of which snapshots are taken.

S-001 started therapy (study day 1) on 2 April 2024, two days after the clocks went forward in
Europe; its injection was on 29 March, its scan on 2 April. S-002 was screened only.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from made_facts import place_of
from made_protocol import made_data
from petrial.adapters.store.keys import Keys
from petrial.adapters.store.ledger import DjangoLedger, create_ledger
from petrial.adapters.store.snapshots import write_snapshot
from petrial.conduct.drafts import own
from petrial.conduct.ledger import Stamp
from petrial.conduct.snapshot import Manifest, snapshot_drafts, snapshot_order
from petrial.protocol.model import Protocol
from petrial.subjects.facts import STUDY, Draft
from petrial.subjects.state import SubjectState

__all__ = [
    "FIRST",
    "SEALED_TEXTS",
    "adopt",
    "made_ledger",
    "parse",
    "said",
    "state",
    "taken",
]

SEALED_TEXTS = ("1960-04-03", "Anna came with her sister", "1234567")


def said(
    where: str,
    value: str | None,
    *,
    unit: str = "",
    absent: str = "",
    observed: str = "",
    sealed: bool = False,
) -> Draft:
    """Return a draft; ``where`` is ``event[repeat]/form[repeat].item``."""
    return Draft(
        place=place_of(where),
        value=value,
        unit=unit,
        absent=absent,
        observed=observed,
        sealed=sealed,
    )


FIRST = {
    "S-001": (
        own("@subject", "status", "registered"),
        own("@subject", "pseudonym", SEALED_TEXTS[2], sealed=True),
        own("@consent", "taking_part", "given", observed="2024-03-25"),
        own("@consent", "findings", "refused", observed="2024-03-25"),
        said("screening/history.visited_on", "2024-03-25"),
        said("screening/history.born_on", SEALED_TEXTS[0], sealed=True),
        said("screening/history.remark", SEALED_TEXTS[1], sealed=True),
        said("screening/history.performance", "1"),
        said("screening/history.bilirubin", "12.5", unit="umol/L", observed="2024-03-24"),
        said("screening/history.pregnancy", None, absent="not-applicable"),
        own("@screening", "I1", "met", observed="2024-03-26"),
        own("@screening", "verdict", "eligible", observed="2024-03-26"),
        own("@subject", "status", "enrolled", observed="2024-03-26"),
        said("injection/injection.tracer", "18F-FES"),
        said("injection/injection.activity_mbq", "203.0", unit="MBq"),
        said("injection/injection.injected_at", "2024-03-29T10:00:00+01:00"),
        said("injection/injection.residual_mbq", None, absent="not-done"),
        said("injection/injection.batch", "FES-240329"),
        said("injection/injection.weight_kg", "70", unit="kg"),
        said("scan/scan.scan_started_at", "2024-04-02T10:00:00+02:00"),
        said("scan/scan.corrected", "yes"),
        said("scan/scan[2].scan_started_at", "2024-04-02T11:30:00+02:00"),
        said("scan/scan[2].corrected", "no"),
        said("therapy/history.visited_on", "2024-04-02"),
    ),
    "S-002": (
        own("@subject", "status", "registered"),
        said("screening/history.visited_on", "2024-05-06"),
        said("screening/history.performance", "3", observed="2024-05-06"),
    ),
}


def parse(text: str, where: str) -> Protocol:
    """Return the protocol that stands in a text, which here is JSON."""
    assert where
    return Protocol.model_validate_json(text)


def made_ledger(folder: Path, address: str = "") -> DjangoLedger:
    """Return a new ledger in ``folder``, or elsewhere, whose study has adopted the tiny trial."""
    folder.mkdir(parents=True, exist_ok=True)
    address = address or f"sqlite:///{folder / 'study.sqlite3'}"
    ledger = create_ledger(address, "TINY", Keys.create(folder / "keys"))
    adopt(ledger, made_data(), repeat=1)
    return ledger


def adopt(ledger: DjangoLedger, data: dict[str, Any], repeat: int) -> None:
    """Bring a version of the protocol into force."""
    with ledger.unit() as unit:
        digest = unit.keep_protocol(json.dumps(data))
        drafts = (
            own("@protocol", "version", data["identity"]["version"], repeat),
            own("@protocol", "hash", digest, repeat),
            own("@protocol", "site", "*", repeat),
            own("@protocol", "in_force_from", "2024-01-08", repeat),
        )
        unit.append(STUDY, drafts, _stamp("", 0))
        unit.commit()


def state(
    ledger: DjangoLedger,
    subject: str,
    drafts: Iterable[Draft],
    *,
    version: str = "1.0",
    day: int = 0,
) -> None:
    """State something about a subject, so many days after 1 June 2024; replaces what stood."""
    with ledger.unit() as unit:
        there = {fact.place: fact.seq for fact in unit.current(subject)}
        unit.append(
            subject,
            [replace(draft, replaces=there.pop(draft.place, None)) for draft in drafts],
            _stamp("north", day, version),
        )
        unit.commit()


def _stamp(site: str, day: int, version: str = "1.0") -> Stamp:
    return Stamp(
        act="record",
        site=site,
        author="nurse",
        role="site-nurse",
        protocol=version,
        recorded=datetime(2024, 6, 1, 12, tzinfo=UTC) + timedelta(days=day),
    )


def taken(ledger: DjangoLedger, folder: Path) -> tuple[Manifest, Path]:
    """Take a snapshot, have the ledger say so, and return manifest and folder."""
    manifest = write_snapshot(ledger, snapshot_order(ledger, parse), folder)
    with ledger.unit() as unit:
        study = SubjectState.of(STUDY, unit.current(STUDY))
        unit.append(STUDY, snapshot_drafts(study, manifest), _stamp("", 0))
        unit.commit()
    return manifest, folder / manifest.id
