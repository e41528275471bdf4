"""A study is founded once; versions come into force; roles are given and end; plans are locked."""

from datetime import timedelta

import pytest

from made_studies import FOUNDER, IMPACT, NOON, TINY, Trial, adopted, amended, parsed
from petrial.adapters.store.audit import verify
from petrial.conduct.analysis_plan import draft_plan, lock_plan, unblind
from petrial.conduct.permissions import Act
from petrial.conduct.study import Amendment, adopt, end_grant, found, grant
from petrial.protocol.model import Role
from petrial.subjects.facts import STUDY
from petrial.subjects.study import adoptions, grants, in_force, plan_locked, unblinded
from petrial.vocabulary.errors import PetrialError, RefusedError

TODAY = NOON.date()
STATISTICIAN = Role.STATISTICIAN


def parts(error: pytest.ExceptionInfo[PetrialError]) -> tuple[str, str, str]:
    problem = error.value.problem
    return problem.field, problem.got, problem.wanted


class TestFounding:
    def test_the_first_facts_are_the_protocol_and_who_administers_the_study(
        self, tiny: Trial
    ) -> None:
        facts = [fact for fact in tiny.ledger.facts(STUDY) if fact.act == Act.FOUND.value]
        assert [fact.seq for fact in facts] == list(range(1, len(facts) + 1))
        (first, *_) = adoptions(tiny.state())
        assert (first.version, first.site) == ("1.0", "*")
        assert tiny.ledger.protocol_text(first.digest) == TINY
        assert (grants(tiny.state())[0].user, grants(tiny.state())[0].role) == (
            FOUNDER,
            Role.ADMINISTRATOR,
        )

    def test_a_study_is_founded_once(self, tiny: Trial) -> None:
        before = tiny.trace()
        with pytest.raises(RefusedError) as caught:
            found(tiny.ledger, TINY, parsed(TINY, "made"), "eve", NOON)
        assert parts(caught) == ("ledger", "a study that was founded before", "an empty ledger")
        assert tiny.trace() == before


