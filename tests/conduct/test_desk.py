"""Every act by every role: permitted or refused by name, whole or not at all, and recorded."""

import threading

import pytest

from made_acts import DEEDS
from made_studies import Trial, at
from petrial.adapters.store.audit import verify
from petrial.conduct.desk import Decision, Done, View, author_of, perform, refuse
from petrial.conduct.enrolment import complete
from petrial.conduct.entry import Correction, correct
from petrial.conduct.permissions import FILLING, FILLS, OF_STUDY, PERMITTED, Act
from petrial.conduct.study import grant
from petrial.protocol.forms import FormKind
from petrial.protocol.model import Role
from petrial.subjects.facts import STUDY, Draft, Fact
from petrial.vocabulary.errors import LedgerError, Problem, RefusedError

ALLOWED = {
    "found": "administrator",
    "grant": "administrator",
    "end-grant": "administrator",
    "adopt": "administrator",
    "register": "site-nurse oncologist data-manager",
    "consent": "site-nurse oncologist",
    "screen": "site-nurse oncologist",
    "enrol": "site-nurse oncologist",
    "withdraw": "site-nurse oncologist",
    "complete": "site-nurse oncologist data-manager",
    "record": "site-nurse technologist reader oncologist data-manager",
    "register-administration": "site-nurse technologist",
    "register-sample": "site-nurse laboratory",
    "register-result": "site-nurse laboratory data-manager",
    "start-treatment": "site-nurse oncologist",
    "change-treatment": "site-nurse oncologist",
    "report-adverse-event": "site-nurse oncologist",
    "correct": "site-nurse technologist reader oncologist laboratory data-manager",
    "open-query": "data-manager monitor",
    "answer-query": "site-nurse technologist reader oncologist laboratory",
    "close-query": "data-manager monitor",
    "sign": "site-nurse technologist reader oncologist laboratory",
    "lock": "data-manager",
    "unlock": "data-manager",
    "receive-batch": "technologist",
    "release-batch": "technologist",
    "reject-batch": "technologist",
    "disclose": "site-nurse data-manager",
    "draft-plan": "statistician",
    "lock-plan": "statistician",
    "unblind": "statistician",
    "erase": "administrator",
    "import": "data-manager",
    "export": "data-manager statistician monitor",
    "snapshot": "data-manager statistician",
    "audit": "data-manager monitor administrator",
    "see": " ".join(Role),
}
"""Who may do what, written down by hand from the roles of the issue: a second source."""

DRY = [act for act in Act if act not in {Act.FOUND, Act.EXPORT, Act.SNAPSHOT, Act.AUDIT, Act.SEE}]
"""Acts that state something; the others are read, or have tests of their own."""


def first(act: Act) -> Role:
    return Role(ALLOWED[act.value].split()[0])


def site_of(act: Act) -> str:
    """Return the site of the person who acts: acts of the study need a role in all of it."""
    local = {Act.RECEIVE_BATCH, Act.RELEASE_BATCH, Act.REJECT_BATCH}
    return "*" if act in OF_STUDY - local else "umcg"


def test_every_act_has_a_row_of_permissions_and_a_deed_that_is_tested() -> None:
    assert set(PERMITTED) == set(Act) == set(DEEDS)
    assert {act.value for act in Act} == set(ALLOWED)


def test_every_kind_of_form_has_who_fills_it_in_by_an_act_they_may_do_and_who_signs_it() -> None:
    assert set(FILLS) == set(FormKind)
    for kind, roles in FILLS.items():
        assert roles
        assert set(roles) <= set(PERMITTED[FILLING.get(kind, Act.RECORD)])
        assert set(roles) <= set(PERMITTED[Act.CORRECT])
        assert set(roles) & set(PERMITTED[Act.SIGN])


@pytest.mark.parametrize("act", list(Act), ids=str)
def test_each_role_may_do_an_act_or_is_refused_by_its_name(prepared: Trial, act: Act) -> None:
    """The table above, for every pair; a refusal names the act and who may do it."""
    for role in Role:
        desk = prepared.desk(role, site_of(act))
        if role.value in ALLOWED[act.value].split():
            DEEDS[act](desk, dry=True)
            continue
        with pytest.raises(RefusedError) as caught:
            DEEDS[act](desk, dry=True)
        assert caught.value.problem.field == f"permission to {act.value}"
        assert caught.value.problem.got == role.value
        assert set(caught.value.problem.wanted.removeprefix("one of: ").split(", ")) == set(
            ALLOWED[act.value].split()
        )


