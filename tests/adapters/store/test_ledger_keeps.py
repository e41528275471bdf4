"""The ledger gives back what was stated, on SQLite and PostgreSQL alike."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from pathlib import Path

import pytest

from databases import ERASED, STAMP, STUDY_ID, draft, write
from petrial.adapters.store.audit import rebuild_projection, verify
from petrial.adapters.store.keys import Keys
from petrial.adapters.store.ledger import DjangoLedger, create_ledger, open_ledger
from petrial.adapters.store.models import Fact as FactModel
from petrial.conduct.ledger import Access, Ledger, UnitOfWork
from petrial.subjects.chain import Head, canonical, digest
from petrial.subjects.facts import FACT_FIELDS, SEALED, STUDY, Draft, Place
from petrial.vocabulary.errors import LedgerError

ODD = 'Zoë "quoted" \\ \u2028 \U0001f9ea\ttab'


def test_it_is_the_ledger_that_the_acts_need(ledger: DjangoLedger) -> None:
    whole: Ledger = ledger
    unit: UnitOfWork = ledger.unit()
    assert whole.study == STUDY_ID
    assert unit is not None


def test_the_columns_of_the_table_are_the_fields_of_a_fact() -> None:
    key, *columns = FactModel._meta.fields  # noqa: SLF001  Django's way to ask
    assert key.name == "pk"
    assert tuple(column.name for column in columns) == FACT_FIELDS


def test_a_fact_is_read_back_as_it_was_appended(ledger: DjangoLedger) -> None:
    stamp = replace(
        STAMP, recorded=datetime(2024, 5, 21, 10, 42, tzinfo=timezone(timedelta(hours=2)))
    )
    with ledger.unit() as unit:
        (appended,) = unit.append(
            "S-001",
            [
                Draft(
                    place=Place("follow_up", 2, "laboratory", 3, "asat"),
                    value=ODD,
                    unit="U/L",
                    observed="2024-05-21",
                )
            ],
            stamp,
        )
        unit.commit()
    (fact,) = ledger.facts()
    assert fact == appended
    assert (fact.value, fact.unit, fact.observed) == (ODD, "U/L", "2024-05-21")
    assert fact.place == Place("follow_up", 2, "laboratory", 3, "asat")
    assert fact.recorded == "2024-05-21T08:42:00.000000Z"
    assert (fact.study, fact.site, fact.subject, fact.seq) == (STUDY_ID, "Groningen", "S-001", 1)
    assert (fact.act, fact.act_seq, fact.author, fact.role) == ("record", 1, "anna", "nurse")


def test_both_databases_hold_the_same_bytes(ledger: DjangoLedger) -> None:
    """The hash was computed by hand from the page that specifies the canonical bytes."""
    write(ledger, "S-001", draft("asat", ODD))
    (fact,) = ledger.facts("S-001")
    row = [STUDY_ID, "Groningen", "S-001", 1, "record", 1, "screening", 1, "laboratory", 1, "asat"]
    row += [ODD, "", "", "", "2024-05-21T08:42:00.000000Z", "anna", "nurse", "", None, "1.0"]
    row += ["0" * 64]
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    assert canonical(fact).decode() == text
    assert fact.hash == hashlib.sha256(text.encode()).hexdigest() == digest(fact)


def test_facts_of_one_act_share_its_first_number(ledger: DjangoLedger) -> None:
    write(ledger, "S-001", draft("asat"))
    write(ledger, "S-001", draft("alat"), draft("crp"))
    assert [(f.seq, f.act_seq) for f in ledger.facts("S-001")] == [(1, 1), (2, 2), (3, 2)]


def test_the_newest_fact_at_each_place_is_current(ledger: DjangoLedger) -> None:
    write(ledger, "S-001", draft("asat", "7"), draft("alat", "8"))
    write(ledger, "S-001", replace(draft("asat", "70", reason="typing error"), replaces=1))
    assert [(f.item, f.value, f.seq) for f in ledger.current("S-001")] == [
        ("alat", "8", 2),
        ("asat", "70", 3),
    ]
    with ledger.unit() as unit:
        assert unit.current("S-001") == ledger.current("S-001")
    assert ledger.current("S-002") == []


def test_one_item_is_found_over_all_subjects(ledger: DjangoLedger) -> None:
    write(ledger, "S-002", draft("asat", "2"), draft("alat", "3"))
    write(ledger, "S-001", draft("asat", "1"))
    write(ledger, STUDY, draft("asat", "0"))
    write(ledger, "S-002", replace(draft("asat", "4"), replaces=1))
    assert [(f.subject, f.value) for f in ledger.across("laboratory", "asat")] == [
        ("S-001", "1"),
        ("S-002", "4"),
    ]


def test_a_unit_sees_what_it_appended_and_leaves_nothing_without_commit(
    ledger: DjangoLedger,
) -> None:
    with ledger.unit() as unit:
        unit.append("S-001", [draft("asat")], STAMP)
        assert [f.item for f in unit.current("S-001")] == ["asat"]
        unit.append("S-001", [draft("alat", sealed=True)], STAMP)
    assert list(ledger.facts()) == []
    assert ledger.heads() == []
    assert verify(ledger).whole


def test_an_error_undoes_the_unit(ledger: DjangoLedger) -> None:
    def act() -> None:
        with ledger.unit() as unit:
            unit.append("S-001", [draft("asat")], STAMP)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        act()
    assert ledger.subjects() == {}


def test_a_stale_correction_is_refused_and_says_who_was_faster(ledger: DjangoLedger) -> None:
    write(ledger, "S-001", draft("asat", "7"))
    correction = replace(draft("asat", "70", reason="typing error"), replaces=1)
    write(ledger, "S-001", correction)
    with pytest.raises(LedgerError, match="fact 2, stated by anna at 2024-05-21T08:42") as refused:
        write(ledger, "S-001", correction)
    assert refused.value.problem.where == "S-001, screening/laboratory.asat"
    assert refused.value.problem.wanted.startswith("fact 1 still the newest")


def test_nothing_is_overwritten_silently(ledger: DjangoLedger) -> None:
    write(ledger, "S-001", draft("asat", "7"))
    with pytest.raises(LedgerError, match="nothing is overwritten silently"):
        write(ledger, "S-001", draft("asat", "7"))
    with pytest.raises(LedgerError, match="nothing is overwritten silently"):
        write(ledger, "S-002", draft("asat", "7"), draft("asat", "8"))
    with pytest.raises(LedgerError, match="found nothing at this place, wanted fact 4"):
        write(ledger, "S-001", replace(draft("alat"), replaces=4))
    assert [f.value for f in ledger.facts()] == ["7"]


def test_a_reason_for_absence_may_be_followed_by_a_value(ledger: DjangoLedger) -> None:
    write(ledger, "S-001", draft("asat", None))
    write(ledger, "S-001", draft("asat", "7"))
    assert [(f.absent, f.value, f.replaces) for f in ledger.facts()] == [
        ("unknown", None, None),
        ("", "7", 1),
    ]


@pytest.mark.parametrize(("form", "item"), [("@subject", "status"), ("laboratory", "@status")])
def test_of_petrials_own_items_the_newest_stands(
    ledger: DjangoLedger, form: str, item: str
) -> None:
    state = Draft(place=Place("@own", 1, form, 1, item), value="open")
    write(ledger, "S-001", state, replace(state, value="signed"))
    write(ledger, "S-001", replace(state, value="locked"))
    assert [f.replaces for f in ledger.facts()] == [None, 1, 2]
    assert [f.value for f in ledger.current("S-001")] == ["locked"]


def test_after_a_refusal_a_unit_cannot_be_committed(ledger: DjangoLedger) -> None:
    with ledger.unit() as unit:
        unit.append("S-001", [draft("asat")], STAMP)
        with pytest.raises(LedgerError):
            unit.append("S-001", [draft("asat")], STAMP)
        with pytest.raises(LedgerError, match="stored whole or not at all"):
            unit.commit()
    assert list(ledger.facts()) == []


def test_a_committed_unit_takes_nothing_more(ledger: DjangoLedger) -> None:
    with ledger.unit() as unit:
        unit.append("S-001", [draft("asat")], STAMP)
        unit.commit()
        assert len(list(ledger.facts())) == 1
        with pytest.raises(LedgerError, match="is committed"):
            unit.append("S-001", [draft("alat")], STAMP)


@pytest.mark.parametrize(
    ("bad", "wanted"),
    [
        (replace(draft("x"), value="a\0b"), "without zero bytes"),
        (replace(draft("x"), value="\ud800"), "without zero bytes"),
        (replace(draft("x"), value=SEALED + "0" * 64), "petrial seals by itself"),
        (replace(draft("x"), absent="unknown"), "the reason why there is none"),
        (replace(draft("x"), value=None), "the reason why there is none"),
        (replace(draft("x"), place=Place("screening", 0, "laboratory", 1, "x")), "count from 1"),
    ],
)
def test_what_both_databases_cannot_hold_alike_is_refused(
    ledger: DjangoLedger, bad: Draft, wanted: str
) -> None:
    with pytest.raises(LedgerError, match=wanted):
        write(ledger, "S-001", bad)


def test_a_moment_without_offset_is_refused(ledger: DjangoLedger) -> None:
    naive = datetime(2024, 5, 21, 8, 42)  # noqa: DTZ001  the very mistake
    with ledger.unit() as unit, pytest.raises(LedgerError, match="offset from UTC"):
        unit.append("S-001", [draft("asat")], replace(STAMP, recorded=naive))


def test_heads_and_subjects_come_in_the_order_of_their_bytes(ledger: DjangoLedger) -> None:
    for subject in ("s-2", "S-10", STUDY, "S-1", "é"):
        write(ledger, subject, draft("asat"))
    assert [head.subject for head in ledger.heads()] == [STUDY, "S-1", "S-10", "s-2", "é"]
    assert [fact.subject for fact in ledger.facts()] == [STUDY, "S-1", "S-10", "s-2", "é"]
    assert ledger.subjects() == dict.fromkeys(["S-1", "S-10", "s-2", "é"], "Groningen")
    (last,) = ledger.facts("S-1")
    assert ledger.heads()[1] == Head("S-1", 1, last.hash)


def test_a_pinned_read_ends_where_it_is_pinned(ledger: DjangoLedger) -> None:
    for subject in ("S-001", "S-002", "S-003"):
        write(ledger, subject, draft("asat"), draft("alat"), draft("crp"))
    pins = {"S-001": 2, "S-003": 3}
    assert [(f.subject, f.seq) for f in ledger.facts(upto=pins)] == [
        *(("S-001", 1), ("S-001", 2)),
        *(("S-003", 1), ("S-003", 2), ("S-003", 3)),
    ]
    assert [(f.subject, f.seq) for f in ledger.facts("S-003", {"S-001": 2, "S-003": 1})] == [
        ("S-003", 1)
    ]
    assert [row[:4] for block in ledger.rows({"S-002": 1}) for row in block] == [
        (STUDY_ID, "Groningen", "S-002", 1)
    ]
    with pytest.raises(LedgerError, match="wanted 4, as pinned"):
        list(ledger.facts(upto={"S-001": 4}))


def test_a_sealed_text_stands_only_encrypted_and_opens(ledger: DjangoLedger) -> None:
    write(ledger, "S-001", draft("name", "Anna Jansen", sealed=True, reason="told by phone"))
    (fact,) = ledger.facts()
    assert fact.sealed
    assert fact.value is not None
    assert "Anna" not in canonical(fact).decode()
    assert ledger.opened([fact]) == {fact.value: "Anna Jansen", fact.reason: "told by phone"}
    with ledger.unit() as unit:
        assert unit.opened([fact]) == ledger.opened([fact])
    with ledger.connection.cursor() as cursor:
        cursor.execute("SELECT ciphertext FROM ledger_vault")
        assert all(b"Anna" not in bytes(text) for (text,) in cursor.fetchall())


def test_the_same_text_is_sealed_differently_each_time(ledger: DjangoLedger) -> None:
    write(ledger, "S-001", draft("a", "yes", sealed=True), draft("b", "yes", sealed=True))
    first, second = ledger.facts()
    assert first.value != second.value


def test_erasing_a_text_leaves_the_chain_whole(ledger: DjangoLedger) -> None:
    write(ledger, "S-001", draft("name", "Anna", sealed=True), draft("town", "Delft", sealed=True))
    name, town = ledger.facts()
    assert name.value is not None
    with ledger.unit() as unit:
        assert unit.erase([name.value, "sealed:sha256:never"]) == 1
        unit.append("S-001", [ERASED], STAMP)
        unit.commit()
    assert ledger.opened([name, town]) == {town.value: "Delft"}
    verified = verify(ledger)
    assert verified.whole
    assert (verified.facts, verified.sealed, verified.erased) == (3, 1, 1)


def test_the_text_of_a_protocol_is_kept_once_under_its_hash(ledger: DjangoLedger) -> None:
    kept = hashlib.sha256(b"name: IMPACT-MBC\n").hexdigest()
    for _ in range(2):
        with ledger.unit() as unit:
            assert unit.keep_protocol("name: IMPACT-MBC\n") == kept
            unit.commit()
    assert ledger.protocol_text(kept) == "name: IMPACT-MBC\n"
    with pytest.raises(LedgerError, match="found nothing, wanted the text of the protocol"):
        ledger.protocol_text("0" * 64)


def test_who_saw_what_is_chained_with_its_moment(address: str, tmp_path: Path) -> None:
    hours = count(8)

    def clock() -> datetime:
        return datetime(2024, 5, 21, next(hours), tzinfo=UTC)

    made = create_ledger(address, STUDY_ID, Keys.create(tmp_path / "keys"), clock=clock)
    saw = Access(
        act="saw", author="anna", role="nurse", subject="S-001", what="laboratory", why="visit"
    )
    made.saw(saw)
    made.saw(replace(saw, act="exported", subject=STUDY))
    assert [(s.seq, s.moment, s.access.act, s.access.subject) for s in made.seen()] == [
        (1, "2024-05-21T08:00:00.000000Z", "saw", "S-001"),
        (2, "2024-05-21T09:00:00.000000Z", "exported", STUDY),
    ]
    assert next(iter(made.seen())).access == saw
    assert verify(made).accesses == 2
    made.close()


def test_looking_never_waits_for_a_writer(ledger: DjangoLedger) -> None:
    """An access is recorded, and facts are read, while another unit holds the lock."""
    write(ledger, "S-001", draft("asat"))
    with ledger.unit() as unit:
        unit.append("S-001", [draft("alat")], STAMP)
        ledger.saw(Access(act="saw", author="bo", role="monitor", subject="S-001", what="all"))
        assert [f.item for f in ledger.facts("S-001")] == ["asat"]
        assert len(list(ledger.seen())) == 1


def test_several_ledgers_are_open_at_once_and_know_nothing_of_each_other(
    ledger: DjangoLedger, tmp_path: Path
) -> None:
    other = create_ledger(
        f"sqlite:///{tmp_path / 'other.sqlite3'}", "OTHER", Keys.create(tmp_path / "other")
    )
    write(ledger, "S-001", draft("asat"))
    assert other.subjects() == {}
    other.close()
    again = open_ledger(f"sqlite:///{tmp_path / 'other.sqlite3'}", "OTHER", other.keys)
    assert (again.study, ledger.study) == ("OTHER", STUDY_ID)
    again.close()


def test_a_projection_built_anew_is_the_same(ledger: DjangoLedger) -> None:
    write(ledger, "S-001", draft("asat"), draft("alat"))
    write(ledger, "S-001", replace(draft("asat", "8"), replaces=1))
    before = ledger.current("S-001")
    assert rebuild_projection(ledger) == 2
    assert ledger.current("S-001") == before
    assert verify(ledger).whole


def test_a_unit_over_more_chains_than_it_remembers_still_refuses(ledger: DjangoLedger) -> None:
    subjects = [f"S-{number:03}" for number in range(12)]
    with ledger.unit() as unit:
        for subject in subjects:
            unit.append(subject, [draft("asat")], STAMP)
        unit.append(subjects[0], [draft("alat")], STAMP)
        with pytest.raises(LedgerError, match="overwritten"):
            unit.append(subjects[0], [draft("asat")], STAMP)