class TestAdopting:
    def test_the_text_of_the_file_is_kept_with_the_version_and_the_reason_sealed(
        self, tiny: Trial
    ) -> None:
        text = amended(TINY, "1.1")
        done = adopted(tiny, text, consent_again=("taking_part",), reason="amendment 1, 2024/17")
        newest = adoptions(tiny.state())[-1]
        assert (newest.version, newest.site, newest.in_force_from) == ("1.1", "*", TODAY)
        assert newest.consent_again == ("taking_part",)
        assert tiny.ledger.protocol_text(newest.digest) == text
        assert list(tiny.ledger.opened(done.facts).values()) == ["amendment 1, 2024/17"]
        assert verify(tiny.ledger).whole

    def test_a_version_comes_into_force_per_site_and_day(self, tiny: Trial) -> None:
        adopted(tiny, amended(TINY, "2.0"), "south", TODAY + timedelta(days=7))
        study = tiny.state()

        def version(site: str, days: int) -> str:
            found = in_force(study, site, TODAY + timedelta(days=days))
            assert found is not None
            return found.version

        assert [version("south", 6), version("south", 7)] == ["1.0", "2.0"]
        assert [version("north", 7), version("*", 7)] == ["1.0", "1.0"]

    @pytest.mark.parametrize(
        ("change", "field", "got"),
        [
            ({"text": IMPACT}, "identity.name", "impact_mbc"),
            (
                {"text": TINY.replace("A tiny trial", "A small trial")},
                "identity.version",
                "1.0 with another content than the one adopted before",
            ),
            ({"site": "east"}, "site", "east"),
            ({"consent_again": ("taking_part", "biopsy")}, "consent", "biopsy"),
            ({"in_force_from": TODAY - timedelta(days=200)}, "in force from", "2023-11-16"),
            ({"reason": ""}, "reason", "0 characters"),
        ],
    )
    def test_an_amendment_that_contradicts_what_stands_is_refused(
        self, tiny: Trial, change: dict[str, object], field: str, got: str
    ) -> None:
        text = str(change.pop("text", amended(TINY, "1.1")))
        values = {
            "site": "*",
            "in_force_from": TODAY,
            "consent_again": (),
            "reason": "the committee approved it",
            **change,
        }
        new = Amendment(text=text, protocol=parsed(text, "made"), **values)  # type: ignore[arg-type]  # by name
        before = tiny.trace()
        with pytest.raises(RefusedError) as caught:
            adopt(tiny.desk(FOUNDER), new)
        assert parts(caught)[:2] == (field, got)
        assert tiny.trace() == before

    def test_a_day_before_the_version_in_force_is_refused_at_its_site_and_free_at_another(
        self, tiny: Trial
    ) -> None:
        adopted(tiny, amended(TINY, "1.1"), "south", TODAY)
        earlier = TODAY - timedelta(days=1)
        with pytest.raises(RefusedError) as caught:
            adopted(tiny, amended(TINY, "1.2"), "*", earlier)
        assert parts(caught) == (
            "in force from",
            "2024-06-02",
            "not before 2024-06-03, when 1.1 came into force",
        )
        adopted(tiny, amended(TINY, "1.2"), "north", earlier)

    def test_a_version_that_is_planned_for_later_hinders_no_earlier_one(self, tiny: Trial) -> None:
        adopted(tiny, amended(TINY, "2.0"), "*", TODAY + timedelta(days=30))
        adopted(tiny, amended(TINY, "1.1"), "*", TODAY)
        found = in_force(tiny.state(), "*", TODAY + timedelta(days=30))
        assert found is not None
        assert found.version == "2.0"

    def test_the_same_adoption_twice_is_refused(self, tiny: Trial) -> None:
        adopted(tiny, amended(TINY, "1.1"))
        with pytest.raises(RefusedError) as caught:
            adopted(tiny, amended(TINY, "1.1"))
        assert parts(caught)[:2] == ("version", "1.1, adopted there from 2024-06-03 on")
        adopted(tiny, amended(TINY, "1.1"), "south", TODAY + timedelta(days=1))

    def test_the_administrator_of_one_site_adopts_for_that_site_only(self, tiny: Trial) -> None:
        text = amended(TINY, "1.1")
        values = {"text": text, "protocol": parsed(text, "made"), "in_force_from": TODAY}
        more = {"consent_again": (), "reason": "approved there"}
        desk = tiny.desk(Role.ADMINISTRATOR, "south")
        adopt(desk, Amendment(site="south", **values, **more))  # type: ignore[arg-type]  # by name
        for site in ("north", "*"):
            with pytest.raises(RefusedError) as caught:
                adopt(desk, Amendment(site=site, **values, **more))  # type: ignore[arg-type]  # by name
            assert caught.value.problem.field == "site"

    def test_before_any_version_is_in_force_nothing_can_be_done(self, tiny: Trial) -> None:
        tiny.now = NOON - timedelta(days=400)
        with pytest.raises(RefusedError) as caught:
            grant(tiny.desk(FOUNDER), "emma", Role.READER, "*")
        assert parts(caught) == ("protocol in force", "", "a version adopted for 2023-04-30")


