"""Experimental reads open to the oncologist after the intention was stated; who knew what, when."""

from datetime import timedelta

import pytest

from made_acts import INTENTION, READ
from made_protocol import made_data
from made_studies import Trial, adopted, enrolled
from petrial.adapters.files.protocol import dump_protocol
from petrial.adapters.store.audit import verify
from petrial.conduct.disclosure import disclose
from petrial.conduct.enrolment import register
from petrial.conduct.overview import seen
from petrial.conduct.trail import accesses, trail
from petrial.protocol.model import Role
from petrial.vocabulary.errors import PetrialError, RefusedError

NURSE, READER, ONCOLOGIST = Role.SITE_NURSE, Role.READER, Role.ONCOLOGIST
INTENDED = "therapy_choice/intended_therapy"
GROUP = "experimental_reads"


@pytest.fixture
def read(impact: Trial) -> Trial:
    """Give a subject whose FES-PET was read and whose oncologist has not said anything."""
    enrolled(impact, "S-001")
    impact.fill(READER, "S-001", "fes_scan/fes_read", READ)
    return impact


def parts(error: pytest.ExceptionInfo[PetrialError]) -> tuple[str, str, str]:
    problem = error.value.problem
    return problem.field, problem.got, problem.wanted


def sees_reads(the: Trial, role: Role) -> bool:
    return any(row.place.startswith("fes_scan/fes_read") for row in seen(the.desk(role), "S-001"))


def test_it_is_refused_until_the_intended_therapy_is_stated_in_full(read: Trial) -> None:
    """A form that holds its day only says nothing of what was intended."""
    before = read.trace()
    with pytest.raises(RefusedError) as caught:
        disclose(read.desk(NURSE), "S-001", GROUP, ONCOLOGIST)
    assert parts(caught)[:2] == ("form intended_therapy", "not filled in")
    assert read.trace() == before
    read.fill(ONCOLOGIST, "S-001", INTENDED, {"stated_on": "2024-05-30"})
    with pytest.raises(RefusedError) as caught:
        disclose(read.desk(NURSE), "S-001", GROUP, ONCOLOGIST)
    named = [caught.value.problem.field]
    named += [note.split(": ")[1] for note in caught.value.__notes__]
    assert named == ["drug_class", "reason", "confidence"]
    read.fill(ONCOLOGIST, "S-001", INTENDED, INTENTION)
    assert disclose(read.desk(NURSE), "S-001", GROUP, ONCOLOGIST).facts


def test_the_oncologist_sees_the_reads_after_it_and_not_before(read: Trial) -> None:
    read.fill(ONCOLOGIST, "S-001", INTENDED, INTENTION)
    assert not sees_reads(read, ONCOLOGIST)
    disclose(read.desk(NURSE), "S-001", GROUP, ONCOLOGIST, dry_run=True)
    assert not sees_reads(read, ONCOLOGIST)
    disclose(read.desk(NURSE), "S-001", GROUP, ONCOLOGIST)
    assert sees_reads(read, ONCOLOGIST)
    for role in (NURSE, Role.MONITOR, Role.STATISTICIAN, Role.DMC_MEMBER):
        assert not sees_reads(read, role), role


def test_what_is_disclosed_of_one_subject_is_disclosed_of_no_other(read: Trial) -> None:
    enrolled(read, "S-002")
    read.fill(READER, "S-002", "fes_scan/fes_read", READ)
    read.fill(ONCOLOGIST, "S-001", INTENDED, INTENTION)
    disclose(read.desk(NURSE), "S-001", GROUP, ONCOLOGIST)
    assert not [row for row in seen(read.desk(ONCOLOGIST), "S-002") if "fes_read" in row.place]


@pytest.mark.parametrize(
    ("group", "to", "field", "got"),
    [
        ("early_reads", ONCOLOGIST, "disclosure", "early_reads to oncologist"),
        (GROUP, Role.MONITOR, "disclosure", "experimental_reads to monitor"),
        (GROUP, READER, "disclosure", "reader, who sees it always"),
        ("lunch", ONCOLOGIST, "disclosure", "lunch to oncologist"),
    ],
)
def test_what_the_protocol_does_not_disclose_stays_closed(
    read: Trial, group: str, to: Role, field: str, got: str
) -> None:
    with pytest.raises(RefusedError) as caught:
        disclose(read.desk(NURSE), "S-001", group, to)
    assert parts(caught)[:2] == (field, got)


def test_it_happens_once(read: Trial) -> None:
    read.fill(ONCOLOGIST, "S-001", INTENDED, INTENTION)
    disclose(read.desk(NURSE), "S-001", GROUP, ONCOLOGIST)
    with pytest.raises(RefusedError) as caught:
        disclose(read.desk(NURSE), "S-001", GROUP, ONCOLOGIST)
    assert parts(caught)[:2] == ("disclosure", "disclosed to oncologist already")


def test_the_ledger_keeps_who_knew_what_when(crossing: Trial) -> None:
    """First the intention, then the disclosure, then that the oncologist looked; on both."""
    the = crossing
    the.fill(READER, "S-001", "fes_scan/fes_read", READ)
    the.now += timedelta(minutes=1)
    the.fill(ONCOLOGIST, "S-001", INTENDED, INTENTION)
    the.now += timedelta(minutes=1)
    disclose(the.desk(NURSE, via="kiosk"), "S-001", GROUP, ONCOLOGIST)
    seen(the.desk(ONCOLOGIST), "S-001")
    rows = trail(the.desk(Role.DATA_MANAGER), "S-001")
    moments = {row.act: row.recorded for row in rows if row.act in {"record", "disclose"}}
    assert moments["disclose"] == "2024-06-03T10:02:00.000000Z"
    intended = [row for row in rows if row.place.startswith(INTENDED)]
    assert {row.recorded for row in intended} == {"2024-06-03T10:01:00.000000Z"}
    assert [(row.place, row.value) for row in rows if row.act == "disclose"] == [
        ("@disclosure.group", GROUP),
        ("@disclosure.to", "oncologist"),
    ]
    told = accesses(the.desk(Role.DATA_MANAGER), "S-001")
    assert [(row.act, row.author, row.what, row.why) for row in told[:1]] == [
        ("disclosed", "site-nurse@umcg via kiosk", GROUP, "to oncologist, by the protocol")
    ]
    looked = told[1]
    assert (looked.act, looked.author, looked.role) == ("saw", "oncologist@umcg", "oncologist")
    assert "fes_read" in looked.what.split()
    assert verify(the.ledger).whole


def test_each_disclosure_asks_for_its_own_forms_only(tiny: Trial) -> None:
    """Of two that the protocol plans, the other one's intention hinders nothing."""
    data = made_data()
    data["identity"]["version"] = "1.1"
    further = {**data["disclosures"][0], "group": "clinical", "to": ["reader"]}
    data["disclosures"].insert(0, {**further, "requires": ["scan"]})
    adopted(tiny, dump_protocol(data))
    register(tiny.desk(NURSE), "north", "T-1")
    tiny.fill(NURSE, "T-1", "screening/history", {"visited_on": "2024-06-01"})
    done = disclose(tiny.desk(NURSE), "T-1", "imaging", ONCOLOGIST)
    assert [fact.value for fact in done.facts] == ["imaging", "oncologist"]
    with pytest.raises(RefusedError) as caught:
        disclose(tiny.desk(NURSE), "T-1", "clinical", READER)
    assert parts(caught)[0] == "form scan"
