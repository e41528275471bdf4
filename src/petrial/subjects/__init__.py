"""Facts, consent, eligibility, schedule and deviations, questionnaires and their scores."""