class TestRoles:
    def test_a_role_that_was_given_counts_until_it_ends(self, tiny: Trial) -> None:
        desk = tiny.desk(FOUNDER)
        grant(desk, "emma", Role.READER, "south")
        assert ("emma", Role.READER, "south") in [
            (g.user, g.role, g.site) for g in grants(tiny.state())
        ]
        end_grant(desk, "emma", Role.READER, "south")
        assert "emma" not in {g.user for g in grants(tiny.state())}
        grant(desk, "emma", Role.READER, "south")
        assert [f.value for f in tiny.ledger.facts(STUDY) if f.item == "status"][-3:] == [
            "granted",
            "ended",
            "granted",
        ]

    @pytest.mark.parametrize(
        ("user", "site", "field"),
        [
            ("emma", "east", "site"),
            ("reader@north", "north", "role"),
            ("", "north", "name of the person"),
            (" emma", "north", "name of the person"),
            ("em\nma", "north", "name of the person"),
            ("emma via root", "north", "name of the person"),
            ("via", "north", "name of the person"),
        ],
    )
    def test_a_role_that_cannot_be_given_is_refused(
        self, tiny: Trial, user: str, site: str, field: str
    ) -> None:
        """A name with `via` would read as one person acting by the account of another."""
        before = tiny.trace()
        with pytest.raises(RefusedError) as caught:
            grant(tiny.desk(FOUNDER), user, Role.READER, site)
        assert caught.value.problem.field == field
        assert tiny.trace() == before

    def test_a_role_that_is_not_held_cannot_end(self, tiny: Trial) -> None:
        with pytest.raises(RefusedError) as caught:
            end_grant(tiny.desk(FOUNDER), "emma", Role.READER, "south")
        assert parts(caught)[:2] == ("role", "reader at south, not held")

    def test_the_last_administrator_of_the_whole_study_stays(self, tiny: Trial) -> None:
        """Administrators of one site are left, and could grant nothing."""
        desk = tiny.desk(FOUNDER)
        end_grant(desk, "administrator@all", Role.ADMINISTRATOR, "*")
        with pytest.raises(RefusedError) as caught:
            end_grant(desk, FOUNDER, Role.ADMINISTRATOR, "*")
        assert parts(caught) == (
            "role",
            "the last administrator",
            "one administrator at least",
        )
        end_grant(desk, "administrator@north", Role.ADMINISTRATOR, "north")


class TestAnalysisPlan:
    def test_a_version_is_drafted_by_the_hash_of_its_document_and_locked_with_the_same(
        self, tiny: Trial
    ) -> None:
        """SHA-256 of `plan`, from sha256sum."""
        desk = tiny.desk(STATISTICIAN, "*")
        drafted = draft_plan(desk, "1.0", b"plan")
        assert drafted.facts[1].value == (
            "64879f7d6b960a01909762d911a32d4582c20010c5641ee90278b644a9e3b525"
        )
        assert plan_locked(tiny.state()) is None
        lock_plan(desk, "1.0", b"plan")
        assert plan_locked(tiny.state()) == "1.0"

    def test_a_version_exists_once(self, tiny: Trial) -> None:
        desk = tiny.desk(STATISTICIAN, "*")
        draft_plan(desk, "1.0", b"plan")
        with pytest.raises(RefusedError) as caught:
            draft_plan(desk, "1.0", b"another")
        assert parts(caught) == ("version", "1.0", "a version that does not exist yet")

    def test_another_document_no_version_and_a_locked_one_are_refused(self, tiny: Trial) -> None:
        desk = tiny.desk(STATISTICIAN, "*")
        draft_plan(desk, "1.0", b"plan")
        for version, document, got in (
            ("1.0", b"changed", "another document"),
            ("2.0", b"plan", "no such version"),
        ):
            with pytest.raises(RefusedError) as caught:
                lock_plan(desk, version, document)
            assert parts(caught)[:2] == ("document", got)
        lock_plan(desk, "1.0", b"plan")
        with pytest.raises(RefusedError) as caught:
            lock_plan(desk, "1.0", b"plan")
        assert parts(caught)[0] == "state of the plan"

    def test_results_open_only_after_a_plan_is_locked_and_none_is_locked_after_that(
        self, tiny: Trial
    ) -> None:
        desk = tiny.desk(STATISTICIAN, "*")
        draft_plan(desk, "1.0", b"plan")
        draft_plan(desk, "2.0", b"seen")
        with pytest.raises(RefusedError) as caught:
            unblind(desk)
        assert parts(caught)[:2] == ("analysis plan", "no locked version")
        assert not unblinded(tiny.state())
        lock_plan(desk, "1.0", b"plan")
        done = unblind(desk)
        assert [(f.item, f.value) for f in done.facts] == [("plan", "1.0")]
        assert unblinded(tiny.state())
        with pytest.raises(RefusedError) as caught:
            unblind(desk)
        assert parts(caught)[1] == "results that are open already"
        with pytest.raises(RefusedError) as caught:
            lock_plan(desk, "2.0", b"seen")
        assert parts(caught)[:2] == ("unblinding", "results that are open")
