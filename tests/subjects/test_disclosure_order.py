"""What is stated before and after a disclosure, judged by the numbers in the subject's chain.

The intention of before is blind only if it was stated before the disclosure; that of after it is
one only if it was stated after. The chain's order is what shows it, not the days that people wrote.
"""

from datetime import date

import pytest

from made_facts import Statement, made_state
from made_protocol import made_data
from petrial.adapters.files.protocol import built_in_text, parse_protocol
from petrial.protocol.check import problems_of
from petrial.protocol.model import Protocol
from petrial.subjects.deviations import Deviation, DeviationKind, deviations
from petrial.subjects.visibility import not_yet_disclosed

IMPACT = parse_protocol(built_in_text("impact-mbc"), "impact-mbc")
BEFORE: tuple[Statement, ...] = (
    ("therapy_choice/intended_therapy.stated_on", "2024-05-30"),
    ("therapy_choice/intended_therapy.drug_class", "chemotherapy"),
)
SHOWN: tuple[Statement, ...] = (
    ("@own/@disclosure.group", "experimental_reads"),
    ("@own/@disclosure.to", "oncologist"),
)
AFTER: tuple[Statement, ...] = (
    ("therapy_choice/therapy_after_disclosure.stated_on", "2024-05-31"),
    ("therapy_choice/therapy_after_disclosure.drug_class", "aromatase_inhibitor"),
)


def of(*said: Statement) -> list[Deviation]:
    found = deviations(IMPACT, made_state(*said), date(2024, 6, 1))
    return [one for one in found if one.kind is DeviationKind.DISCLOSURE]


def test_in_the_order_of_the_protocol_there_is_no_deviation() -> None:
    assert of(*BEFORE, *SHOWN, *AFTER) == []


def test_an_intention_that_was_first_stated_after_the_disclosure_is_a_deviation() -> None:
    (found,) = of(*SHOWN, *BEFORE, *AFTER)
    assert found.rule == "disclosures.experimental_reads therapy_choice.requires"
    assert (found.event, found.found) == (
        "therapy_choice",
        "intended_therapy: stated after experimental_reads was disclosed",
    )
    assert [source.place.form for source in found.sources] == [
        *["intended_therapy"] * 2,
        "@disclosure",
    ]


def test_an_intention_that_was_changed_after_the_disclosure_is_a_deviation() -> None:
    anew: Statement = ("therapy_choice/intended_therapy.drug_class", "aromatase_inhibitor")
    (found,) = of(*BEFORE, *SHOWN, anew)
    assert found.found == "intended_therapy: changed after experimental_reads was disclosed"


@pytest.mark.parametrize("later", [SHOWN, ()])
def test_what_is_for_after_the_disclosure_and_was_stated_before_it_is_a_deviation(
    later: tuple[Statement, ...],
) -> None:
    (found,) = of(*BEFORE, *AFTER, *later)
    assert found.rule == "disclosures.experimental_reads therapy_choice.then"
    assert found.found.startswith("therapy_after_disclosure: stated before experimental_reads")


def test_a_correction_after_the_disclosure_does_not_mend_what_was_stated_too_early() -> None:
    anew: Statement = ("therapy_choice/therapy_after_disclosure.drug_class", "chemotherapy")
    alone = AFTER[1:]
    assert len(of(*BEFORE, *alone, *SHOWN, anew)) == 1


def test_what_was_removed_is_no_deviation() -> None:
    gone: tuple[Statement, ...] = tuple((one[0], None, "", "removed") for one in AFTER)
    assert of(*BEFORE, *AFTER, *SHOWN, *gone) == []


def test_another_group_that_was_disclosed_does_not_open_the_form() -> None:
    other = (("@own/@disclosure.group", "standard_reads"), SHOWN[1])
    assert len(of(*BEFORE, *other, *AFTER)) == 1


def test_a_form_for_after_a_disclosure_is_not_filled_in_before_it() -> None:
    form = "therapy_after_disclosure"
    (problem,) = not_yet_disclosed(IMPACT, made_state(*BEFORE), form, "S-001")
    assert problem.field == "form therapy_after_disclosure"
    assert problem.got == "experimental_reads is not disclosed yet to oncologist"
    assert not_yet_disclosed(IMPACT, made_state(*BEFORE, *SHOWN), form, "S-001") == ()
    assert not_yet_disclosed(IMPACT, made_state(), "intended_therapy", "S-001") == ()


@pytest.mark.parametrize(
    ("then", "path"),
    [
        (["intention"], "disclosures.imaging therapy.then[1]"),
        (["history"], "disclosures.imaging therapy.then[1]"),
    ],
)
def test_a_form_for_afterwards_exists_and_is_not_one_for_before(then: list[str], path: str) -> None:
    """The tiny trial asks for ``history`` before the disclosure; it has no form ``intention``."""
    data = made_data()
    data["disclosures"][0]["then"] = then
    assert path in {problem.field for problem in problems_of(Protocol.model_validate(data))}
