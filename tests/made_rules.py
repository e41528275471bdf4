"""Rules and their judgement on the tiny trial, for the tests of this room."""

from datetime import date

from pydantic import TypeAdapter

from made_facts import Statement, made_state
from made_protocol import made_protocol
from petrial.protocol.rules import Rule
from petrial.subjects.criteria import Judged, Outcome, judge_rule

MET, NOT_MET, UNKNOWN = Outcome.MET, Outcome.NOT_MET, Outcome.UNKNOWN
PROTOCOL = made_protocol()
TODAY = date(2024, 5, 21)
RULE: TypeAdapter[Rule] = TypeAdapter(Rule)

WHO = "screening/history.performance"
BORN = "screening/history.born_on"


def rule(test: str, item: str = "", **more: object) -> Rule:
    """Return a rule, read as a protocol file is read."""
    named = {"item": item} if item else {}
    return RULE.validate_python({"test": test, **named, **more})


def judged(of: Rule, *statements: Statement, on: date = TODAY) -> Judged:
    """Return what a rule comes to after the statements."""
    return judge_rule(of, made_state(*statements), PROTOCOL, on)


def outcome(of: Rule, *statements: Statement, on: date = TODAY) -> Outcome:
    """Return its outcome only."""
    return judged(of, *statements, on=on).outcome
