"""A form for after a disclosure is refused before it, typed in or taken in; nothing is left behind.

IMPACT-MBC asks for the therapy intended without the experimental scans, shows them, and asks again.
"""

import pytest

from made_acts import INTENTION
from made_studies import Trial, at
from petrial.conduct.cells import Cell
from petrial.conduct.disclosure import disclose
from petrial.conduct.intake import Order
from petrial.conduct.take_in import take_in
from petrial.protocol.model import Role
from petrial.vocabulary.errors import RefusedError

WHERE = "therapy_choice/therapy_after_disclosure"


def shown(trial: Trial) -> None:
    disclose(trial.desk(Role.SITE_NURSE), "S-001", "experimental_reads", Role.ONCOLOGIST)


def taken_in(trial: Trial) -> None:
    place = at(f"{WHERE}.x")
    cells = [
        Cell(f"row 2, column {name}", "S-001", *place[:4], name, text)
        for name, text in INTENTION.items()
    ]
    take_in(trial.desk(Role.DATA_MANAGER), lambda _protocol: cells, Order(), "")


def filled_in(trial: Trial) -> None:
    trial.fill(Role.ONCOLOGIST, "S-001", WHERE, INTENTION)


@pytest.mark.parametrize("deed", [filled_in, taken_in])
def test_what_is_for_after_the_disclosure_is_refused_before_it_and_taken_after(
    prepared: Trial, deed: object
) -> None:
    assert callable(deed)
    before = prepared.trace()
    with pytest.raises(RefusedError) as caught:
        deed(prepared)
    assert caught.value.problem.got == "experimental_reads is not disclosed yet to oncologist"
    assert prepared.trace() == before
    shown(prepared)
    deed(prepared)
    assert prepared.text("S-001", f"{WHERE}.drug_class") == INTENTION["drug_class"]
