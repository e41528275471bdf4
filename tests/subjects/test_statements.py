"""Which statement a rule means, what counts as missing, and what is shown of it."""

from datetime import date

import pytest

from made_facts import Said, made_state, place_of
from made_rules import MET, NOT_MET, PROTOCOL, TODAY, UNKNOWN, WHO, judged, outcome, rule
from petrial.subjects.criteria import Evidence, Outcome, judge_rule


class TestNumbers:
    @pytest.mark.parametrize(
        ("test", "below", "equal", "above"),
        [
            ("at_most", MET, MET, NOT_MET),
            ("below", MET, NOT_MET, NOT_MET),
            ("at_least", NOT_MET, MET, MET),
            ("above", NOT_MET, NOT_MET, MET),
        ],
    )
    def test_the_limit_itself_counts_where_the_name_says_so(
        self, test: str, below: Outcome, equal: Outcome, above: Outcome
    ) -> None:
        of = rule(test, "history.performance", value=0.3)
        found = [outcome(of, (WHO, text)) for text in ("0.29", "0.30", "0.31")]
        assert found == [below, equal, above]

    def test_a_digit_beyond_what_a_float_holds_decides(self) -> None:
        """0.3000000000000000000001 and 0.3 are one float, and two numbers."""
        of = rule("above", "history.performance", value=0.3)
        assert outcome(of, (WHO, "0.3000000000000000000001")) is MET

    def test_another_unit_than_the_protocol_asks_for_is_not_compared(self) -> None:
        of = rule("at_most", "history.bilirubin", value=20)
        where = "screening/history.bilirubin"
        assert outcome(of, Said(where, "17", unit="umol/L")) is MET
        found = judged(of, Said(where, "17", unit="mg/dL"))
        assert found.outcome is UNKNOWN
        (gap,) = found.gaps
        assert gap.why == "is stated in mg/dL, the protocol asks for umol/L"

    @pytest.mark.parametrize("text", ["yes", "NaN", "Infinity"])
    def test_what_is_no_number_is_unknown(self, text: str) -> None:
        found = judged(rule("at_most", "history.performance", value=2), (WHO, text))
        assert (found.outcome, found.gaps[0].why) == (UNKNOWN, "is no number")


class TestMissingFacts:
    OF = rule("at_most", "history.performance", value=2)

    @pytest.mark.parametrize(
        ("absent", "why"),
        [
            ("not-done", "has no value: not-done"),
            ("unknown", "has no value: unknown"),
            ("not-applicable", "has no value: not-applicable"),
            ("removed", "was removed"),
        ],
    )
    def test_a_reason_for_absence_leaves_it_unknown_and_is_told(
        self, absent: str, why: str
    ) -> None:
        found = judged(self.OF, (WHO, None, "", absent))
        assert (found.outcome, found.missing) == (UNKNOWN, ("history.performance",))
        assert found.gaps[0].why == why

    def test_what_was_never_stated_is_unknown_and_named(self) -> None:
        found = judged(self.OF)
        assert (found.outcome, str(found.gaps[0])) == (UNKNOWN, "history.performance is not stated")

    def test_a_newer_statement_that_it_is_not_done_takes_the_older_value_away(self) -> None:
        later = "therapy/history.performance"
        stated = ((WHO, "1", "2024-05-01"), (later, None, "2024-05-15", "not-done"))
        assert outcome(self.OF, *stated) is UNKNOWN

    def test_a_removed_newer_statement_leaves_the_older_value(self) -> None:
        later = "therapy/history.performance"
        stated = ((WHO, "1", "2024-05-01"), (later, None, "2024-05-15", "removed"))
        assert outcome(self.OF, *stated) is MET

    def test_an_erased_value_is_unknown_and_its_reason_told(self) -> None:
        state = made_state(Said(WHO, "1", sealed=True), opened={})
        found = judge_rule(self.OF, state, PROTOCOL, TODAY)
        assert found.outcome is UNKNOWN
        assert found.gaps[0].why == "is sealed and cannot be read; it may have been erased"