@pytest.mark.parametrize("act", DRY, ids=str)
def test_a_dry_run_leaves_bytes_heads_vault_and_access_chain_as_they_were(
    prepared: Trial, act: Act
) -> None:
    before = prepared.trace()
    done = DEEDS[act](prepared.desk(first(act), site_of(act)), dry=True)
    if isinstance(done, Done):
        assert done.dry_run
        assert done.drafts
        assert done.facts == ()
    assert prepared.trace() == before


@pytest.mark.parametrize("act", DRY, ids=str)
def test_an_act_leaves_its_event_with_who_in_which_role_when_and_under_which_protocol(
    prepared: Trial, act: Act
) -> None:
    before, trace = {head.subject: head.seq for head in prepared.ledger.heads()}, prepared.trace()
    desk = prepared.desk(first(act), site_of(act), via="kiosk")
    DEEDS[act](desk, dry=False)
    new = [f for f in prepared.ledger.facts() if f.seq > before.get(f.subject, 0)]
    assert prepared.trace() != trace
    assert {(f.act, f.author, f.role) for f in new} == {
        (act.value, f"{desk.user} via kiosk", first(act).value)
    }
    assert {(f.recorded, f.protocol) for f in new} == {("2024-06-03T10:00:00.000000Z", "1.0")}
    assert len({f.act_seq for f in new}) == 1
    assert {f.subject == STUDY for f in new} == {act in OF_STUDY}
    assert {f.site for f in new} == ({""} if act in OF_STUDY else {"umcg"})
    assert verify(prepared.ledger).whole


@pytest.mark.parametrize("act", DRY, ids=str)
def test_an_act_that_is_refused_leaves_no_trace(prepared: Trial, act: Act) -> None:
    before = prepared.trace()
    wrong = next(role for role in Role if role.value not in ALLOWED[act.value].split())
    with pytest.raises(RefusedError):
        DEEDS[act](prepared.desk(wrong, site_of(act)), dry=False)
    assert prepared.trace() == before


@pytest.mark.parametrize("act", DRY, ids=str)
def test_nobody_acts_at_another_site_or_in_the_whole_study_by_a_role_at_one(
    prepared: Trial, act: Act
) -> None:
    """Site isolation: the same person in the same role, at the other hospital."""
    before = prepared.trace()
    with pytest.raises(RefusedError) as caught:
        DEEDS[act](prepared.desk(first(act), "vumc"), dry=False)
    problem = caught.value.problem
    assert problem.field == "site"
    assert problem.got == ("the whole study" if site_of(act) == "*" else "umcg")
    assert "vumc" in problem.wanted
    assert prepared.trace() == before


def test_whoever_has_no_role_is_told_so(prepared: Trial) -> None:
    with pytest.raises(RefusedError) as caught:
        DEEDS[Act.SCREEN](prepared.desk("mallory"), dry=False)
    assert caught.value.problem.field == "role"
    assert caught.value.problem.got == "no role in this study"
    assert "petrial study grant" in caught.value.problem.do


def test_a_role_that_is_not_held_cannot_be_taken(prepared: Trial) -> None:
    desk = prepared.desk(Role.READER, asked=Role.SITE_NURSE)
    with pytest.raises(RefusedError) as caught:
        DEEDS[Act.SCREEN](desk, dry=False)
    problem = caught.value.problem
    assert (problem.field, problem.got, problem.wanted) == ("role", "reader", "site-nurse")


