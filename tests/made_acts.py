"""A study in the midst of its course, and for each act one deed that is possible in it.

S-001 is enrolled at ``umcg``, with filled-in forms, a locked form, queries, a treatment and a
stated intention; S-002 is ready to be screened, S-003 to be enrolled. One version of the analysis
plan is locked, one is a draft. One batch is released, one has just been received.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Final, Protocol

from made_studies import ADMINISTERED, IMPACT, Trial, amended, at, enrolled, parsed, ready, received
from petrial.conduct.analysis_plan import draft_plan, lock_plan, unblind
from petrial.conduct.cells import Cell
from petrial.conduct.desk import Desk, Done, enter, study_state
from petrial.conduct.disclosure import disclose
from petrial.conduct.enrolment import (
    Answers,
    complete,
    consent,
    enrol,
    erase,
    register,
    screen,
    withdraw,
)
from petrial.conduct.entry import Change, Correction, Entry, change_treatment, correct, record
from petrial.conduct.hand_out import hand_out
from petrial.conduct.intake import Order
from petrial.conduct.overview import listed
from petrial.conduct.permissions import Act
from petrial.conduct.review import (
    FilledForm,
    answer_query,
    close_query,
    lock,
    open_query,
    sign,
    unlock,
)
from petrial.conduct.study import Amendment, adopt, end_grant, grant
from petrial.conduct.supply import Receipt, receive_batch, reject_batch, release_batch
from petrial.conduct.take_in import take_in
from petrial.conduct.trail import trail
from petrial.protocol.model import Role
from petrial.subjects.records import Given

__all__ = ["DEEDS", "INTENTION", "PATHOLOGY", "READ", "SERIOUS", "TREATMENT", "form", "prepare"]


class Deed(Protocol):
    """What someone does at a desk."""

    def __call__(self, desk: Desk, /, *, dry: bool) -> object:
        """Do it, or with ``dry`` only say what would happen."""
        ...


NURSE, TECHNOLOGIST, READER = Role.SITE_NURSE, Role.TECHNOLOGIST, Role.READER
ONCOLOGIST, LABORATORY, MANAGER = Role.ONCOLOGIST, Role.LABORATORY, Role.DATA_MANAGER

READ: Final = {
    "reader": "R1",
    "read_on": "2024-05-20",
    "level": "subject",
    "visual": "positive",
    "suv_max": "6.1",
}
PATHOLOGY: Final = {
    "sampled_on": "2024-05-21",
    "laboratory": "local",
    "specimen": "metastasis",
    "tumour_present": "yes",
    "er_percent": "90",
    "her2_ihc": "1+",
}
INTENTION: Final = {
    "stated_on": "2024-05-30",
    "drug_class": "aromatase_inhibitor",
    "reason": "receptor_metastasis",
    "confidence": "high",
}
SERIOUS: Final = {
    "term": "fever",
    "grade": "3",
    "started_on": "2024-06-01",
    "related_to": "biopsy",
    "causality": "possible",
    "serious": "yes",
    "seriousness": "hospital",
    "aware_at": "2024-06-02T08:00:00+02:00",
}
TREATMENT: Final = {
    "drug_class": "aromatase_inhibitor",
    "drug": "letrozole",
    "line": "first",
    "started_on": "2024-05-31",
}
SCANNED: Final = "fdg_pet/scan"


def prepare(trial: Trial) -> None:
    """Bring a new study of IMPACT-MBC to where every act can take place."""
    trial.now -= timedelta(hours=1)
    enrolled(trial, "S-001")
    ready(trial, "S-002")
    ready(trial, "S-003")
    screen(trial.desk(NURSE), "S-003", date(2024, 5, 15))
    ready(trial, "V-001", trial.away)
    received(trial, "FES-0524")
    received(trial, "FES-0603", release=False)
    trial.fill(READER, "S-001", "fdg_pet/fdg_read", READ)
    trial.fill(LABORATORY, "S-001", "biopsy/pathology", PATHOLOGY)
    trial.fill(ONCOLOGIST, "S-001", "therapy_choice/intended_therapy", INTENTION)
    trial.fill(ONCOLOGIST, "S-001", "therapy_start/medication", TREATMENT)
    manager = trial.desk(MANAGER)
    lock(manager, "S-001", form("ct/scan"))
    for target in (f"{SCANNED}.scan_started_at", "biopsy/pathology.er_percent"):
        open_query(manager, "S-001", at(target), "does the source say so?")
    statistician = trial.desk(Role.STATISTICIAN, "*")
    for version in ("1", "2"):
        draft_plan(statistician, version, version.encode())
    lock_plan(statistician, "1", b"1")
    trial.now += timedelta(hours=1)


def form(where: str) -> FilledForm:
    """Return the filled-in form that ``event/form[repeat]`` names."""
    return FilledForm(*at(f"{where}.x")[:4])


_ITEMS: Final = {
    READER: "fdg_pet/fdg_read.suv_max",
    LABORATORY: "biopsy/pathology.er_percent",
    TECHNOLOGIST: f"{SCANNED}.scan_ended_at",
}
_VALUES: Final = {READER: "6.3", LABORATORY: "80", TECHNOLOGIST: "2024-05-07T09:35:00+02:00"}
"""An item that these roles may correct, and another value; of the others what they filled in."""


def _role(desk: Desk) -> Role:
    return Role(desk.user.partition("@")[0])


def _enter(event: str, name: str, values: Mapping[str, str], act: Act) -> Deed:
    said = Entry(event=event, form=name, values=values)
    return lambda desk, *, dry: record(desk, act, "S-001", said, dry_run=dry)


def _record(desk: Desk, *, dry: bool) -> Done:
    entries = {
        TECHNOLOGIST: ("her2_scan", "scan", {"modality": "PT"}),
        READER: ("fes_scan", "fes_read", READ),
    }
    other = ("screening", "eligibility", {"symptom_worsening": "10"})
    event, name, values = entries.get(_role(desk), other)
    said = Entry(event=event, form=name, values=values)
    return record(desk, Act.RECORD, "S-001", said, dry_run=dry)


def _result(desk: Desk, *, dry: bool) -> Done:
    said = Entry(event="screening", form="laboratory", values={"asat": "31"})
    return record(desk, Act.REGISTER_RESULT, "S-001", said, dry_run=dry)


def _correct(desk: Desk, *, dry: bool) -> Done:
    where = _ITEMS.get(_role(desk), "screening/eligibility.who_performance_status")
    value = _VALUES.get(_role(desk), "2")
    said = Correction(place=at(where), value=value, reason="misread on paper")
    return correct(desk, "S-001", said, dry_run=dry)


def _sign(desk: Desk, *, dry: bool) -> Done:
    where = _ITEMS.get(_role(desk), "screening/eligibility.x").partition(".")[0]
    return sign(desk, "S-001", form(where), dry_run=dry)


def _answer(desk: Desk, *, dry: bool) -> Done:
    number = 2 if _role(desk) is LABORATORY else 1
    return answer_query(desk, "S-001", number, "it does, on page 2", dry_run=dry)


def _open(desk: Desk, *, dry: bool) -> Done:
    target = at("screening/eligibility.disease")
    return open_query(desk, "S-001", target, "bone only?", dry_run=dry)


def _register(desk: Desk, *, dry: bool) -> Done:
    return register(desk, "umcg", "S-009", "7654321", dry_run=dry)


def _consent(desk: Desk, *, dry: bool) -> Done:
    said = Answers(given={"dna": Given.WITHDRAWN}, on=date(2024, 6, 3), form_version="2.1")
    return consent(desk, "S-001", said, dry_run=dry)


def _adopt(desk: Desk, *, dry: bool) -> Done:
    text = amended(IMPACT, "1.1")
    new = Amendment(
        text=text,
        protocol=parsed(text, "made"),
        site="*",
        in_force_from=date(2024, 6, 3),
        consent_again=("main",),
        reason="the committee approved amendment 1",
    )
    return adopt(desk, new, dry_run=dry)


def _receive(desk: Desk, *, dry: bool) -> Done:
    receipt = Receipt(
        site="umcg",
        batch="ZR-1",
        tracer="89Zr-trastuzumab",
        activity_mbq="80",
        calibrated_at="2024-06-03T09:00:00+02:00",
        expires_at="2024-06-10T09:00:00+02:00",
    )
    return receive_batch(desk, receipt, dry_run=dry)


def _change(desk: Desk, *, dry: bool) -> Done:
    change = Change(
        event="therapy_start",
        form="medication",
        form_repeat=1,
        stopped_on="2024-06-02",
        next_treatment={"drug_class": "chemotherapy", "started_on": "2024-06-03"},
    )
    return change_treatment(desk, "S-001", change, dry_run=dry)


def _import(desk: Desk, *, dry: bool) -> object:
    cells = [Cell("row 2", "S-001", "screening", 1, "eligibility", 1, "symptom_worsening", "5")]
    return take_in(desk, lambda _protocol: cells, Order(dry_run=dry))


def _looking(look: Callable[[Desk], object]) -> Deed:
    """Return a deed that states nothing, in earnest or not."""

    def deed(desk: Desk, /, *, dry: bool) -> object:
        assert dry in {True, False}
        return look(desk)

    return deed


def _may(act: Act) -> Deed:
    return _looking(lambda desk: enter(desk, study_state(desk.ledger), act))


_FEVER: Final = _enter("adverse_events", "adverse_event", SERIOUS, Act.REPORT)
_SAMPLE: Final = {"sample": "B-1", "collected_at": "2024-05-22T09:00:00+02:00", "tube": "EDTA"}

DEEDS: Final[dict[Act, Deed]] = {
    Act.FOUND: _may(Act.FOUND),
    Act.GRANT: lambda d, *, dry: grant(d, "emma", NURSE, "umcg", dry_run=dry),
    Act.END_GRANT: lambda d, *, dry: end_grant(d, "reader@umcg", READER, "umcg", dry_run=dry),
    Act.ADOPT: _adopt,
    Act.REGISTER: _register,
    Act.CONSENT: _consent,
    Act.SCREEN: lambda d, *, dry: screen(d, "S-002", date(2024, 5, 15), dry_run=dry),
    Act.ENROL: lambda d, *, dry: enrol(d, "S-003", date(2024, 5, 15), dry_run=dry),
    Act.WITHDRAW: lambda d, *, dry: withdraw(d, "S-001", date(2024, 6, 1), "own wish", dry_run=dry),
    Act.COMPLETE: lambda d, *, dry: complete(d, "S-001", date(2024, 6, 1), dry_run=dry),
    Act.RECORD: _record,
    Act.ADMINISTER: _enter("fes_injection", "administration", ADMINISTERED, Act.ADMINISTER),
    Act.REGISTER_SAMPLE: _enter("baseline_blood", "blood_sample", _SAMPLE, Act.REGISTER_SAMPLE),
    Act.REGISTER_RESULT: _result,
    Act.TREAT: _enter("treatment", "medication", TREATMENT, Act.TREAT),
    Act.CHANGE_TREATMENT: _change,
    Act.REPORT: _FEVER,
    Act.CORRECT: _correct,
    Act.OPEN_QUERY: _open,
    Act.ANSWER_QUERY: _answer,
    Act.CLOSE_QUERY: lambda d, *, dry: close_query(d, "S-001", 1, dry_run=dry),
    Act.SIGN: _sign,
    Act.LOCK: lambda d, *, dry: lock(d, "S-001", form("screening/eligibility"), dry_run=dry),
    Act.UNLOCK: lambda d, *, dry: unlock(d, "S-001", form("ct/scan"), "wrong scan", dry_run=dry),
    Act.RECEIVE_BATCH: _receive,
    Act.RELEASE_BATCH: lambda d, *, dry: release_batch(d, "umcg", "FES-0603", dry_run=dry),
    Act.REJECT_BATCH: lambda d, *, dry: reject_batch(
        d, "umcg", "FES-0603", "not pure", dry_run=dry
    ),
    Act.DISCLOSE: lambda d, *, dry: disclose(
        d, "S-001", "experimental_reads", ONCOLOGIST, dry_run=dry
    ),
    Act.DRAFT_PLAN: lambda d, *, dry: draft_plan(d, "3", b"3", dry_run=dry),
    Act.LOCK_PLAN: lambda d, *, dry: lock_plan(d, "2", b"2", dry_run=dry),
    Act.UNBLIND: lambda d, *, dry: unblind(d, dry_run=dry),
    Act.ERASE: lambda d, *, dry: erase(d, "S-001", "the person asked for it", dry_run=dry),
    Act.IMPORT: _import,
    Act.EXPORT: _looking(lambda d: hand_out(d, "CSV", "monitoring visit")),
    Act.SNAPSHOT: _may(Act.SNAPSHOT),
    Act.AUDIT: _looking(lambda d: trail(d, "S-001")),
    Act.SEE: _looking(listed),
}
"""For each act something that whoever may do it can do in the prepared study."""
