"""What users of a study ran into: acts that went wrong without a word.

Each claim is what the user expected to be told; days, moments and counts are by hand.
"""

from typing import ClassVar

import pytest

from made_studies import ADMINISTERED, Trial, enrolled
from petrial.conduct.cells import Cell
from petrial.conduct.dosing import dose_list
from petrial.conduct.intake import Order
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
