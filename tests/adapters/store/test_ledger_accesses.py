"""Why someone looked is free text: sealed as all free text is, and erasable; the chain is not."""

from dataclasses import replace

import pytest

from databases import Intruder
from petrial.adapters.store.audit import verify
from petrial.adapters.store.ledger import DjangoLedger
from petrial.conduct.ledger import Access
from petrial.subjects.facts import SEALED, STUDY
from petrial.vocabulary.errors import LedgerError

EXPORT = Access(
    act="exported",
    author="bo",
    role="monitor",
    subject=STUDY,
    what="CSV of each form, sites *",
    why="letter about Els Jansen",
)


@pytest.fixture
def exported(ledger: DjangoLedger) -> DjangoLedger:
    """Return a ledger from which something was exported twice, and seen once without a purpose."""
    for access in (EXPORT, replace(EXPORT, act="saw", why=""), replace(EXPORT, why="monitoring")):
        ledger.saw(access)
    return ledger


def test_the_purpose_is_read_back_and_stands_nowhere_openly(exported: DjangoLedger) -> None:
    whys = [one.access.why for one in exported.seen()]
    assert whys == ["letter about Els Jansen", "", "monitoring"]
    rows = [row for block in exported.accesses.rows() for row in block]
    assert [str(row[8]).startswith(SEALED) for row in rows] == [True, False, True]
    path = exported.address.path
    if path is not None:
        for file in path.parent.glob("study*"):
            assert b"Jansen" not in file.read_bytes()
    assert verify(exported).sealed == 2


def test_a_purpose_can_be_erased_and_its_chain_stays_whole(exported: DjangoLedger) -> None:
    assert exported.erase_purposes([1, 2]) == 1
    assert exported.erase_purposes([1]) == 0
    assert [one.access.why for one in exported.seen()] == ["(erased)", "", "monitoring"]
    verified = verify(exported)
    assert verified.faults == ()
    assert (verified.accesses, verified.sealed, verified.erased) == (3, 1, 1)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_access_vault SET ciphertext = ?",
        "INSERT INTO ledger_access_vault VALUES ('sealed:sha256:00', ?)",
    ],
    ids=["another text", "one more"],
)
def test_a_purpose_that_nobody_stated_is_found(
    exported: DjangoLedger, intruder: Intruder, statement: str
) -> None:
    intruder.do(statement, b"x" * 80)
    (fault,) = verify(exported).faults
    assert fault.where.startswith("access chain")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"what": "Els said: 'look'"}, "what"),
        ({"what": "two\nlines"}, "what"),
        ({"what": ""}, "what"),
        ({"why": "\ud800"}, "why"),
    ],
)
def test_what_is_no_name_of_a_thing_is_refused(
    ledger: DjangoLedger, changes: dict[str, str], field: str
) -> None:
    with pytest.raises(LedgerError) as refused:
        ledger.saw(replace(EXPORT, **changes))
    assert refused.value.problem.field == field
    assert list(ledger.seen()) == []


def test_the_names_that_petrial_gives_are_taken(ledger: DjangoLedger) -> None:
    for what in (
        "audit trail",
        "biopsy/pathology[2] screening/eligibility",
        "ODM, sites umcg vumc",
        "experimental-reads",
        "verified the ledger",
        "CSV of each form, sites *",
    ):
        ledger.saw(replace(EXPORT, what=what))
    assert len(list(ledger.seen())) == 6
