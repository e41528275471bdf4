"""What users of a study ran into: acts that went wrong without a word.

Each claim is what the user expected to be told; days, moments and counts are by hand.
"""

from datetime import date, datetime
from typing import ClassVar

import pytest

from made_acts import PATHOLOGY, SERIOUS, form
from made_studies import ADMINISTERED, NOON, Trial, enrolled
from petrial.conduct.cells import Cell
from petrial.conduct.dosing import dose_list
from petrial.conduct.intake import Order
from petrial.conduct.overview import due_list
from petrial.conduct.review import lock, sign
from petrial.conduct.take_in import take_in
from petrial.protocol.model import Role
from petrial.vocabulary.errors import Problem, RefusedError

NURSE, TECHNOLOGIST, MANAGER = Role.SITE_NURSE, Role.TECHNOLOGIST, Role.DATA_MANAGER


@pytest.fixture
def course(impact: Trial) -> Trial:
    """Give a study with one enrolled subject."""
    enrolled(impact, "S-001")
    return impact


def refusal(act: object) -> Problem:
    """Return the problem with which an act is refused."""
    with pytest.raises(RefusedError) as caught:
        act()  # type: ignore[operator]  # a function without arguments
    return caught.value.problem


def cells(where: str, values: dict[str, str], subject: str = "S-001") -> list[Cell]:
    """Return the cells of one row that fills in ``event/form``, the first of each."""
    event, _, form = where.partition("/")
    return [
        Cell(f"row 2, column {name}", subject, event, 1, form, 1, name, text)
        for name, text in values.items()
    ]


class TestTracerOfTheEvent:
    """In IMPACT-MBC the event her2_injection has the tracer 89Zr-trastuzumab."""

    DOSE: ClassVar[dict[str, str]] = {
        name: text for name, text in ADMINISTERED.items() if name != "batch"
    }

    def test_a_dose_at_the_event_of_another_tracer_is_refused_and_leaves_nothing(
        self, course: Trial
    ) -> None:
        before = course.trace()
        wrong = refusal(
            lambda: course.fill(TECHNOLOGIST, "S-001", "her2_injection/administration", self.DOSE)
        )
        assert (wrong.field, wrong.got) == ("tracer", "18F-FES")
        assert wrong.wanted == "89Zr-trastuzumab, the tracer of her2_injection"
        assert "record it at the event of that tracer: fes_injection" in wrong.do
        assert course.trace() == before

    def test_at_its_own_event_it_is_recorded_and_listed(self, course: Trial) -> None:
        course.fill(TECHNOLOGIST, "S-001", "fes_injection/administration", self.DOSE)
        view = dose_list(course.desk(TECHNOLOGIST), "S-001")
        assert [row.tracer for row in view.rows] == ["18F-FES"]

    def test_a_tracer_is_not_corrected_to_that_of_another_event(self, course: Trial) -> None:
        where = "fes_injection/administration"
        course.fill(TECHNOLOGIST, "S-001", where, self.DOSE)
        wrong = refusal(lambda: course.correct(TECHNOLOGIST, "S-001", f"{where}.tracer", "18F-FDG"))
        assert (wrong.field, wrong.got) == ("tracer", "18F-FDG")

    def test_a_scan_of_another_tracer_is_refused(self, course: Trial) -> None:
        scan = {"modality": "PT", "tracer": "18F-FDG"}
        wrong = refusal(lambda: course.fill(TECHNOLOGIST, "S-001", "fes_scan/scan", scan))
        assert wrong.wanted == "18F-FES, the tracer of fes_scan"

    def test_a_file_is_no_way_around(self, course: Trial) -> None:
        given = cells("her2_injection/administration", self.DOSE)
        wrong = refusal(lambda: take_in(course.desk(MANAGER), lambda _: given, Order()))
        assert (wrong.where, wrong.field, wrong.got) == ("row 2", "tracer", "18F-FES")


EVENTS = "adverse_events/adverse_event"


class TestNextRepeat:
    def test_whoever_begins_a_second_form_is_told_how_to_add_to_the_first(
        self, course: Trial
    ) -> None:
        told = "This is number 2 of adverse_event at adverse_events; "
        told += "--form-repeat 1 adds to the first."
        first = course.fill(NURSE, "S-001", EVENTS, {"term": "fever"})
        added = course.fill(NURSE, "S-001", f"{EVENTS}[1]", {"grade": "1"})
        second = course.fill(NURSE, "S-001", EVENTS, {"term": "rash"})
        named = course.fill(NURSE, "S-001", f"{EVENTS}[3]", {"term": "cough"})
        assert second.notes == (told,)
        assert told not in (*first.notes, *added.notes, *named.notes)


