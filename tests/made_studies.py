"""Founded studies on real ledgers, with people in every role and a clock that stands still.

IMPACT-MBC with its sites ``umcg`` and ``vumc``, or the tiny trial with ``north`` and ``south``.
Every role is held by one person at each of both sites and by one at all: ``site-nurse@umcg``,
``monitor@all``. ``ada`` founded the study. All days lie before noon of Monday 3 June 2024.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from made_facts import place_of
from made_protocol import made_data
from petrial.adapters.files.protocol import built_in_text, dump_protocol, parse_protocol
from petrial.adapters.store.keys import Keys
from petrial.adapters.store.ledger import DjangoLedger, create_ledger, open_ledger
from petrial.conduct.desk import Desk, Done
from petrial.conduct.enrolment import Answers, consent, enrol, register, screen
from petrial.conduct.entry import Correction, Entry, correct, fill
from petrial.conduct.study import Amendment, adopt, found, grant
from petrial.conduct.supply import Receipt, receive_batch, release_batch
from petrial.protocol.model import Protocol, Role
from petrial.subjects.facts import STUDY, Fact, Place
from petrial.subjects.records import Given
from petrial.subjects.state import SubjectState

__all__ = [
    "ADMINISTERED",
    "ELIGIBLE",
    "FOUNDER",
    "IMPACT",
    "NOON",
    "SHIFT_DAY",
    "TINY",
    "Trial",
    "adopted",
    "amended",
    "at",
    "enrolled",
    "made_trial",
    "opened_trial",
    "parsed",
    "ready",
    "received",
]

NOON = datetime.fromisoformat("2024-06-03T12:00:00+02:00")
FOUNDER = "ada"
IMPACT = built_in_text("impact-mbc")
TINY = dump_protocol(made_data())
SHIFT_DAY = 366
"""What the desk draws as date shift."""


@lru_cache(maxsize=8)
def parsed(text: str, where: str) -> Protocol:
    """Return the protocol in a text; read once."""
    return parse_protocol(text, where)


def at(where: str) -> Place:
    """Return the place that ``event[repeat]/form[repeat].item`` names."""
    return place_of(where)


def _name(role: Role, site: str) -> str:
    return f"{role.value}@{'all' if site == '*' else site}"


@dataclass
class Trial:
    """A study that was founded; ``now`` is the moment of its clock, ``drawn`` its last draws."""

    ledger: DjangoLedger
    folder: Path
    home: str
    away: str
    now: datetime = NOON
    drawn: list[int] = field(default_factory=list)

    def desk(
        self, role: Role | str, site: str = "", via: str = "", asked: Role | None = None
    ) -> Desk:
        """Return the desk of the person who has a role at a site; at the first one if absent."""
        user = role if not isinstance(role, Role) else _name(role, site or self.home)
        return Desk(
            ledger=self.ledger,
            clock=lambda: self.now,
            user=user,
            via=via,
            role=asked,
            parse=parsed,
            draw=self._draw,
        )

    def _draw(self, lowest: int, highest: int) -> int:
        assert lowest <= SHIFT_DAY <= highest
        self.drawn.append(SHIFT_DAY)
        return SHIFT_DAY

    def state(self, subject: str = STUDY) -> SubjectState:
        """Return the state of a chain, with its sealed texts."""
        facts = self.ledger.current(subject)
        return SubjectState.of(subject, facts, self.ledger.opened(facts))

    def text(self, subject: str, where: str) -> str | None:
        """Return the text that stands at a place."""
        state = self.state(subject)
        fact = state.facts.get(at(where))
        return None if fact is None else state.text(fact)

    def history(self, subject: str, where: str) -> list[Fact]:
        """Return all facts of a place, the oldest first."""
        return [fact for fact in self.ledger.facts(subject) if fact.place == at(where)]

    def fill(
        self,
        role: Role,
        subject: str,
        where: str,
        values: Mapping[str, str],
        **more: Any,  # noqa: ANN401  fields of Entry
    ) -> Done:
        """Fill in ``event[repeat]/form[repeat]`` by the act of its kind, at the subject's site."""
        place = at(f"{where}.x")
        if "[" in where.partition("/")[2]:
            more["form_repeat"] = place.form_repeat
        entry = Entry(
            event=place.event,
            event_repeat=place.event_repeat,
            form=place.form,
            values=values,
            **more,
        )
        site = self.ledger.subjects().get(subject, self.home)
        return fill(self.desk(role, site), subject, entry)

    def correct(
        self,
        role: Role,
        subject: str,
        where: str,
        value: str | None,
        **more: Any,  # noqa: ANN401
    ) -> Done:
        """Correct a value; the reason is that it was misread unless another is given."""
        said = Correction(place=at(where), value=value, **{"reason": "misread on paper", **more})
        return correct(self.desk(role, self.ledger.subjects()[subject]), subject, said)

    def trace(self) -> object:
        """Return all that an act can leave: heads, rows, and the bytes of the files."""
        files = sorted(self.folder.glob("*.sqlite3*"))
        stored = [(f.name, f.read_bytes()) for f in files if not f.name.endswith("-shm")]
        with self.ledger.connection.cursor() as cursor:
            cursor.execute("SELECT commitment FROM ledger_vault ORDER BY commitment")
            vault = cursor.fetchall()
            cursor.execute("SELECT count(*) FROM ledger_protocol")
            kept = cursor.fetchall()
        facts = [fact.hash for fact in self.ledger.facts()]
        return (tuple(self.ledger.heads()), facts, vault, kept, list(self.ledger.seen()), stored)


