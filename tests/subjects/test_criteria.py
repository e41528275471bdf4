"""Screening: what criteria come to together, what is missing, and what only informs."""

import pytest

from made_facts import Said, Statement, made_state
from made_protocol import made_data
from made_rules import BORN, MET, NOT_MET, PROTOCOL, TODAY, UNKNOWN, WHO
from petrial.protocol.model import Protocol
from petrial.subjects.criteria import Screening, Standing, screening_of

FIT: tuple[Statement, ...] = (
    ("screening/history.visited_on", "2024-05-20"),
    Said(BORN, "1960-05-21", sealed=True),
    (WHO, "1"),
    ("screening/history.bilirubin", "12"),
    ("screening/history.pregnancy", "no"),
)


def screened(*statements: Statement, protocol: Protocol = PROTOCOL) -> Screening:
    return screening_of(protocol, made_state(*statements), TODAY)


class TestScreening:
    """The tiny trial: I1 age above 18, I2 WHO 0 to 2 and bilirubin stated, E1 pregnancy."""

    def test_who_fits_is_eligible_and_nothing_is_missing(self) -> None:
        found = screened(*FIT)
        assert (found.standing, found.missing) == (Standing.ELIGIBLE, ())
        assert [one.outcome for one in found.judgements] == [MET, MET, NOT_MET]
        assert not any(one.blocks for one in found.judgements)

    @pytest.mark.parametrize(
        ("index", "missing"),
        [
            (1, "history.born_on"),
            (2, "history.performance@screening"),
            (3, "history.bilirubin"),
            (4, "history.pregnancy"),
        ],
    )
    def test_one_missing_fact_leaves_it_undecided_and_is_named(
        self, index: int, missing: str
    ) -> None:
        found = screened(*FIT[:index], *FIT[index + 1 :])
        assert (found.standing, found.missing) == (Standing.UNDECIDED, (missing,))
        (open_one,) = [one for one in found.judgements if one.blocks]
        assert (open_one.outcome, open_one.why) == (UNKNOWN, f"{missing} is not stated")

    @pytest.mark.parametrize(
        ("statement", "number"),
        [
            (Said(BORN, "2010-05-21", sealed=True), "I1"),
            ((WHO, "3"), "I2"),
            (("screening/history.pregnancy", "yes"), "E1"),
        ],
    )
    def test_an_inclusion_that_fails_or_an_exclusion_that_is_met_keeps_out(
        self, statement: Statement, number: str
    ) -> None:
        found = screened(*FIT, statement)
        assert found.standing is Standing.INELIGIBLE
        assert [one.number for one in found.judgements if one.blocks] == [number]

    def test_one_criterion_that_keeps_out_goes_before_others_that_are_unknown(self) -> None:
        found = screened((WHO, "3"))
        assert found.standing is Standing.INELIGIBLE
        assert found.missing == ("history.born_on", "history.pregnancy")

    def test_what_informs_is_judged_and_shown_and_never_overrules(self) -> None:
        earlier = ("therapy/history.bilirubin", "7.9", "2024-05-10")
        found = screened(*FIT, earlier)
        judgement = found.judgements[1]
        (informed,) = judgement.informed_by
        assert informed.text == "Bilirubin rose by more than half in two weeks"
        assert informed.judged.outcome is MET  # 12 is more than 11.85
        assert [one.value for one in informed.judged.evidence] == ["12", "7.9"]
        assert (judgement.outcome, found.standing) == (MET, Standing.ELIGIBLE)

    def test_what_informs_and_is_unknown_leaves_the_verdict_alone(self) -> None:
        found = screened(*FIT)
        (informed,) = found.judgements[1].informed_by
        assert informed.judged.outcome is UNKNOWN
        assert found.missing == ()

    def test_a_verdict_of_the_investigator_stands_against_what_informs(self) -> None:
        data = made_data()
        data["criteria"][1]["rule"] = {
            "test": "one_of",
            "item": "history.blocker",
            "values": ["none"],
        }
        rising = ("therapy/history.bilirubin", "1", "2024-05-10")
        stated = (*FIT, rising, ("screening/history.blocker", "none"))
        found = screened(*stated, protocol=Protocol.model_validate(data))
        assert found.judgements[1].informed_by[0].judged.outcome is MET
        assert found.standing is Standing.ELIGIBLE

    def test_why_tells_the_facts_with_their_age(self) -> None:
        i2 = screened(*FIT).judgements[1]
        assert i2.text == "WHO performance status 0 to 2, and bilirubin known"
        assert i2.why == (
            "history.performance@screening 1, of 2024-05-20, 1 day old; "
            "history.bilirubin 12, of 2024-05-20, 1 day old"
        )
