"""IMPACT-MBC is in the file whole: tables written by hand from its record, NCT01957332."""

from datetime import date

import pytest

from petrial.adapters.files.protocol import built_in_text, parse_protocol
from petrial.protocol.figures import UNCONFIRMED, Figure
from petrial.protocol.model import CriterionKind, OutcomeKind, Role
from petrial.protocol.rules import AgeAbove, All, Any, Consented, OneOf, RiseAbove, Rule, Within

TRIAL = parse_protocol(built_in_text("impact-mbc"), "impact_mbc.yaml")


def days(figure: Figure) -> int:
    """Return a figure as days."""
    assert figure.unit == "d"
    return int(figure.value)


def test_identity_is_the_one_of_the_record() -> None:
    identity = TRIAL.identity
    assert identity.registration == "NCT01957332"
    assert identity.sponsor == "University Medical Center Groningen"
    assert identity.arms == 1
    assert "open label" in identity.masking
    assert identity.purpose == "diagnostic"
    assert (identity.enrolment.value, identity.enrolment_kind) == (217, "actual")
    assert identity.enrolment.source == "record"
    assert identity.started_on == date(2013, 8, 30)
    assert identity.completion.startswith("2027-10")
    assert identity.dmc is True


def test_sites_are_the_three_of_the_record() -> None:
    assert {site.code: site.city for site in TRIAL.sites} == {
        "umcg": "Groningen",
        "vumc": "Amsterdam",
        "radboudumc": "Nijmegen",
    }


def test_consents_are_the_main_one_and_three_by_choice() -> None:
    assert {consent.name: consent.required for consent in TRIAL.consents} == {
        "main": True,
        "on_treatment_biopsy": False,
        "dna": False,
        "incidental_findings": False,
    }


# Number, words that its text must hold, and the item that a yes or a code decides.
CRITERIA = [
    ("I1", "first presentation", "eligibility.first_presentation", ("yes",)),
    ("I2", "first-line", "eligibility.first_line_possible", ("yes",)),
    ("I3", "not rapidly progressive", "eligibility.not_rapidly_progressive", ("yes",)),
    ("I4", "28 days", None, None),
    ("I5", "bone only", "eligibility.disease", ("measurable", "bone_only")),
    ("I6", "biopsy", "eligibility.biopsy_safe", ("yes",)),
    ("I7", "primary tumour", "eligibility.block_available", ("yes",)),
    ("I8", "0 to 2", None, None),
    ("I9", "above 18", None, None),
    ("I10", "consent", None, None),
    ("E1", "contraindication", "eligibility.therapy_contraindicated", ("yes",)),
    ("E2", "pregnant", "eligibility.pregnant_or_lactating", ("yes",)),
    ("E3", "immunoglobulins", "eligibility.immunoglobulin_allergy", ("yes",)),
    ("E4", "comply", "eligibility.non_compliance", ("yes",)),
    ("E5", "rapidly progressive visceral", "eligibility.rapid_visceral_disease", ("yes",)),
]
RULES: dict[str, Rule] = {criterion.number: criterion.rule for criterion in TRIAL.criteria}


def test_there_are_ten_inclusion_and_five_exclusion_criteria() -> None:
    assert [criterion.number for criterion in TRIAL.criteria] == [row[0] for row in CRITERIA]
    kinds = [criterion.kind for criterion in TRIAL.criteria]
    assert kinds == [CriterionKind.INCLUSION] * 10 + [CriterionKind.EXCLUSION] * 5


@pytest.mark.parametrize(("number", "words", "item", "values"), CRITERIA)
def test_a_criterion_says_and_asks_what_the_record_does(
    number: str, words: str, item: str | None, values: tuple[str, ...] | None
) -> None:
    criterion = next(c for c in TRIAL.criteria if c.number == number)
    assert words in criterion.text
    assert criterion.source == "record"
    if item is not None:
        assert criterion.rule == OneOf(test="one_of", item=item, values=values or ())


def test_each_of_three_standard_images_is_at_most_28_days_old() -> None:
    rule = RULES["I4"]
    assert isinstance(rule, All)
    assert rule.rules == tuple(
        Within(test="within", item=f"scan.scan_started_at@{event}", days=28)
        for event in ("ct", "fdg_pet", "bone_scintigraphy")
    )


def test_performance_status_is_at_most_2_and_age_strictly_above_18() -> None:
    """The record says "above 18"; that 18 itself counts is one word in the file."""
    performance, age = RULES["I8"], RULES["I9"]
    assert performance.test == "at_most"
    assert performance.value == 2
    assert performance.item == "eligibility.who_performance_status"
    assert isinstance(age, AgeAbove)
    assert (age.years, age.or_equal) == (18, False)
    assert "or_equal: false" in built_in_text("impact-mbc")
    assert RULES["I10"] == Consented(test="consented", consent="main")