def made_trial(folder: Path, text: str, address: str = "") -> Trial:
    """Found a study in a new folder, or in another database, and grant every role."""
    folder.mkdir(parents=True, exist_ok=True)
    address = address or f"sqlite:///{folder / 'study.sqlite3'}"
    ledger = create_ledger(address, "MADE", Keys.create(folder / "keys"), clock=lambda: NOON)
    protocol = parsed(text, "made")
    early = NOON - timedelta(days=90)
    found(ledger, text, protocol, FOUNDER, early)
    home, away, *_ = (site.code for site in protocol.sites)
    trial = Trial(ledger, folder, home, away, now=early)
    for role in Role:
        for site in (home, away, "*"):
            grant(trial.desk(FOUNDER), _name(role, site), role, site)
    trial.now = NOON
    return trial


def opened_trial(template: Path, folder: Path) -> Trial:
    """Open a copy of a study that lies in a folder on SQLite."""
    shutil.copytree(template, folder)
    address = f"sqlite:///{folder / 'study.sqlite3'}"
    ledger = open_ledger(address, "MADE", Keys.read(folder / "keys"), clock=lambda: NOON)
    versions = [fact for fact in ledger.current(STUDY) if fact.item == "hash"]
    protocol = parsed(ledger.protocol_text(versions[0].value or ""), "made")
    home, away, *_ = (site.code for site in protocol.sites)
    return Trial(ledger, folder, home, away)


ELIGIBLE = {
    "screened_on": "2024-05-15",
    "first_presentation": "yes",
    "first_line_possible": "yes",
    "not_rapidly_progressive": "yes",
    "liver_metastases": "yes",
    "disease": "measurable",
    "biopsy_safe": "yes",
    "block_available": "yes",
    "who_performance_status": "1",
    "therapy_contraindicated": "no",
    "pregnant_or_lactating": "no",
    "immunoglobulin_allergy": "no",
    "non_compliance": "no",
    "rapid_visceral_disease": "no",
}
"""The form eligibility of a subject of IMPACT-MBC whom every criterion lets in."""

ADMINISTERED = {
    "tracer": "18F-FES",
    "batch": "FES-0524",
    "activity_mbq": "205.0",
    "measured_at": "2024-05-24T10:20:00+02:00",
    "injected_at": "2024-05-24T10:31:00+02:00",
    "residual_mbq": "3.1",
    "residual_at": "2024-05-24T10:35:00+02:00",
    "weight_kg": "72.4",
}


def ready(trial: Trial, subject: str, site: str = "") -> None:
    """Register a subject of IMPACT-MBC, with consents and all that screening asks for."""
    nurse = trial.desk(Role.SITE_NURSE, site)
    register(nurse, site or trial.home, subject, f"H-{subject}")
    given = {"main": Given.GIVEN, "dna": Given.GIVEN, "on_treatment_biopsy": Given.REFUSED}
    said = Answers(given=given, on=date(2024, 5, 13), form_version="2.1")
    consent(nurse, subject, said)
    born = {"date_of_birth": "1961-02-03", "sex": "F", "name": "Johanna Zonneveld"}
    trial.fill(Role.SITE_NURSE, subject, "screening/demographics", born)
    trial.fill(Role.SITE_NURSE, subject, "screening/eligibility", ELIGIBLE)
    scans = {"ct": ("CT", ""), "fdg_pet": ("PT", "18F-FDG")}
    scans["bone_scintigraphy"] = ("NM", "99mTc-bisphosphonate")
    for day, (event, (modality, tracer)) in enumerate(scans.items(), start=6):
        values = {
            "modality": modality,
            "scan_started_at": f"2024-05-{day:02}T09:10:00+02:00",
            "scan_ended_at": f"2024-05-{day:02}T09:30:00+02:00",
        }
        values |= {"tracer": tracer} if tracer else {}
        trial.fill(Role.TECHNOLOGIST, subject, f"{event}/scan", values)


def enrolled(trial: Trial, subject: str, site: str = "") -> None:
    """Enrol a subject of IMPACT-MBC, screened on 15 May 2024."""
    ready(trial, subject, site)
    nurse = trial.desk(Role.SITE_NURSE, site)
    screen(nurse, subject, date(2024, 5, 15))
    enrol(nurse, subject, date(2024, 5, 15))


def received(trial: Trial, batch: str, site: str = "", *, release: bool = True) -> None:
    """Receive a batch of FES for 24 May 2024, and release it."""
    receipt = Receipt(
        site=site or trial.home,
        batch=batch,
        tracer="18F-FES",
        activity_mbq="900",
        calibrated_at="2024-05-24T09:00:00+02:00",
        expires_at="2024-05-24T19:00:00+02:00",
    )
    technologist = trial.desk(Role.TECHNOLOGIST, site)
    receive_batch(technologist, receipt)
    if release:
        release_batch(technologist, receipt.site, batch)


def amended(text: str, version: str, *changes: tuple[str, str]) -> str:
    """Return a protocol file with another version number and other changes of its text."""
    old = parsed(text, "made").identity.version
    for before, after in (
        (f"version: '{old}'", f"version: '{version}'"),
        *changes,
    ):
        assert before in text, before
        text = text.replace(before, after, 1)
    return text


def adopted(trial: Trial, text: str, site: str = "*", on: date | None = None, **more: Any) -> Done:  # noqa: ANN401
    """Adopt a protocol file from a day on; today if absent."""
    amendment = Amendment(
        text=text,
        protocol=parsed(text, "made"),
        site=site,
        in_force_from=on or trial.now.date(),
        **{"consent_again": (), "reason": "amendment approved by the committee", **more},
    )
    return adopt(trial.desk(FOUNDER), amendment)