class TestNewest:
    OF = rule("at_most", "history.performance", value=2)

    def test_the_latest_day_counts_even_where_it_was_entered_first(self) -> None:
        stated = (("therapy/history.performance", "3", "2024-05-15"), (WHO, "1", "2024-05-01"))
        assert outcome(self.OF, *stated) is NOT_MET

    def test_of_one_day_what_was_recorded_last_counts(self) -> None:
        stated = (
            (WHO, "1", "2024-05-15T16:00:00+02:00"),
            ("therapy/history.performance", "3", "2024-05-15"),
        )
        assert outcome(self.OF, *stated) is NOT_MET
        assert outcome(self.OF, *reversed(stated)) is MET

    def test_a_named_event_takes_no_statement_of_another(self) -> None:
        of = rule("at_most", "history.performance@screening", value=2)
        stated = ((WHO, "1", "2024-05-01"), ("therapy/history.performance", "3", "2024-05-15"))
        assert outcome(of, *stated) is MET

    def test_what_is_dated_after_the_judgement_does_not_count(self) -> None:
        stated = ((WHO, "1", "2024-05-01"), ("therapy/history.performance", "3", "2024-05-22"))
        assert outcome(self.OF, *stated) is MET
        assert outcome(self.OF, *stated, on=date(2024, 5, 22)) is NOT_MET
        (gap,) = judged(self.OF, stated[1]).gaps
        assert gap.why == "is stated for days after 2024-05-21 only"

    def test_a_statement_without_a_day_is_dated_by_its_event(self) -> None:
        stated = (
            ("screening/history.visited_on", "2024-05-19"),
            ("therapy/history.visited_on", "2024-05-09"),
            (WHO, "1"),
            ("therapy/history.performance", "3"),
        )
        found = judged(self.OF, *stated)
        assert found.outcome is MET
        assert (found.evidence[0].day, found.evidence[0].age_days) == (date(2024, 5, 19), 2)

    def test_a_dose_is_dated_by_its_injection_before_its_event(self) -> None:
        """The form of an administration says the moment of all that stands in it."""
        of = rule("at_least", "injection.weight_kg", value=50)
        event = ("screening/history.visited_on", "2024-05-02")
        weight = ("screening/injection.weight_kg", "70.0")
        injected = ("screening/injection.injected_at", "2024-05-20T23:30:00+02:00")
        assert judged(of, event, weight).evidence[0].day == date(2024, 5, 2)
        assert judged(of, event, weight, injected).evidence[0].day == date(2024, 5, 20)
        stated = ("screening/injection.weight_kg", "70.0", "2024-05-19")
        assert judged(of, event, stated, injected).evidence[0].day == date(2024, 5, 19)

    def test_what_nothing_dates_is_ordered_by_its_recording(self) -> None:
        """``made_facts`` records in June 2024."""
        stated = ((WHO, "1"), ("therapy/history.performance", "3", "2024-05-20"))
        found = judged(self.OF, *stated)
        assert found.outcome is MET
        assert (found.evidence[0].day, found.evidence[0].age_days) == (None, None)
        assert str(found.evidence[0]) == "history.performance 1, day not stated"


class TestEvidence:
    def test_it_names_place_value_day_age_and_number_in_the_chain(self) -> None:
        where = "therapy/history.bilirubin"
        of = rule("at_most", "history.bilirubin", value=20)
        other = ("screening/history.visited_on", "2024-05-01")
        found = judged(of, other, Said(where, "17", "2024-05-20", unit="umol/L"))
        assert found.evidence == (
            Evidence(
                path="history.bilirubin",
                place=place_of(where),
                value="17",
                unit="umol/L",
                day=date(2024, 5, 20),
                age_days=1,
                seq=2,
            ),
        )
        assert str(found.evidence[0]) == "history.bilirubin 17 umol/L, of 2024-05-20, 1 day old"

    def test_a_sealed_value_is_judged_and_not_shown(self) -> None:
        of = rule("one_of", "history.pregnancy", values=["no"])
        found = judged(of, Said("screening/history.pregnancy", "no", sealed=True))
        assert (found.outcome, found.evidence[0].value) == (MET, "(not shown)")

    def test_of_a_date_of_birth_the_age_is_shown(self) -> None:
        of = rule("age_above", "history.born_on", years=18)
        found = judged(of, Said("screening/history.born_on", "1960-05-21", sealed=True))
        assert (found.outcome, found.evidence[0].value) == (MET, "64 years")


class TestCodes:
    OF = rule("one_of", "history.pregnancy", values=["yes", "feeding"])

    @pytest.mark.parametrize(("text", "expected"), [("feeding", MET), ("no", NOT_MET)])
    def test_a_code_is_one_of_the_list_or_not(self, text: str, expected: Outcome) -> None:
        assert outcome(self.OF, ("screening/history.pregnancy", text)) is expected


class TestStated:
    OF = rule("stated", "history.performance")

    def test_a_value_meets_it_and_a_reason_for_absence_fails_it(self) -> None:
        assert outcome(self.OF, (WHO, "1")) is MET
        found = judged(self.OF, (WHO, None, "2024-05-20", "not-done"))
        assert (found.outcome, found.evidence[0].value) == (NOT_MET, "not-done")

    def test_no_statement_at_all_or_a_removed_one_leaves_it_unknown(self) -> None:
        assert outcome(self.OF) is UNKNOWN
        assert outcome(self.OF, (WHO, None, "", "removed")) is UNKNOWN

    def test_in_a_filled_in_form_an_empty_item_fails_it(self) -> None:
        state, form = made_state(), place_of("screening/history.any")
        assert judge_rule(self.OF, state, PROTOCOL, TODAY, form).outcome is NOT_MET
        elsewhere = rule("stated", "history.performance@therapy")
        assert judge_rule(elsewhere, state, PROTOCOL, TODAY, form).outcome is UNKNOWN


class TestFilledInForm:
    def test_items_of_its_form_are_its_own_and_those_of_others_the_newest(self) -> None:
        of = rule("one_of", "scan.corrected", values=["yes"])
        state = made_state(("scan/scan.corrected", "no"), ("scan/scan[2].corrected", "yes"))
        first, second = place_of("scan/scan.any"), place_of("scan/scan[2].any")
        assert judge_rule(of, state, PROTOCOL, TODAY, first).outcome is NOT_MET
        assert judge_rule(of, state, PROTOCOL, TODAY, second).outcome is MET
        assert judge_rule(
            of, state, PROTOCOL, TODAY, place_of("screening/history.any")
        ).outcome is (MET)
