"""Each fact keeps the version of the protocol under which it was recorded."""

from datetime import timedelta

import pytest

from made_studies import (
    IMPACT,
    Trial,
    adopted,
    amended,
    enrolled,
    received,
)
from petrial.protocol.model import Role


@pytest.fixture
def trial(impact: Trial) -> Trial:
    enrolled(impact, "S-001")
    received(impact, "FES-0524")
    return impact


class TestVersions:
    def test_each_fact_is_stamped_with_the_version_in_force_at_its_site_on_its_day(
        self, trial: Trial
    ) -> None:
        """Version 2.0 at umcg from 10 June, 3.0 everywhere from 20 June."""
        enrolled(trial, "V-001", trial.away)
        day = trial.now.date()
        adopted(trial, amended(IMPACT, "2.0"), trial.home, day + timedelta(days=7))
        adopted(trial, amended(IMPACT, "3.0"), "*", day + timedelta(days=17))
        stamps = []
        for days in (0, 7, 16, 17):
            trial.now += timedelta(days=days) - (trial.now.date() - day)
            blood = {"sampled_on": trial.now.date().isoformat()}
            for subject in ("S-001", "V-001"):
                done = trial.fill(Role.SITE_NURSE, subject, "screening/laboratory", blood)
                stamps.append((days, subject, done.facts[0].protocol))
        assert stamps == [
            (0, "S-001", "1.0"),
            (0, "V-001", "1.0"),
            (7, "S-001", "2.0"),
            (7, "V-001", "1.0"),
            (16, "S-001", "2.0"),
            (16, "V-001", "1.0"),
            (17, "S-001", "3.0"),
            (17, "V-001", "3.0"),
        ]
        kept = [f.protocol for f in trial.ledger.facts("S-001") if f.form == "laboratory"]
        assert kept == ["1.0", "2.0", "2.0", "3.0"]
