"""Who may see what: groups of the protocol, disclosures, and petrial's own forms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made_facts import Said, Statement, made_facts, made_state
from made_protocol import made_data, made_protocol
from petrial.protocol.forms import Form, Item
from petrial.protocol.model import Protocol, Role
from petrial.subjects.facts import Fact
from petrial.subjects.visibility import disclosed_groups, may_disclose, sees, shown

PROTOCOL = made_protocol()
"""Clinical: nurse, oncologist, data manager. Imaging: technologist, reader, data manager; to the
oncologist once ``history`` is filled in. ``scan.corrected`` is clinical although its form is not.
"""

TO_ONCOLOGIST: tuple[Statement, ...] = (
    ("@own/@disclosure.group", "imaging"),
    ("@own/@disclosure.to", "oncologist"),
)
RECORD: tuple[Statement, ...] = (
    ("@own/@subject.status", "enrolled"),
    Said("@own/@subject.pseudonym", "H-1234567", sealed=True),
    Said("@own/@subject.date_shift", "-17", sealed=True),
    Said("@own/@subject.ended_because", "moved away", sealed=True),
    ("@own/@consent.taking_part", "given"),
    ("@own/@screening.I1", "met"),
    ("screening/history.performance", "1"),
    ("screening/history.@status", "signed"),
    ("scan/scan.scan_started_at", "2024-05-21T10:42:00+02:00"),
    ("scan/scan.corrected", "yes"),
    ("scan/scan.@status", "open"),
    ("scan/@query.target", "scan/scan.scan_started_at"),
    Said("scan/@query.text", "before the injection?", sealed=True),
    ("screening/@query.target", "screening/history.performance"),
    ("screening/@query.status", "open"),
)


def seen(role: Role, *statements: Statement, protocol: Protocol = PROTOCOL) -> set[str]:
    """Return the places that a role sees, as text."""
    return {str(fact.place) for fact in shown(made_state(*statements), role, protocol)}


def named(form: str, item: str) -> tuple[Form, Item]:
    found = PROTOCOL.form(form)
    assert found is not None
    asked = found.item(item)
    assert asked is not None
    return found, asked


@pytest.mark.parametrize(
    ("item", "roles"),
    [
        ("history.performance", {"site-nurse", "oncologist", "data-manager"}),
        ("scan.scan_started_at", {"technologist", "reader", "data-manager"}),
        ("scan.corrected", {"site-nurse", "oncologist", "data-manager"}),
    ],
)
def test_the_group_of_the_item_goes_before_that_of_its_form(item: str, roles: set[str]) -> None:
    form, asked = named(*item.split("."))
    assert {role.value for role in Role if sees(role, form, asked, PROTOCOL)} == roles


def test_what_is_disclosed_is_seen_by_that_role() -> None:
    form, asked = named("scan", "scan_started_at")
    assert not sees(Role.ONCOLOGIST, form, asked, PROTOCOL)
    assert sees(Role.ONCOLOGIST, form, asked, PROTOCOL, frozenset({"imaging"}))
    assert not sees(Role.ONCOLOGIST, form, asked, PROTOCOL, frozenset({"another"}))


class TestShown:
    def test_a_reader_sees_the_scans_and_where_the_subject_stands_and_nothing_clinical(
        self,
    ) -> None:
        """The issue: readers see no clinical data."""
        assert seen(Role.READER, *RECORD) == {
            "@own/@subject.status",
            "scan/scan.scan_started_at",
            "scan/scan.@status",
            "scan/@query.target",
            "scan/@query.text",
        }

    def test_a_nurse_sees_the_clinical_data_and_no_experimental_read(self) -> None:
        assert seen(Role.SITE_NURSE, *RECORD) == {
            "@own/@subject.status",
            "@own/@subject.pseudonym",
            "@own/@subject.ended_because",
            "@own/@consent.taking_part",
            "@own/@screening.I1",
            "screening/history.performance",
            "screening/history.@status",
            "scan/scan.corrected",
            "scan/scan.@status",
            "screening/@query.target",
            "screening/@query.status",
        }

    def test_an_administrator_and_the_committee_see_where_the_subject_stands_only(self) -> None:
        for role in (Role.ADMINISTRATOR, Role.DMC_MEMBER):
            assert seen(role, *RECORD) == {"@own/@subject.status"}

    def test_nobody_sees_the_shift_of_dates(self) -> None:
        """House rule: only one function in ``conduct`` converts between the two calendars."""
        for role in Role:
            assert "@own/@subject.date_shift" not in seen(role, *RECORD)

    def test_the_number_of_the_hospital_is_for_those_who_meet_or_register_the_subject(self) -> None:
        who = {role for role in Role if "@own/@subject.pseudonym" in seen(role, *RECORD)}
        assert who == {Role.SITE_NURSE, Role.TECHNOLOGIST, Role.ONCOLOGIST, Role.DATA_MANAGER}

    def test_who_scans_or_keeps_samples_knows_the_consents(self) -> None:
        for role in (Role.TECHNOLOGIST, Role.LABORATORY):
            assert "@own/@consent.taking_part" in seen(role, *RECORD)
            assert "@own/@screening.I1" not in seen(role, *RECORD)

    def test_after_disclosure_the_oncologist_sees_the_scans_and_others_no_more_than_before(
        self,
    ) -> None:
        moment = "scan/scan.scan_started_at"
        assert moment not in seen(Role.ONCOLOGIST, *RECORD)
        assert moment in seen(Role.ONCOLOGIST, *RECORD, *TO_ONCOLOGIST)
        assert moment not in seen(Role.SITE_NURSE, *RECORD, *TO_ONCOLOGIST)

    def test_that_something_was_disclosed_is_no_news_for_readers(self) -> None:
        assert "@own/@disclosure.group" in seen(Role.MONITOR, *TO_ONCOLOGIST)
        assert "@own/@disclosure.group" not in seen(Role.READER, *TO_ONCOLOGIST)

    def test_a_query_about_a_form_that_nobody_can_name_is_not_shown(self) -> None:
        for target in (("scan/@query.target", "nonsense"), ("scan/@query.status", "open")):
            for role in Role:
                assert seen(role, target) == set()

    def test_a_query_about_the_state_of_a_form_or_a_consent_follows_what_it_is_about(self) -> None:
        about_form: Statement = ("scan/@query.target", "scan/scan.@status")
        assert seen(Role.READER, about_form) == {"scan/@query.target"}
        about_consent: Statement = ("scan/@query.target", "@own/@consent.taking_part")
        assert seen(Role.READER, about_consent) == set()
        assert seen(Role.MONITOR, about_consent) == {"scan/@query.target"}

    def test_an_item_or_own_form_that_nothing_speaks_of_is_shown_to_nobody(self) -> None:
        unknown: tuple[Statement, ...] = (
            ("screening/history.no_such_item", "1"),
            ("screening/no_such_form.item", "1"),
            ("@own/@grant.user", "anna"),
        )
        for role in Role:
            assert seen(role, *unknown) == set()

    def test_facts_of_an_audit_trail_are_chosen_in_order_the_replaced_ones_too(self) -> None:
        statements: tuple[Statement, ...] = (
            ("screening/history.performance", "3"),
            ("scan/scan.scan_started_at", "2024-05-21T10:42:00+02:00"),
            ("screening/history.performance", "1"),
        )
        state = made_state(*statements)
        trail: tuple[Fact, ...] = made_facts(*statements)

        def told(*facts: Fact) -> list[tuple[int, str | None]]:
            return [(fact.seq, fact.value) for fact in facts]

        assert told(*shown(state, Role.ONCOLOGIST, PROTOCOL, reversed(trail))) == [
            (1, "3"),
            (3, "1"),
        ]
        assert told(*shown(state, Role.ONCOLOGIST, PROTOCOL)) == [(3, "1")]

    @given(
        st.sampled_from(list(Role)),
        st.sets(st.sampled_from(range(len(RECORD)))),
        st.sampled_from([*Role]),
    )
    def test_a_disclosure_adds_and_never_hides_and_only_for_its_role(
        self, role: Role, chosen: set[int], to: Role
    ) -> None:
        record = [RECORD[index] for index in sorted(chosen)]
        disclosed: tuple[Statement, ...] = (
            ("@own/@disclosure.group", "imaging"),
            ("@own/@disclosure.to", to.value),
        )
        own = {"@own/@disclosure.group", "@own/@disclosure.to"}
        before, after = seen(role, *record), seen(role, *record, *disclosed) - own
        assert before <= after
        assert before == after or role is to


class TestDisclosure:
    FILLED: tuple[Statement, ...] = (("therapy/history.visited_on", "2024-05-21"),)

    def test_groups_are_those_that_were_disclosed_to_the_role(self) -> None:
        state = made_state(
            *TO_ONCOLOGIST,
            ("@own/@disclosure[2].group", "clinical"),
            ("@own/@disclosure[2].to", "reader"),
        )
        assert disclosed_groups(state, Role.ONCOLOGIST) == {"imaging"}
        assert disclosed_groups(state, Role.READER) == {"clinical"}
        assert disclosed_groups(state, Role.MONITOR) == frozenset()

    def test_it_is_refused_until_what_it_requires_is_filled_in_and_the_form_is_named(self) -> None:
        (problem,) = may_disclose(PROTOCOL, made_state(), "imaging", Role.ONCOLOGIST)
        assert problem.where == "S-001, disclosure of imaging"
        assert (problem.field, problem.got) == ("form history", "not filled in")
        assert problem.wanted == "Visit and history, stated before (Start of therapy)"
        state = made_state(*self.FILLED)
        assert may_disclose(PROTOCOL, state, "imaging", Role.ONCOLOGIST) == ()

    @pytest.mark.parametrize(
        "statement",
        [
            ("therapy/history.visited_on", None, "", "removed"),
            ("therapy/history.visited_on", None, "", "not-done"),
            ("therapy/history.@status", "open"),
        ],
    )
    def test_a_form_without_a_value_is_not_filled_in(self, statement: Statement) -> None:
        assert may_disclose(PROTOCOL, made_state(statement), "imaging", Role.ONCOLOGIST)

    def test_what_the_protocol_does_not_disclose_is_refused_and_what_it_does_is_named(self) -> None:
        state = made_state(*self.FILLED)
        for group, role in (("imaging", Role.SITE_NURSE), ("clinical", Role.READER)):
            (problem,) = may_disclose(PROTOCOL, state, group, role)
            assert problem.got == f"{group} to {role.value}"
            assert problem.wanted == "one of: imaging to oncologist"

    def test_who_sees_it_always_needs_no_disclosure(self) -> None:
        (problem,) = may_disclose(PROTOCOL, made_state(*self.FILLED), "imaging", Role.READER)
        assert problem.got == "reader, who sees it always"

    def test_a_disclosure_is_made_once(self) -> None:
        state = made_state(*self.FILLED, *TO_ONCOLOGIST)
        (problem,) = may_disclose(PROTOCOL, state, "imaging", Role.ONCOLOGIST)
        assert problem.got == "disclosed to oncologist already"

    def test_of_two_disclosures_of_one_group_one_that_is_due_is_enough(self) -> None:
        data = made_data()
        first = data["disclosures"][0]
        data["disclosures"] = [{**first, "requires": ["history", "scan"]}, first]
        protocol = Protocol.model_validate(data)
        state = made_state(*self.FILLED)
        assert may_disclose(protocol, state, "imaging", Role.ONCOLOGIST) == ()
        lacking = may_disclose(protocol, made_state(), "imaging", Role.ONCOLOGIST)
        assert [problem.field for problem in lacking] == ["form history", "form scan"]

    def test_a_protocol_that_discloses_nothing_says_so(self) -> None:
        protocol = Protocol.model_validate({**made_data(), "disclosures": []})
        (problem,) = may_disclose(protocol, made_state(), "imaging", Role.ONCOLOGIST)
        assert problem.wanted == "nothing: this protocol discloses nothing"
