"""Taking in keeps the rules of the other acts: a file is no way around them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

import pytest

from made_acts import INTENTION, READ
from made_studies import ADMINISTERED, IMPACT, Trial, adopted, amended, at, enrolled, received
from petrial.adapters.store.audit import verify
from petrial.adapters.store.ledger import DjangoLedger
from petrial.conduct.cells import Cell
from petrial.conduct.disclosure import disclose
from petrial.conduct.enrolment import erase, register, withdraw
from petrial.conduct.intake import Imported, Order
from petrial.conduct.permissions import IMPORTS
from petrial.conduct.take_in import take_in
from petrial.protocol.forms import FormKind
from petrial.protocol.model import Role
from petrial.vocabulary.errors import RefusedError

NURSE, MANAGER, ONCOLOGIST = Role.SITE_NURSE, Role.DATA_MANAGER, Role.ONCOLOGIST
ANEW = Order(replace=True, reason="typing error, source seen")


def cells(where: str, values: Mapping[str, str], subject: str = "S-001") -> list[Cell]:
    """Return the cells of one row that fills in ``event/form[repeat]``."""
    place = at(f"{where}.x")
    return [
        Cell(f"row 2, column {name}", subject, *place[:4], name, text)
        for name, text in values.items()
    ]


def taken(
    trial: Trial, *given: Cell, order: Order | None = None, register_at: str = ""
) -> Imported:
    """Take in cells as the data manager of the home site."""
    return take_in(trial.desk(MANAGER), lambda _protocol: given, order or Order(), register_at)


def refused(trial: Trial, *given: Cell, order: Order | None = None, at_site: str = "") -> list[str]:
    """Return the problems of a refused import, after checking that it left nothing behind."""
    before = trial.trace()
    with pytest.raises(RefusedError) as caught:
        taken(trial, *given, order=order, register_at=at_site)
    assert trial.trace() == before
    return [str(caught.value.problem), *getattr(caught.value, "__notes__", [])]


class _Stale:
    """A ledger whose list of subjects was read before someone else registered one."""

    def __init__(self, ledger: DjangoLedger) -> None:
        self._ledger = ledger

    def __getattr__(self, name: str) -> object:
        return getattr(self._ledger, name)

    def subjects(self) -> Mapping[str, str]:
        return {}


def test_a_subject_that_was_registered_meanwhile_is_not_registered_by_the_file(
    impact: Trial,
) -> None:
    """The chain is asked, under its lock, not the list that was read before."""
    register(impact.desk(NURSE, impact.away), impact.away, "U-9")
    before = impact.trace()
    desk = replace(impact.desk(MANAGER), ledger=_Stale(impact.ledger))  # type: ignore[arg-type]  # all of a ledger
    given = cells("screening/demographics", {"sex": "F"}, "U-9")
    with pytest.raises(RefusedError) as caught:
        take_in(desk, lambda _protocol: given, Order(), impact.home)
    assert (caught.value.problem.field, caught.value.problem.got) == (
        "subject",
        "U-9, registered meanwhile",
    )
    assert impact.away not in str(caught.value.problem)
    assert impact.trace() == before


def test_a_subject_number_that_differs_by_capitals_only_is_not_registered(impact: Trial) -> None:
    register(impact.desk(NURSE), impact.home, "U-1")
    rows = cells("screening/demographics", {"sex": "F"}, "u-1")
    (line,) = refused(impact, *rows, at_site=impact.home)
    assert "U-1" in line
    one, two = (cells("screening/demographics", {"sex": "F"}, name) for name in ("V-2", "v-2"))
    assert len(refused(impact, *one, *two, at_site=impact.home)) == 1


@pytest.fixture
def course(impact: Trial) -> Iterator[Trial]:
    """Give a study with one enrolled subject."""
    enrolled(impact, "S-001")
    yield impact
    assert verify(impact.ledger).whole


def test_every_kind_of_form_is_taken_in_freely_or_is_a_read_or_an_intention() -> None:
    assert set(FormKind) - IMPORTS == {FormKind.READ, FormKind.INTENTION}


class TestReads:
    WHERE = "fes_scan/fes_read"

    def test_a_read_is_taken_in_where_nothing_is_stated_and_twice_adds_nothing(
        self, course: Trial
    ) -> None:
        rows = cells(self.WHERE, READ)
        assert taken(course, *rows).new == len(READ)
        assert taken(course, *rows).unchanged == len(READ)

    @pytest.mark.parametrize("order", [Order(), ANEW])
    @pytest.mark.parametrize("values", [{"visual": "negative"}, {"lesion": "L1"}])
    def test_a_read_that_stands_is_neither_replaced_nor_added_to(
        self, course: Trial, values: dict[str, str], order: Order
    ) -> None:
        course.fill(Role.READER, "S-001", self.WHERE, READ)
        (line,) = refused(course, *cells(self.WHERE, values), order=order)
        assert "a reading that stands" in line
        assert "petrial forms correct" in line


class TestIntentions:
    WHERE = "therapy_choice/intended_therapy"

    def test_an_intention_is_taken_in_before_the_disclosure_and_not_replaced(
        self, course: Trial
    ) -> None:
        assert taken(course, *cells(self.WHERE, INTENTION)).new == len(INTENTION)
        (line,) = refused(course, *cells(self.WHERE, {"confidence": "low"}), order=ANEW)
        assert "an intention that stands" in line

    def test_no_intention_is_taken_in_after_the_disclosure(self, course: Trial) -> None:
        course.fill(ONCOLOGIST, "S-001", self.WHERE, INTENTION)
        course.fill(Role.READER, "S-001", "fes_scan/fes_read", READ)
        disclose(course.desk(NURSE), "S-001", "experimental_reads", ONCOLOGIST)
        other = cells("therapy_choice/intended_therapy", {"explanation": "after the fact"})
        assert any("stated after experimental_reads" in line for line in refused(course, *other))


class TestBatches:
    WHERE = "fes_injection/administration"

    def test_history_of_a_site_that_never_received_this_tracer_is_taken_in(
        self, course: Trial
    ) -> None:
        assert taken(course, *cells(self.WHERE, ADMINISTERED)).new == len(ADMINISTERED)

    def test_a_batch_that_is_not_known_is_refused_where_this_tracer_was_ever_received(
        self, course: Trial
    ) -> None:
        received(course, "FES-OTHER")
        (line,) = refused(course, *cells(self.WHERE, ADMINISTERED))
        assert "FES-0524" in line
        assert "petrial doses receive" in line

    def test_a_batch_that_was_not_released_is_refused(self, course: Trial) -> None:
        received(course, "FES-0524", release=False)
        (line,) = refused(course, *cells(self.WHERE, ADMINISTERED))
        assert "found received, wanted released" in line


def test_an_erased_subject_gets_nothing(course: Trial) -> None:
    erase(course.desk("administrator@umcg"), "S-001", "the person asked for it")
    (line,) = refused(course, *cells("screening/demographics", {"height_cm": "170"}))
    assert "S-001, erased" in line


def test_repeats_of_a_form_follow_each_other(course: Trial) -> None:
    one, two, seven = (
        cells(f"fes_scan/fes_read[{repeat}]", READ | {"lesion": f"L{repeat}", "level": "lesion"})
        for repeat in (1, 2, 7)
    )
    lines = refused(course, *one, *seven)
    assert "found 7, wanted 1 to 2" in lines[0]
    assert taken(course, *two, *one).new == 2 * (len(READ) + 1)


class TestHospitalNumbers:
    def test_the_number_of_another_subject_of_the_site_is_refused_and_not_shown(
        self, course: Trial
    ) -> None:
        register(course.desk(NURSE), course.home, "S-002")
        rows = cells("screening/demographics", {"hospital_number": "h-s-001"}, "S-002")
        (line,) = refused(course, *rows)
        assert "the one of S-001" in line
        assert "h-s" not in line

    def test_two_subjects_of_one_file_cannot_have_the_same(self, course: Trial) -> None:
        for subject in ("S-002", "S-003"):
            register(course.desk(NURSE), course.home, subject)
        rows = [
            cells("screening/demographics", {"hospital_number": "4711"}, subject)[0]
            for subject in ("S-002", "S-003")
        ]
        (line,) = refused(course, *rows)
        assert "the one of S-002" in line


class TestAfterWithdrawal:
    @pytest.fixture
    def withdrawn(self, course: Trial) -> Trial:
        course.fill(NURSE, "S-001", "screening/demographics", {"height_cm": "150"})
        withdraw(course.desk(NURSE), "S-001", date(2024, 6, 1), "own wish")
        return course

    def test_an_adverse_event_is_taken_in(self, withdrawn: Trial) -> None:
        event = cells("adverse_events/adverse_event", {"term": "fever"})
        assert taken(withdrawn, *event).new == 1

    def test_what_stands_may_be_replaced_with_a_reason(self, withdrawn: Trial) -> None:
        rows = cells("screening/demographics", {"height_cm": "151"})
        assert taken(withdrawn, *rows, order=ANEW).replaced == 1

    def test_nothing_else_is_added(self, withdrawn: Trial) -> None:
        rows = cells("screening/demographics", {"hospital_number": "1", "remarks": "x"})
        assert "S-001, withdrawn" in refused(withdrawn, rows[0])[0]


def test_a_problem_does_not_show_what_the_role_does_not_see(course: Trial) -> None:
    """The value that stands is neither shown nor can it be found out by trying."""
    unseen = (
        "quality_of_life: [site-nurse, data-manager, monitor, statistician]",
        "quality_of_life: [site-nurse, monitor, statistician]",
    )
    adopted(course, amended(IMPACT, "1.1", unseen))
    where, item = "qol_before_biopsy/eq5d_5l", "mobility"
    course.fill(NURSE, "S-001", where, {item: "3"})
    found = [refused(course, *cells(where, {item: tried}), order=ANEW) for tried in ("3", "4")]
    assert found[0] == found[1]
    assert "your role does not see" in found[0][0]
    assert taken(course, *cells(where, {"self_care": "1"})).new == 1