def test_the_two_week_look_back_informs_the_verdict_on_progression_and_never_overrules_it() -> None:
    """Record: symptoms, or with liver metastases ASAT or ALAT, worse by 50 % in two weeks."""
    criterion = next(c for c in TRIAL.criteria if c.number == "I3")
    assert isinstance(criterion.rule, OneOf)  # the investigator's word alone decides
    symptoms, liver = (informing.rule for informing in criterion.informed_by)
    assert symptoms.test == "above"
    assert symptoms.value == 50
    assert isinstance(liver, All)
    metastases, rises = liver.rules
    assert metastases == OneOf(test="one_of", item="eligibility.liver_metastases", values=("yes",))
    assert isinstance(rises, Any)
    assert rises.rules == tuple(
        RiseAbove(test="rise_above", item=f"laboratory.{enzyme}", percent=50, days=14)
        for enzyme in ("asat", "alat")
    )


def test_no_other_criterion_is_informed_by_anything() -> None:
    assert [c.number for c in TRIAL.criteria if c.informed_by] == ["I3"]


# Anchor, offset, days before, days after; None: the record names no figure, so it is unconfirmed.
N = None
EVENTS: dict[str, tuple[str, int | None, int | None, int | None] | None] = {
    "screening": None,
    "ct": ("screening", 0, 28, N),
    "fdg_pet": ("screening", 0, 28, N),
    "bone_scintigraphy": ("screening", 0, 28, N),
    "biopsy": ("screening", N, N, N),
    "primary_block": ("screening", N, N, N),
    "dna_analysis": None,
    "baseline_blood": ("fes_injection", N, N, N),
    "fes_injection": ("screening", N, N, N),
    "fes_scan": ("fes_injection", 0, 0, 0),
    "her2_injection": ("fes_injection", 0, 0, 1),
    "her2_scan": ("her2_injection", 4, N, N),
    "therapy_choice": ("her2_scan", N, N, N),
    "therapy_start": ("therapy_choice", N, N, N),
    "early_fdg": ("therapy_start", 14, N, N),
    "early_blood": ("early_fdg", 0, 0, 0),
    "response_assessment": ("therapy_start", N, N, N),
    "response_blood": ("response_assessment", 0, 0, 0),
    "on_treatment_biopsy": ("therapy_start", N, N, N),
    "qol_before_biopsy": ("biopsy", N, N, N),
    "qol_after_biopsy": ("biopsy", N, N, N),
    "qol_after_imaging": ("her2_scan", N, N, N),
    "qol_before_therapy": ("therapy_start", N, N, N),
    "qol_during_therapy": ("therapy_start", N, N, N),
    "follow_up": ("response_assessment", N, N, N),
    "survival": ("therapy_start", N, N, N),
    "treatment": None,
    "adverse_events": None,
    "resource_use": None,
}


def test_the_events_are_those_of_the_table_in_its_order() -> None:
    assert [event.name for event in TRIAL.events] == list(EVENTS)


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_is_due_as_the_record_says_or_unconfirmed(name: str) -> None:
    event = TRIAL.event(name)
    assert event is not None
    expected = EVENTS[name]
    if expected is None:
        assert event.due is None
        return
    assert event.due is not None
    anchor, *figures = expected
    assert event.due.anchor == anchor
    for figure, wanted in zip(
        (event.due.offset, event.due.before, event.due.after), figures, strict=True
    ):
        if wanted is None:
            assert figure.source == UNCONFIRMED
        else:
            assert (days(figure), figure.source) == (wanted, "record")


def test_day_one_is_the_screening_that_every_registered_subject_has() -> None:
    assert [event.name for event in TRIAL.events if event.day_one] == ["screening"]


def test_biopsy_on_treatment_and_dna_need_their_own_consents() -> None:
    assert {event.name: event.consents for event in TRIAL.events if event.consents} == {
        "dna_analysis": ("dna",),
        "on_treatment_biopsy": ("on_treatment_biopsy",),
    }
    for name in ("dna_analysis", "on_treatment_biopsy"):
        event = TRIAL.event(name)
        assert event is not None
        assert event.required is False
        assert event.when == Consented(test="consented", consent=event.consents[0])


# Which forms an event must have, by what the record measures there.
MEASURED = [
    ("screening", {"demographics", "eligibility", "laboratory", "medication"}),
    ("biopsy", {"tissue", "pathology", "rna", "mirna"}),
    ("primary_block", {"block", "pathology"}),
    ("baseline_blood", {"blood_sample", "ctc", "ctdna", "mirna", "peptides"}),
    ("fes_injection", {"administration", "fes_preparation", "laboratory"}),
    ("early_blood", {"blood_sample", "ctdna"}),
    ("response_blood", {"blood_sample", "ctdna", "peptides"}),
    ("on_treatment_biopsy", {"tissue", "pathology"}),
    ("response_assessment", {"recist", "response", "metastasis_response"}),
    ("therapy_choice", {"intended_therapy", "therapy_after_disclosure"}),
    *((name, {"qlq_c30", "qlq_br23", "eq5d_5l", "eq5d_3l"}) for name in EVENTS if "qol" in name),
]


