"""Dates, ages, rises and consents judged: the boundary of each, by hand and by the calendar."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made_facts import Said, Statement
from made_rules import BORN, MET, NOT_MET, UNKNOWN, judged, outcome, rule
from petrial.subjects.criteria import Outcome


class TestWithin:
    OF = rule("within", "history.visited_on", days=28)

    @pytest.mark.parametrize(
        ("day", "expected"),
        [
            ("2024-04-22", NOT_MET),  # 29 days before 21 May
            ("2024-04-23", MET),  # 28 days: 8 in April, and 20 more to 21 May
            ("2024-05-21", MET),
        ],
    )
    def test_exactly_the_days_pass_and_one_more_fails(self, day: str, expected: Outcome) -> None:
        assert outcome(self.OF, ("screening/history.visited_on", day, "2024-05-21")) is expected

    def test_a_date_after_the_other_fails(self) -> None:
        stated = ("screening/history.visited_on", "2024-05-22", "2024-05-21")
        assert outcome(self.OF, stated) is NOT_MET

    @pytest.mark.parametrize(
        ("started", "expected"),
        [
            ("2024-01-31", NOT_MET),  # 31 days before 2 March of a leap year
            ("2024-02-01", MET),  # 30 days: 28 to 29 February, and 2 more
            ("2024-03-02", MET),
            ("2024-03-03", NOT_MET),
        ],
    )
    def test_the_other_date_may_be_an_item(self, started: str, expected: Outcome) -> None:
        of = rule("within", "history.blocker_started_on", days=30, of="history.visited_on")
        anchor = ("screening/history.visited_on", "2024-03-02", "2024-05-21")
        start = ("screening/history.blocker_started_on", started, "2024-05-21")
        assert outcome(of, anchor, start) is expected

    def test_a_moment_counts_by_its_own_calendar_day(self) -> None:
        of = rule("within", "injection.injected_at", days=0)
        late = ("injection/injection.injected_at", "2024-05-21T00:30:00+02:00")  # 20 May in UTC
        assert outcome(of, late) is MET

    def test_both_missing_dates_are_named(self) -> None:
        of = rule("within", "history.blocker_started_on", days=30, of="history.visited_on")
        assert judged(of).missing == ("history.blocker_started_on", "history.visited_on")
        known = ("screening/history.visited_on", "2024-03-02", "2024-03-02")
        found = judged(of, known)
        assert found.missing == ("history.blocker_started_on",)
        assert [one.value for one in found.evidence] == ["2024-03-02"]

    def test_a_text_that_is_no_date_is_unknown(self) -> None:
        found = judged(self.OF, ("screening/history.visited_on", "last week"))
        assert (found.outcome, found.gaps[0].why) == (UNKNOWN, "is no date")


class TestAge:
    """Whole years on the day of judgement."""

    @pytest.mark.parametrize(
        ("born", "on", "above", "at_least"),
        [
            ("2006-05-22", "2024-05-21", NOT_MET, NOT_MET),  # 17: the 18th birthday is tomorrow
            ("2006-05-21", "2024-05-21", NOT_MET, MET),  # 18 today
            ("2005-05-22", "2024-05-21", NOT_MET, MET),  # 18 for the last day
            ("2005-05-21", "2024-05-21", MET, MET),  # 19 today
            ("2004-02-29", "2022-02-28", NOT_MET, NOT_MET),  # common year: 17 until 1 March
            ("2004-02-29", "2022-03-01", NOT_MET, MET),
            ("2004-02-29", "2023-02-28", NOT_MET, MET),
            ("2004-02-29", "2023-03-01", MET, MET),
            ("2004-02-29", "2024-02-28", MET, MET),
        ],
    )
    def test_the_birthday_decides(
        self, born: str, on: str, above: Outcome, at_least: Outcome
    ) -> None:
        stated = Said(BORN, born, sealed=True)
        strict = rule("age_above", "history.born_on", years=18)
        assert outcome(strict, stated, on=date.fromisoformat(on)) is above
        or_equal = rule("age_above", "history.born_on", years=18, or_equal=True)
        assert outcome(or_equal, stated, on=date.fromisoformat(on)) is at_least

    @pytest.mark.parametrize(
        ("year", "on", "expected"),
        [
            ("2004", "2024-05-21", MET),  # 19 or 20
            ("2005", "2024-05-21", UNKNOWN),  # 18 or 19
            ("2006", "2024-05-21", NOT_MET),  # 17 or 18
            ("2005", "2024-12-30", UNKNOWN),  # born on 31 December: still 18
            ("2005", "2024-12-31", MET),  # 19 whatever the birthday
            ("2005", "2023-12-31", NOT_MET),
            ("2005", "2024-01-01", UNKNOWN),  # born on 1 January: 19 today
        ],
    )
    def test_a_year_of_birth_is_unknown_only_where_the_birthday_decides(
        self, year: str, on: str, expected: Outcome
    ) -> None:
        strict = rule("age_above", "history.born_on", years=18)
        assert outcome(strict, (BORN, year), on=date.fromisoformat(on)) is expected

    def test_the_two_possible_ages_are_shown_and_the_reason_told(self) -> None:
        found = judged(rule("age_above", "history.born_on", years=18), (BORN, "2005"))
        assert found.evidence[0].value == "18 or 19 years"
        assert found.gaps[0].why == "is known by its year only, and the birthday decides"

    def test_what_is_no_date_and_no_year_is_unknown(self) -> None:
        found = judged(rule("age_above", "history.born_on", years=18), (BORN, "64"))
        assert (found.outcome, found.gaps[0].why) == (UNKNOWN, "is no date and no year")

    @given(
        born=st.dates(date(1920, 1, 1), date(2010, 12, 31)),
        on=st.dates(date(2011, 1, 1), date(2030, 12, 31)),
    )
    def test_it_agrees_with_counting_birthdays(self, born: date, on: date) -> None:
        """Another way to the same number: how many birthdays lie behind, each a real date."""

        def birthday(year: int) -> date:
            leapling = (born.month, born.day) == (2, 29)
            common = year % 4 != 0  # 1920 to 2030 has no other exception
            return date(year, 3, 1) if leapling and common else born.replace(year=year)

        age = sum(birthday(year) <= on for year in range(born.year + 1, on.year + 1))
        of = rule("age_above", "history.born_on", years=age)
        one_less = rule("age_above", "history.born_on", years=age - 1)
        assert outcome(of, (BORN, born.isoformat()), on=on) is NOT_MET
        assert outcome(one_less, (BORN, born.isoformat()), on=on) is MET


class TestRise:
    """Half above the lowest of the fortnight before; ASAT of the record, on made-up bilirubin."""

    OF = rule("rise_above", "history.bilirubin", percent=50, days=14)

    @staticmethod
    def series(*values: tuple[str, str]) -> list[Statement]:
        return [
            (f"therapy[{number}]/history.bilirubin", value, day)
            for number, (day, value) in enumerate(values, start=1)
        ]

    @pytest.mark.parametrize(
        ("low", "high", "expected"),
        [
            ("40", "60", NOT_MET),
            ("40", "60.1", MET),
            ("0.1", "0.15", NOT_MET),  # as floats 0.1 * 1.5 is 0.15000000000000002
            ("1.1", "1.65", NOT_MET),  # as floats 1.1 * 1.5 is 1.6500000000000001
            ("1.1", "1.66", MET),
            ("0", "0.1", MET),
            ("0", "0", NOT_MET),
        ],
    )
    def test_exactly_half_is_not_above(self, low: str, high: str, expected: Outcome) -> None:
        assert outcome(self.OF, *self.series(("2024-05-10", low), ("2024-05-20", high))) is expected

    @pytest.mark.parametrize(("day", "expected"), [("2024-05-06", MET), ("2024-05-05", UNKNOWN)])
    def test_the_window_holds_the_fourteenth_day_before_and_no_earlier(
        self, day: str, expected: Outcome
    ) -> None:
        assert outcome(self.OF, *self.series((day, "10"), ("2024-05-20", "20"))) is expected

    def test_the_lowest_of_the_window_counts_and_both_values_are_shown(self) -> None:
        values = (("2024-05-01", "1"), ("2024-05-08", "30"), ("2024-05-10", "20"))
        found = judged(self.OF, *self.series(*values, ("2024-05-20", "31")))
        assert found.outcome is MET
        assert [(one.value, one.age_days) for one in found.evidence] == [("31", 1), ("20", 11)]

    def test_another_value_of_the_same_day_is_no_value_before(self) -> None:
        found = judged(self.OF, *self.series(("2024-05-20", "10"), ("2024-05-20", "20")))
        assert found.gaps[0].why == "has no value of the 14 days before its newest"

    def test_one_value_alone_leaves_it_unknown(self) -> None:
        assert outcome(self.OF, *self.series(("2024-05-20", "20"))) is UNKNOWN

    def test_a_day_after_the_judgement_does_not_count(self) -> None:
        values = self.series(("2024-05-10", "10"), ("2024-05-20", "10"), ("2024-05-22", "99"))
        assert outcome(self.OF, *values) is NOT_MET

    def test_a_value_without_a_day_could_stand_anywhere(self) -> None:
        values = self.series(("2024-05-10", "10"), ("2024-05-20", "10"), ("", "9"))
        found = judged(self.OF, *values)
        assert (found.outcome, found.gaps[0].why) == (
            UNKNOWN,
            "has a value, and nothing says of which day",
        )

    def test_an_absent_value_between_is_passed_over(self) -> None:
        values = self.series(("2024-05-10", "10"), ("2024-05-20", "20"))
        absent: Statement = ("screening/history.bilirubin", None, "2024-05-21", "not-done")
        assert outcome(self.OF, *values, absent) is MET
        assert judged(self.OF, absent).gaps[0].why == "has no value: not-done"
        assert judged(self.OF).gaps[0].why == "is not stated"

    @pytest.mark.parametrize(
        ("low", "why"),
        [
            (Said("screening/history.bilirubin", "-1", "2024-05-10"), "is below 0"),
            (Said("screening/history.bilirubin", "high", "2024-05-10"), "is no number"),
            (
                Said("screening/history.bilirubin", "1", "2024-05-10", unit="mg/dL"),
                "is stated in mg/dL",
            ),
        ],
    )
    def test_what_it_cannot_rise_from_leaves_it_unknown(self, low: Said, why: str) -> None:
        found = judged(self.OF, low, *self.series(("2024-05-20", "20")))
        assert found.outcome is UNKNOWN
        assert found.gaps[0].why.startswith(why)


class TestConsent:
    OF = rule("consented", consent="taking_part")

    @pytest.mark.parametrize(
        ("answer", "expected"), [("given", MET), ("refused", NOT_MET), ("withdrawn", NOT_MET)]
    )
    def test_only_a_given_consent_meets_it(self, answer: str, expected: Outcome) -> None:
        assert outcome(self.OF, ("@own/@consent.taking_part", answer, "2024-05-01")) is expected

    @pytest.mark.parametrize(("day", "expected"), [("2024-05-21", NOT_MET), ("2024-05-22", MET)])
    def test_the_answer_of_the_newest_day_up_to_that_of_judgement_counts(
        self, day: str, expected: Outcome
    ) -> None:
        """Whatever the order of recording; judged on 21 May."""
        given_then_withdrawn = (
            ("@own/@consent.taking_part", "withdrawn", day),
            ("@own/@consent[2].taking_part", "given", "2024-05-01"),
        )
        assert outcome(self.OF, *given_then_withdrawn) is expected

    def test_an_answer_of_a_later_day_only_is_none_yet(self) -> None:
        found = judged(self.OF, ("@own/@consent.taking_part", "given", "2024-05-22"))
        assert found.outcome is UNKNOWN

    def test_what_was_never_asked_is_unknown_and_named(self) -> None:
        found = judged(self.OF, ("@own/@consent.findings", "given"))
        assert (found.outcome, found.missing) == (UNKNOWN, ("@consent.taking_part",))