class TestLocking:
    def test_unsigned_and_incomplete_forms_are_counted_and_named(self, course: Trial) -> None:
        course.fill(Role.LABORATORY, "S-001", "biopsy/pathology", {"er_percent": "90"})
        done = lock(course.desk(MANAGER), "S-001", form("biopsy/pathology"))
        said = "1 of the forms is not signed; 1 lacks required items: biopsy/pathology."
        assert done.notes == (said,)

    def test_a_signed_form_is_locked_without_a_note(self, course: Trial) -> None:
        course.fill(Role.LABORATORY, "S-001", "biopsy/pathology", PATHOLOGY)
        sign(course.desk(Role.LABORATORY), "S-001", form("biopsy/pathology"))
        assert lock(course.desk(MANAGER), "S-001", form("biopsy/pathology")).notes == ()

    def test_who_locks_a_subject_is_told_that_later_forms_stay_open(self, course: Trial) -> None:
        """Demographics, eligibility and three scans are filled in; none is signed."""
        notes = lock(course.desk(MANAGER), "S-001", dry_run=True).notes
        assert notes[0].startswith("5 of the forms are not signed")
        assert notes[-1] == "Forms that are filled in later are not locked."


@pytest.mark.parametrize("dry_run", [True, False])
def test_an_import_names_the_subjects_that_it_registers(course: Trial, dry_run: bool) -> None:  # noqa: FBT001  a parameter of pytest
    rows = [
        cell
        for subject in ("S-001", "S-012", "S-011")
        for cell in cells("screening/demographics", {"height_cm": "170"}, subject)
    ]
    order = Order(dry_run=dry_run)
    done = take_in(course.desk(MANAGER), lambda _: rows, order, course.home)
    assert done.registered == ("S-011", "S-012")
    assert ("S-011" in course.ledger.subjects()) is not dry_run


class TestAdverseEvents:
    def test_one_that_ends_before_it_started_is_refused(self, course: Trial) -> None:
        wrong = refusal(
            lambda: course.fill(NURSE, "S-001", EVENTS, {**SERIOUS, "ended_on": "2024-05-31"})
        )
        assert (wrong.field, wrong.wanted) == ("ended_on", "not before started_on, 2024-06-01")
        course.fill(NURSE, "S-001", EVENTS, {**SERIOUS, "ended_on": "2024-06-01"})

    def test_it_is_overdue_once_its_clock_has_run_out_not_before(self, course: Trial) -> None:
        """The site learnt of it at 11 of this day; until when to report it the row says."""
        aware = {"aware_at": "2024-06-03T11:00:00+02:00"}
        course.fill(NURSE, "S-001", EVENTS, SERIOUS | aware)

        def row(on: date) -> tuple[str, str]:
            (found,) = (
                one
                for one in due_list(course.desk(NURSE), on)
                if one.what == "Report to the sponsor"
            )
            return found.status, found.due

        status, until = row(NOON.date())
        end = datetime.fromisoformat(until)
        assert (status, end > NOON) == ("due", True)
        course.now = end
        assert row(end.date())[0] == "due"
        course.now = end.replace(minute=end.minute + 1)
        assert row(end.date())[0] == "overdue"
        course.now = NOON
        assert row(date(2024, 12, 31))[0] == "overdue"


class TestWhatWasSeen:
    PLACE = "fes_injection/administration.weight_kg"

    @pytest.fixture
    def weighed(self, course: Trial) -> Trial:
        course.fill(TECHNOLOGIST, "S-001", self.PLACE.partition(".")[0], {"weight_kg": "72.4"})
        return course

    @pytest.mark.parametrize("was", ["72.4", "72.40", " 72.400"])
    def test_the_same_number_written_otherwise_is_the_same(self, weighed: Trial, was: str) -> None:
        weighed.correct(TECHNOLOGIST, "S-001", self.PLACE, "74.2", was=was)
        assert weighed.text("S-001", self.PLACE) == "74.2"

    @pytest.mark.parametrize("was", ["72.41", "72,4", ""])
    def test_another_value_is_refused(self, weighed: Trial, was: str) -> None:
        wrong = refusal(lambda: weighed.correct(TECHNOLOGIST, "S-001", self.PLACE, "74.2", was=was))
        assert (wrong.field, wrong.got) == ("weight_kg", "another value than stated")