@pytest.mark.parametrize(("name", "forms"), MEASURED)
def test_what_the_record_measures_at_an_event_has_its_form_there(
    name: str, forms: set[str]
) -> None:
    event = TRIAL.event(name)
    assert event is not None
    assert forms <= set(event.forms)


@pytest.mark.parametrize(
    ("name", "when"),
    [
        ("qol_before_biopsy", "biopsy"),
        ("qol_after_biopsy", "biopsy"),
        ("qol_after_imaging", "her2_scan"),
        ("qol_before_therapy", "therapy_start"),
        ("qol_during_therapy", "therapy_start"),
    ],
)
def test_questionnaires_are_counted_from_what_the_record_names(name: str, when: str) -> None:
    event = TRIAL.event(name)
    assert event is not None
    assert event.due is not None
    assert event.due.anchor == when


# Nuclide, activity with its source, occasions of injection and scan.
TRACERS = [
    ("18F-FES", "18F", (200, "record"), [("fes_injection", "fes_scan")]),
    ("89Zr-trastuzumab", "89Zr", (37, "record"), [("her2_injection", "her2_scan")]),
    ("18F-FDG", "18F", None, [("fdg_pet", "fdg_pet"), ("early_fdg", "early_fdg")]),
    ("99mTc-bisphosphonate", "99mTc", None, [("bone_scintigraphy", "bone_scintigraphy")]),
]


def test_there_are_four_tracers() -> None:
    assert [tracer.name for tracer in TRIAL.tracers] == [row[0] for row in TRACERS]


@pytest.mark.parametrize(("name", "nuclide", "activity", "uses"), TRACERS)
def test_a_tracer_is_given_as_the_record_says(
    name: str, nuclide: str, activity: tuple[int, str] | None, uses: list[tuple[str, str]]
) -> None:
    tracer = TRIAL.tracer(name)
    assert tracer is not None
    assert tracer.nuclide == nuclide
    assert [(use.injection, use.scan) for use in tracer.uses] == uses
    given = tracer.activity
    assert (None if given is None else (given.value, given.source)) == activity
    assert given is None or given.unit == "MBq"
    assert tracer.extravasation


def test_the_scan_of_her2_is_four_days_after_injection_and_that_of_fes_after_an_hour() -> None:
    """Record: four days. EANM guide 10.14: plateau of FES at about 60 minutes."""
    her2, fes = TRIAL.tracer("89Zr-trastuzumab"), TRIAL.tracer("18F-FES")
    assert her2 is not None
    assert fes is not None
    assert (str(her2.uptake.target), her2.uptake.target.source) == ("4 d", "record")
    assert (str(fes.uptake.target), fes.uptake.target.source) == ("60 min", "eanm_fes")


def test_antibody_mass_is_50_mg_or_on_trastuzumab_10_mg() -> None:
    """Dijkers 2010."""
    tracer = TRIAL.tracer("89Zr-trastuzumab")
    assert tracer is not None
    rows = [(str(a.mass), a.mass.source, a.when) for a in tracer.antibody]
    item = "administration.on_trastuzumab@her2_injection"
    assert rows == [
        ("50 mg", "dijkers_2010", OneOf(test="one_of", item=item, values=("no",))),
        ("10 mg", "dijkers_2010", OneOf(test="one_of", item=item, values=("yes",))),
    ]


OUTCOMES = [
    ("clinical_utility", OutcomeKind.PRIMARY),
    ("progression_free_survival", OutcomeKind.SECONDARY),
    ("dna_rna", OutcomeKind.SECONDARY),
    ("mirna", OutcomeKind.SECONDARY),
    ("peptides", OutcomeKind.SECONDARY),
    ("pathology", OutcomeKind.SECONDARY),
    ("ctc", OutcomeKind.SECONDARY),
    ("ctdna", OutcomeKind.SECONDARY),
    ("cost_effectiveness", OutcomeKind.SECONDARY),
    ("quality_of_life", OutcomeKind.SECONDARY),
]


def test_outcomes_are_the_one_primary_and_nine_secondary_of_the_record() -> None:
    assert [(outcome.name, outcome.kind) for outcome in TRIAL.outcomes] == OUTCOMES
    assert {outcome.source for outcome in TRIAL.outcomes} == {"record"}


def test_experimental_reads_are_disclosed_to_the_oncologist_once_the_therapy_was_stated() -> None:
    (disclosure,) = TRIAL.disclosures
    assert disclosure.group == "experimental_reads"
    assert disclosure.to == (Role.ONCOLOGIST,)
    assert disclosure.at == "therapy_choice"
    assert disclosure.requires == ("intended_therapy",)
