"""Whoever states what breaks the protocol is told at once; it is recorded all the same."""

from made_studies import Trial
from petrial.conduct.entry import Entry, fill
from petrial.protocol.model import Role

TECHNOLOGIST = Role.TECHNOLOGIST
SCANNED = {
    "tracer": "18F-FES",
    "modality": "PT",
    "scan_started_at": "2024-05-17T11:00:00+02:00",
    "scan_ended_at": "2024-05-17T11:45:00+02:00",
}
FES = {"tracer": "18F-FES", "injected_at": "2024-05-17T10:00:00+02:00"}
ZIRCONIUM = {"tracer": "89Zr-trastuzumab", "injected_at": "2024-05-17T11:30:00+02:00"}


def test_zirconium_before_the_fes_scan_has_ended_is_told_at_entry_and_recorded(
    prepared: Trial,
) -> None:
    """The scan of FES ended at 11:45, and the record has 89Zr after it."""
    prepared.fill(TECHNOLOGIST, "S-001", "fes_scan/scan", SCANNED)
    done = prepared.fill(TECHNOLOGIST, "S-001", "her2_injection/administration", ZIRCONIUM)
    (note,) = [one for one in done.notes if "her2_after_fes_scan" in one]
    assert "Injection of 89Zr-trastuzumab" in note
    assert "2024-05-17 11:45" in note
    assert "not confirmed" not in note
    assert prepared.text("S-001", "her2_injection/administration.injected_at")


def test_whichever_of_the_two_is_entered_last_it_is_told(prepared: Trial) -> None:
    prepared.fill(TECHNOLOGIST, "S-001", "her2_injection/administration", ZIRCONIUM)
    done = prepared.fill(TECHNOLOGIST, "S-001", "fes_scan/scan", SCANNED)
    assert any("her2_after_fes_scan" in one for one in done.notes)


def test_sugar_above_an_unconfirmed_maximum_is_told_as_not_confirmed(prepared: Trial) -> None:
    values = {"tracer": "18F-FDG", "injected_at": "2024-05-07T08:10:00+02:00", "glucose": "13"}
    done = prepared.fill(TECHNOLOGIST, "S-001", "fdg_pet/administration", values)
    (note,) = [one for one in done.notes if "glucose" in one]
    assert "13 mmol/L" in note
    assert "at most 11 mmol/L" in note
    assert "not confirmed" in note


def test_a_dry_run_tells_the_same_and_leaves_nothing(prepared: Trial) -> None:
    prepared.fill(TECHNOLOGIST, "S-001", "fes_scan/scan", SCANNED)
    before = prepared.trace()
    entry = Entry(event="her2_injection", form="administration", values=ZIRCONIUM)
    done = fill(prepared.desk(TECHNOLOGIST), "S-001", entry, dry_run=True)
    assert any("her2_after_fes_scan" in one for one in done.notes)
    assert prepared.trace() == before


def test_what_keeps_the_protocol_and_what_stood_before_are_not_told_of(prepared: Trial) -> None:
    prepared.fill(TECHNOLOGIST, "S-001", "fes_scan/scan", SCANNED)
    prepared.fill(TECHNOLOGIST, "S-001", "her2_injection/administration", ZIRCONIUM)
    done = prepared.fill(TECHNOLOGIST, "S-001", "fes_injection/administration", FES)
    assert not any("her2_after_fes_scan" in one for one in done.notes)


def test_a_correction_that_breaks_a_rule_is_told_and_one_that_mends_it_is_not(
    prepared: Trial,
) -> None:
    prepared.fill(TECHNOLOGIST, "S-001", "fes_scan/scan", SCANNED)
    later = {**ZIRCONIUM, "injected_at": "2024-05-17T12:00:00+02:00"}
    where = "her2_injection/administration.injected_at"
    done = prepared.fill(TECHNOLOGIST, "S-001", "her2_injection/administration", later)
    assert not any("her2_after_fes_scan" in one for one in done.notes)
    done = prepared.correct(TECHNOLOGIST, "S-001", where, "2024-05-17T11:00:00+02:00")
    assert any("her2_after_fes_scan" in one for one in done.notes)
    done = prepared.correct(TECHNOLOGIST, "S-001", where, "2024-05-17T12:30:00+02:00")
    assert not any("her2_after_fes_scan" in one for one in done.notes)


def test_a_note_tells_nobody_of_what_they_do_not_see(prepared: Trial) -> None:
    """A technologist does not see treatments: that tamoxifen goes on is not told to one."""
    drug = {
        "drug_class": "serm",
        "drug": "tamoxifen",
        "line": "adjuvant",
        "started_on": "2024-01-02",
    }
    prepared.fill(Role.ONCOLOGIST, "S-001", "treatment/medication", drug)
    done = prepared.fill(TECHNOLOGIST, "S-001", "fes_injection/administration", FES)
    assert not any("serm" in one or "tamoxifen" in one for one in done.notes)
    told = [one for one in done.notes if "Injection of 18F-FES" in one]
    assert told == []


def test_being_seen_alive_after_death_is_told_at_entry(prepared: Trial) -> None:
    dead = {"seen_on": "2024-05-28", "status": "dead", "died_on": "2024-05-27"}
    prepared.fill(Role.ONCOLOGIST, "S-001", "survival/survival_status", dead)
    alive = {"seen_on": "2024-05-30", "status": "alive"}
    done = prepared.fill(Role.ONCOLOGIST, "S-001", "survival[2]/survival_status", alive)
    assert any("died on 2024-05-27, and alive on 2024-05-30" in one for one in done.notes)