class TestSeveralRoles:
    @pytest.fixture
    def both(self, prepared: Trial) -> Trial:
        for role in (Role.SITE_NURSE, Role.ONCOLOGIST, Role.TECHNOLOGIST):
            grant(prepared.desk("ada"), "emma", role, "umcg")
        return prepared

    def test_who_has_two_that_fit_must_say_which_for_it_is_recorded(self, both: Trial) -> None:
        with pytest.raises(RefusedError) as caught:
            DEEDS[Act.SCREEN](both.desk("emma"), dry=False)
        problem = caught.value.problem
        assert (problem.field, problem.got) == ("role", "oncologist, site-nurse")
        assert problem.do == "add --role oncologist"
        done = DEEDS[Act.SCREEN](both.desk("emma", asked=Role.SITE_NURSE), dry=False)
        assert isinstance(done, Done)
        assert done.facts[0].role == "site-nurse"

    def test_a_role_that_is_named_and_may_not_is_refused(self, both: Trial) -> None:
        with pytest.raises(RefusedError) as caught:
            DEEDS[Act.SCREEN](both.desk("emma", asked=Role.TECHNOLOGIST), dry=False)
        assert caught.value.problem.field == "permission to screen"
        assert caught.value.problem.got == "technologist"


@pytest.mark.parametrize(("via", "author"), [("", "ada"), ("ada", "ada"), ("root", "ada via root")])
def test_the_account_that_acts_for_someone_stands_beside_their_name(
    prepared: Trial, via: str, author: str
) -> None:
    assert author_of(prepared.desk("ada", via=via)) == author


def test_an_act_on_a_subject_cannot_be_done_on_the_study_nor_the_reverse(prepared: Trial) -> None:
    def nothing(_view: View) -> Decision:
        return Decision(drafts=())

    with pytest.raises(RefusedError) as caught:
        perform(prepared.desk(Role.SITE_NURSE, "*"), Act.SCREEN, STUDY, nothing)
    assert (caught.value.problem.got, caught.value.problem.wanted) == (
        "the study itself",
        "a subject",
    )
    with pytest.raises(RefusedError) as caught:
        perform(prepared.desk("ada"), Act.GRANT, "S-001", nothing)
    assert (caught.value.problem.got, caught.value.problem.wanted) == ("S-001", "the study itself")


def test_a_subject_that_is_not_registered_is_refused(prepared: Trial) -> None:
    with pytest.raises(RefusedError) as caught:
        complete(prepared.desk(Role.SITE_NURSE), "S-999", prepared.now.date())
    assert caught.value.problem.got == "S-999, not registered"
    assert "petrial subjects list" in caught.value.problem.do


def test_all_problems_of_a_refusal_go_with_it() -> None:
    one, two = (Problem("where", name, "found", "wanted", "do") for name in ("first", "second"))
    with pytest.raises(RefusedError) as caught:
        refuse([one, two])
    assert caught.value.problem == one
    assert caught.value.__notes__ == [str(two)]


class TestTwoAtOnce:
    PLACE = "screening/eligibility.who_performance_status"

    def test_a_correction_of_what_was_corrected_meanwhile_is_refused_by_the_ledger(
        self, crossing: Trial
    ) -> None:
        """Stated by its number: the fact that it would replace is no longer the newest."""
        (stale,) = crossing.history("S-001", self.PLACE)
        crossing.correct(Role.SITE_NURSE, "S-001", self.PLACE, "2")
        before = crossing.trace()

        def decide(_view: View) -> Decision:
            return Decision(drafts=(self.draft(stale),))

        with pytest.raises(LedgerError) as caught:
            perform(crossing.desk(Role.SITE_NURSE), Act.CORRECT, "S-001", decide)
        assert caught.value.problem.field == "replaces"
        assert "it was changed meanwhile" in caught.value.problem.wanted
        assert crossing.trace() == before

    def draft(self, stale: Fact) -> Draft:
        return Draft(place=stale.place, value="0", reason="a slip", replaces=stale.seq)

    def test_of_two_who_saw_the_same_value_one_corrects_it_and_the_other_is_told(
        self, crossing: Trial
    ) -> None:
        told: list[RefusedError] = []
        start = threading.Barrier(2)

        def one(value: str) -> None:
            said = Correction(
                place=at(self.PLACE), value=value, reason="seen in the letter", was="1"
            )
            start.wait()
            try:
                correct(crossing.desk(Role.SITE_NURSE), "S-001", said)
            except RefusedError as error:
                told.append(error)
            finally:
                crossing.ledger.connection.close()

        people = [threading.Thread(target=one, args=(value,)) for value in ("0", "2")]
        for person in people:
            person.start()
        for person in people:
            person.join()
        assert [error.problem.got for error in told] == ["another value than stated"]
        assert len(crossing.history("S-001", self.PLACE)) == 2
        assert verify(crossing.ledger).whole
