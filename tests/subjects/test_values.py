"""Entered texts: what is taken, under which canonical text, and the remedy of what is refused."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made_facts import made_state, place_of
from made_protocol import made_data, made_protocol
from petrial.protocol.figures import Figure
from petrial.protocol.forms import Item, ItemType
from petrial.protocol.model import Protocol
from petrial.subjects.state import moment_of
from petrial.subjects.values import canonical_value, missing_items, number_of
from petrial.vocabulary.errors import Problem
from petrial.vocabulary.knowledge import Known, Unknown

PROTOCOL = made_protocol()
NOON = date(2024, 5, 21)


def item_of(kind: str, **more: object) -> Item:
    return Item.model_validate({"name": "asked", "title": "What is asked", "type": kind, **more})


def taken(kind: str, text: str, **more: object) -> str:
    """Return the canonical text of what must be taken."""
    verdict = canonical_value(item_of(kind, **more), text, PROTOCOL, "S-001")
    assert isinstance(verdict, Known), verdict
    return verdict.value


def refused(kind: str, text: str, latest: date | None = None, **more: object) -> Problem:
    """Return the problem of what must be refused."""
    verdict = canonical_value(item_of(kind, **more), text, PROTOCOL, "S-001", latest)
    assert isinstance(verdict, Unknown), verdict
    (problem,) = verdict.problems
    assert (problem.where, problem.field) == ("S-001", "asked")
    return problem


@pytest.mark.parametrize(
    ("kind", "entered", "canonical"),
    [
        ("integer", "7", "7"),
        ("integer", " 7 ", "7"),
        ("integer", "-7", "-7"),
        ("integer", "0", "0"),
        ("integer", "9" * 15, "9" * 15),
        ("number", "70.0", "70.0"),
        ("number", "0.750", "0.750"),
        ("number", "-0.4", "-0.4"),
        ("number", "0", "0"),
        ("boolean", "YES", "yes"),
        ("boolean", "True", "yes"),
        ("boolean", "1", "yes"),
        ("boolean", "no", "no"),
        ("boolean", "FALSE", "no"),
        ("boolean", "0", "no"),
        ("date", "2024-02-29", "2024-02-29"),
        ("date", "1900-01-01", "1900-01-01"),
        ("moment", "2024-05-21T10:42+02:00", "2024-05-21T10:42:00+02:00"),
        ("moment", "2024-05-21 10:42:07+02:00", "2024-05-21T10:42:07+02:00"),
        ("moment", "2024-05-21T10:42Z", "2024-05-21T10:42:00+00:00"),
        ("moment", "2024-05-21T10:42+14:00", "2024-05-21T10:42:00+14:00"),
        ("moment", "2024-05-21T10:42-12:00", "2024-05-21T10:42:00-12:00"),
        ("label", "1.2.840.10008.1", "1.2.840.10008.1"),
        ("label", "x" * 64, "x" * 64),
        ("text", "two\r\nlines", "two\nlines"),
        ("text", "x" * 4000, "x" * 4000),
    ],
)
def test_what_is_taken_has_the_canonical_text_of_the_contract(
    kind: str, entered: str, canonical: str
) -> None:
    assert taken(kind, entered) == canonical


@pytest.mark.parametrize(
    ("kind", "entered"),
    [
        *(
            ("integer", text)
            for text in ("7.0", "+7", "1.000", "1,000", "1 000", "07", "-0", "\u0663")
        ),
        ("integer", "9" * 16),
        *(("number", text) for text in ("inf", "nan", "NaN", "1e3", "0x1F", "+7", ".5", "5.")),
        *(
            ("number", text)
            for text in ("1_000", "1,234.5", "-0.0", "\u0663.\u0665", "7 kg", "07.5")
        ),
        ("number", "0." + "1" * 16),
        *(("boolean", text) for text in ("y", "ja", "on", "2", "yes!")),
        *(("date", text) for text in ("20240521", "2024-5-21", "2024-W21-2", "21 May 2024")),
        *(("date", text) for text in ("2023-02-29", "2024-13-01", "0024-05-21", "2200-01-01")),
        *(("date", text) for text in ("2024-05-21T10:42:00+02:00", "1899-12-31")),
        *(("moment", text) for text in ("2024-05-21", "10:42", "20240521T1042Z")),
        *(("moment", text) for text in ("2024-05-21T24:00Z", "2024-05-21T10:60Z")),
        *(("moment", text) for text in ("2024-05-21T10:42:60Z", "2023-02-29T10:42Z")),
        *(("moment", text) for text in ("2024-05-21T10:42+14:01", "2024-05-21T10:42-12:01")),
        *(("moment", text) for text in ("2024-05-21T10:42+01:75", "0024-05-21T10:42Z")),
        *(("label", text) for text in ("x" * 65, "two\nlines", "a\tb", "a\u202eb", "\ud800")),
        *(("text", text) for text in ("x" * 4001, "a\x00b", "a\x7fb", "a\ud800b")),
        *(
            (kind.value, text)
            for kind in ItemType
            if kind is not ItemType.CODE
            for text in ("", " ")
        ),
    ],
)
def test_what_could_be_read_two_ways_or_not_at_all_is_refused(kind: str, entered: str) -> None:
    problem = refused(kind, entered)
    assert problem.wanted
    assert problem.do


@pytest.mark.parametrize(
    ("kind", "entered", "remedy"),
    [
        ("number", "7,5", "write 7.5 if the comma is decimal; thousands are written without"),
        ("integer", "7.0", "write digits only, such as 7: no point"),
        ("date", "21-05-2024", "write 2024-05-21"),
        ("date", "21/5/2024", "write 2024-05-21"),
        ("date", "05-06-2024", "write 2024-05-06 or 2024-06-05"),
        ("date", "05-05-2024", "write 2024-05-05"),
        ("date", "31-31-2024", "write year-month-day, such as 2024-05-21"),
        ("moment", "2024-05-21T10:42", "add the offset from UTC of that day, such as +02:00"),
        ("moment", "2024-05-21T10:42-00:00", "-00:00 says that the offset is not known"),
        ("moment", "2024-05-21T10:42:07.5Z", "leave the parts of a second out"),
        ("text", "", "enter it, or say why there is none: not-done, unknown, not-applicable"),
    ],
)
def test_a_refusal_says_what_to_write_instead(kind: str, entered: str, remedy: str) -> None:
    """Where two readings are possible the remedy says both (house rule: refuse, never guess)."""
    assert refused(kind, entered).do.startswith(remedy)


def test_characters_that_a_terminal_would_obey_are_shown_by_their_number() -> None:
    assert refused("label", "a\x1b[2Jb").got == "a\\x1b[2Jb"


def test_an_empty_text_is_found_as_nothing() -> None:
    assert refused("number", "  ").got == ""


class TestCodes:
    def test_a_code_is_taken_as_it_stands_in_its_list(self) -> None:
        assert taken("code", "feeding", codes="pregnancy") == "feeding"

    def test_a_code_in_other_letters_is_refused_and_the_right_one_named(self) -> None:
        problem = refused("code", "Feeding", codes="pregnancy")
        assert problem.wanted == "one of no, yes, feeding"
        assert problem.do == "write feeding"

    def test_a_code_of_another_list_is_refused(self) -> None:
        assert refused("code", "tamoxifen", codes="pregnancy").wanted == "one of no, yes, feeding"

    def test_an_item_whose_list_the_protocol_lacks_blames_the_protocol(self) -> None:
        problem = refused("code", "yes", codes="no_such_list")
        assert problem.wanted == "the code list no_such_list in the protocol"

    def test_two_codes_that_differ_by_case_only_are_not_guessed_between(self) -> None:
        data = made_data()
        data["code_lists"][1]["codes"] = [{"code": c, "title": c} for c in ("Na", "NA")]
        asked = item_of("code", codes="pregnancy")
        verdict = canonical_value(asked, "na", Protocol.model_validate(data), "S-001")
        assert isinstance(verdict, Unknown)
        assert verdict.problems[0].do == "take a code of the list pregnancy"


LEAST = Figure(value=0.1, unit="kg", source="plan")
MOST = Figure(value=300, unit="kg", source="plan")


class TestRange:
    @pytest.mark.parametrize("text", ["0.1", "0.10", "300", "300.0"])
    def test_a_limit_itself_is_taken(self, text: str) -> None:
        assert taken("number", text, unit="kg", minimum=LEAST, maximum=MOST) == text

    @pytest.mark.parametrize("text", ["0.099999999999999", "300.000000000000001", "-1"])
    def test_what_lies_outside_is_refused_and_both_limits_named(self, text: str) -> None:
        """The last digit counts: 300.000000000000001 is 300 as a float, and above it in truth."""
        problem = refused("number", text, unit="kg", minimum=LEAST, maximum=MOST)
        assert problem.wanted == "a number at least 0.1 kg and at most 300 kg"
        assert problem.do == "check the value with its source, and that it is in kg"

    def test_a_limit_is_meant_as_it_is_written_in_the_protocol(self) -> None:
        """The float of 0.3 is a little less than 0.3 (0.299999999999999988897...)."""
        assert taken("number", "0.3", maximum=Figure(value=0.3, unit="1", source="plan")) == "0.3"

    def test_one_limit_alone_is_enough(self) -> None:
        figure = Figure(value=0, unit="1", source="plan")
        assert refused("integer", "-1", minimum=figure).wanted == "a number at least 0"
        assert refused("integer", "1", maximum=figure).wanted == "a number at most 0"


class TestLatestDay:
    def test_the_last_day_itself_is_taken_and_the_next_refused(self) -> None:
        asked = item_of("date")
        assert canonical_value(asked, "2024-05-21", PROTOCOL, "S", NOON) == Known("2024-05-21")
        assert refused("date", "2024-05-22", NOON).wanted == "a day not after 2024-05-21"

    def test_a_moment_counts_by_its_own_calendar_day(self) -> None:
        late = "2024-05-21T23:59:59-05:00"  # already 22 May in UTC
        assert canonical_value(item_of("moment"), late, PROTOCOL, "S", NOON) == Known(late)
        assert refused("moment", "2024-05-22T00:00+02:00", NOON).got == "2024-05-22T00:00+02:00"


class TestSealedValues:
    """A problem goes to logs and import reports, so it must not hold what can be erased."""

    def test_a_personal_date_is_shown_by_its_shape_only(self) -> None:
        problem = refused("date", "21-05-1960", personal=True)
        assert problem.got == "99-99-9999"
        assert "1960" not in str(problem)

    def test_a_personal_number_is_not_repeated_in_the_remedy(self) -> None:
        assert "61,7" not in (told := str(refused("number", "61,7", personal=True)))
        assert "61.7" not in told

    def test_free_text_is_never_shown(self) -> None:
        problem = refused("text", "Anna\x00")
        assert problem.got == "xxxx\\x99"
        assert refused("text", "Anna " * 900).got == "4499 characters"

    def test_a_personal_code_is_not_named(self) -> None:
        problem = refused("code", "Feeding", codes="pregnancy", personal=True)
        assert problem.got == "xxxxxxx"
        assert problem.do == "take a code of the list pregnancy"


@given(st.text(max_size=20))
@pytest.mark.parametrize("kind", [kind.value for kind in ItemType if kind is not ItemType.CODE])
def test_canonical_texts_are_fixed_points_and_can_be_stored(kind: str, entered: str) -> None:
    """Law: what was made canonical once is canonical; UTF-8 and a database column hold it."""
    verdict = canonical_value(item_of(kind), entered, PROTOCOL, "S-001")
    if isinstance(verdict, Known):
        assert taken(kind, verdict.value) == verdict.value
        assert "\x00" not in verdict.value
        assert verdict.value.encode().decode() == verdict.value
    else:
        for problem in verdict.problems:
            assert str(problem).encode()


@given(
    st.decimals(
        min_value=Decimal(-999999999), max_value=Decimal(999999999), places=4, allow_nan=False
    ).filter(bool)
)
def test_a_number_keeps_its_digits_and_reads_back_as_python_reads_it(number: Decimal) -> None:
    text = f"{number:f}"
    assert taken("number", text) == text
    assert number_of(text) == float(number)


@given(
    st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(2199, 12, 30)),  # noqa: DTZ001  the offset follows
    st.integers(min_value=-12 * 60, max_value=14 * 60),
)
def test_a_moment_reads_back_as_the_same_instant(naive: datetime, minutes: int) -> None:
    zone = timezone(timedelta(minutes=minutes))
    moment = naive.replace(microsecond=0, tzinfo=zone)
    assert moment_of(taken("moment", moment.isoformat())) == moment


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31)))
def test_every_day_of_the_calendar_is_taken_as_iso_and_refused_day_first(day: date) -> None:
    assert taken("date", day.isoformat()) == day.isoformat()
    assert day.isoformat() in refused("date", day.strftime("%d-%m-%Y")).do


class TestMissingItems:
    """The form ``history`` asks for ``visited_on`` always, for the stop of tamoxifen by a rule."""

    AT = place_of("screening/history.anything")

    def missing(
        self, *statements: tuple[str, str | None] | tuple[str, str | None, str, str]
    ) -> dict[str, Problem]:
        state = made_state(*statements)
        problems = missing_items(PROTOCOL, state, self.AT, NOON)
        return {problem.field: problem for problem in problems}

    def test_an_item_that_is_always_required_is_named_with_its_form(self) -> None:
        problem = self.missing()["visited_on"]
        assert problem.where == "S-001, screening/history"
        assert (problem.got, problem.wanted) == ("", "Day of the visit")
        assert problem.do.startswith("enter it, or say why there is none: not-done")

    def test_a_value_or_a_reason_fills_it_in_and_a_removed_one_does_not(self) -> None:
        where = "screening/history.visited_on"
        assert self.missing((where, "2024-05-21")) == {}
        assert self.missing((where, None, "", "unknown")) == {}
        assert self.missing((where, None, "", "removed"))["visited_on"].got == "removed"

    def test_an_item_required_by_a_rule_is_missing_only_where_the_rule_is_met(self) -> None:
        visited = ("screening/history.visited_on", "2024-05-21")
        blocker = "screening/history.blocker"
        assert set(self.missing(visited, (blocker, "tamoxifen"))) == {"blocker_stopped_on"}
        assert self.missing(visited, (blocker, "none")) == {}
        assert self.missing(visited) == {}  # unknown whether: not called missing

    def test_the_rule_looks_at_the_same_filled_in_form_not_at_a_newer_one(self) -> None:
        visited = ("screening/history.visited_on", "2024-05-21")
        blocker = "screening/history.blocker"
        later = "therapy/history.blocker"
        assert set(self.missing(visited, (blocker, "tamoxifen"), (later, "none"))) == {
            "blocker_stopped_on"
        }
        assert self.missing(visited, (blocker, "none"), (later, "tamoxifen")) == {}

    def test_a_form_that_the_protocol_does_not_have_lacks_nothing(self) -> None:
        at = place_of("screening/no_such_form.anything")
        assert missing_items(PROTOCOL, made_state(), at, NOON) == ()
