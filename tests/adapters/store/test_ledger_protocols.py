"""The texts of the protocols that a study adopted are part of its record."""

import hashlib

import pytest

from databases import Intruder, draft, write
from petrial.adapters.store.audit import verify
from petrial.adapters.store.ledger import DjangoLedger
from petrial.subjects.facts import STUDY, Draft, Place
from petrial.subjects.records import OWN, PROTOCOL

TEXTS = ("sites: 3\n", "sites: 4\n")
DIGESTS = tuple(hashlib.sha256(text.encode()).hexdigest() for text in TEXTS)


@pytest.fixture
def adopted(ledger: DjangoLedger) -> DjangoLedger:
    """Return a ledger whose study adopted two protocols, the second one twice."""
    with ledger.unit() as unit:
        for text in TEXTS:
            unit.keep_protocol(text)
        unit.commit()
    for repeat, digest in enumerate((*DIGESTS, DIGESTS[1]), 1):
        write(ledger, STUDY, Draft(place=Place(OWN, 1, PROTOCOL, repeat, "hash"), value=digest))
    write(ledger, "S-001", draft("asat"))
    return ledger


def test_with_all_texts_there_the_ledger_is_whole(adopted: DjangoLedger) -> None:
    assert verify(adopted).faults == ()


def test_a_text_that_is_gone_is_named_with_the_fact_that_adopted_it(
    adopted: DjangoLedger, intruder: Intruder
) -> None:
    intruder.do("DELETE FROM ledger_protocol WHERE sha256 = ?", DIGESTS[1])
    (fault,) = verify(adopted).faults
    assert fault.where == f"protocol {DIGESTS[1][:12]}"
    assert fault.got == "no text"
    assert fault.wanted == "the text that fact 2 of @study brought into force"


def test_each_text_that_is_gone_is_named(adopted: DjangoLedger, intruder: Intruder) -> None:
    intruder.do("DELETE FROM ledger_protocol")
    wheres = [fault.where for fault in verify(adopted).faults]
    assert wheres == [f"protocol {digest[:12]}" for digest in DIGESTS]
