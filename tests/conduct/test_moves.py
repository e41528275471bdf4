"""Whatever has a state moves only as its table says."""

import itertools
from enum import StrEnum

import pytest

from petrial.subjects.records import (
    BATCH_MOVES,
    FORM_MOVES,
    PLAN_MOVES,
    QUERY_MOVES,
    SUBJECT_MOVES,
    Batch,
    BatchHappening,
    Form,
    FormHappening,
    Plan,
    PlanHappening,
    Query,
    QueryHappening,
    Subject,
    SubjectHappening,
    moved,
)
from petrial.vocabulary.errors import RefusedError

Moves = dict[tuple[StrEnum, StrEnum], StrEnum]

LISTED = {
    "Subject": (SUBJECT_MOVES, Subject, SubjectHappening, 14),
    "Form": (FORM_MOVES, Form, FormHappening, 6),
    "Query": (QUERY_MOVES, Query, QueryHappening, 5),
    "Batch": (BATCH_MOVES, Batch, BatchHappening, 3),
    "Plan": (PLAN_MOVES, Plan, PlanHappening, 1),
}
"""Each table of moves, its states, what happens, and how many pairs are listed (counted)."""


@pytest.mark.parametrize("name", LISTED)
def test_each_pair_of_state_and_happening_is_listed_or_refused(name: str) -> None:
    moves, states, happenings, count = LISTED[name]
    table: Moves = dict(moves.items())  # type: ignore[attr-defined]  # of five kinds
    assert len(table) == count
    for state, happening in itertools.product(states, happenings):
        if (state, happening) in table:
            assert moved(table, state, happening, "here") in states
            continue
        with pytest.raises(RefusedError) as caught:
            moved(table, state, happening, "here")
        assert caught.value.problem.field == f"state of the {name.lower()}"
        assert caught.value.problem.got == f"{state.value}, to be {happening.value}"
