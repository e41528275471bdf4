"""Every figure of IMPACT-MBC has a source or is unconfirmed: tables by hand from its sources."""

import re

import pytest

from petrial.adapters.files.protocol import built_in_text, parse_protocol
from petrial.protocol.events import Effect
from petrial.protocol.figures import UNCONFIRMED, Figure
from petrial.protocol.places import figures_of

TEXT = built_in_text("impact-mbc")
TRIAL = parse_protocol(TEXT, "impact_mbc.yaml")
FIGURES: dict[str, Figure] = dict(figures_of(TRIAL))
OWN_WORDS = {"plausibility", "definition", "this_file"}

# What public sources say: path, figure, source.
CONFIRMED = [
    ("tracers.89Zr-trastuzumab.effective_dose", "0.48 mSv/MBq", "odonoghue_2018"),
    ("conflicts.her2_after_fes_scan.gap", "0 h", "record"),
    ("readings.18F-FES lesion.thresholds.nienhuis_suv_max.figure", "1.5 g/mL", "nienhuis_2018"),
    ("readings.18F-FES lesion.thresholds.specht_suv_max.figure", "1.8 g/mL", "specht_2026"),
    ("readings.18F-FES lesion.thresholds.boers_liver_negative.figure", "0.33", "boers_2021"),
    ("readings.18F-FES lesion.thresholds.boers_liver_positive.figure", "0.73", "boers_2021"),
    ("readings.18F-FES lesion.thresholds.kurland_sul_mean.figure", "0.85 g/mL", "kurland_2017"),
    ("readings.18F-FDG lesion.thresholds.kurland_fdg_sul_max.figure", "2.2 g/mL", "kurland_2017"),
    ("readings.18F-FDG lesion.thresholds.zephir_target.figure", "2", "zephir_2024"),
    (
        "readings.89Zr-trastuzumab lesion.thresholds.dehdashti_suv_max.figure",
        "3.2 g/mL",
        "dehdashti_2018",
    ),
    ("response.recist_1_1.figures.target_longest_diameter", "10 mm", "recist"),
    ("response.recist_1_1.figures.target_node_short_axis", "15 mm", "recist"),
    ("response.recist_1_1.figures.node_normal_below", "10 mm", "recist"),
    ("response.recist_1_1.figures.targets_maximum", "5", "recist"),
    ("response.recist_1_1.figures.targets_per_organ_maximum", "2", "recist"),
    ("response.recist_1_1.figures.bone_soft_tissue", "10 mm", "recist"),
    ("response.recist_1_1.figures.partial_response_fall", "30 %", "recist"),
    ("response.recist_1_1.figures.progression_rise", "20 %", "recist"),
    ("response.recist_1_1.figures.progression_rise_absolute", "5 mm", "recist"),
    ("response.percist_1_0.figures.measurable_liver_factor", "1.5", "percist"),
    ("response.percist_1_0.figures.liver_difference_relative", "20 %", "percist"),
    ("response.percist_1_0.figures.liver_difference_absolute", "0.3 g/mL", "percist"),
    ("response.percist_1_0.figures.uptake_time_difference", "15 min", "percist"),
    ("response.percist_1_0.figures.change", "30 %", "percist"),
    ("response.percist_1_0.figures.change_absolute", "0.8 g/mL", "percist"),
    ("response.percist_1_0.figures.glycolysis_rise", "75 %", "percist"),
    ("response.eortc_1999.figures.response_fall_first_cycle", "15 %", "eortc_1999"),
    ("response.eortc_1999.figures.response_fall_later", "25 %", "eortc_1999"),
    ("response.eortc_1999.figures.progression_rise", "25 %", "eortc_1999"),
    ("response.eortc_1999.figures.progression_extent", "20 %", "eortc_1999"),
    ("response.mda_bone.figures.no_change_earliest", "56 d", "costelloe_2010"),
    ("response.metastasis_rule.figures.diameter_fall", "30 %", "zephir_2024"),
    ("parameters.er_positive", "1 %", "allison_2020"),
    ("parameters.er_low_positive_maximum", "10 %", "allison_2020"),
    ("parameters.her2_ish_cells", "20", "wolff_2018"),
    ("parameters.ctc_prognostic", "5", "ctc_review"),
]


@pytest.mark.parametrize(("path", "figure", "source"), CONFIRMED)
def test_a_published_figure_stands_as_published_with_its_source(
    path: str, figure: str, source: str
) -> None:
    assert (str(FIGURES[path]), FIGURES[path].source) == (figure, source)


# What is only remembered, or not in the record at all: it must say so.
REMEMBERED = [
    "tracers.18F-FES.tolerance",
    "tracers.18F-FES.effective_dose",
    "tracers.89Zr-trastuzumab.tolerance",
    "tracers.89Zr-trastuzumab.uptake.before",
    "tracers.89Zr-trastuzumab.uptake.after",
    "tracers.18F-FDG.uptake.target",
    "tracers.18F-FDG.uptake.before",
    "tracers.18F-FDG.uptake.after",
    "tracers.18F-FDG.effective_dose",
    "tracers.18F-FDG.glucose_maximum",
    "tracers.18F-FDG.fasting",
    "tracers.99mTc-bisphosphonate.uptake.target",
    "tracers.99mTc-bisphosphonate.effective_dose",
    "events.her2_scan.due.before",
    "events.her2_scan.due.after",
    "events.early_fdg.due.before",
    "events.early_fdg.due.after",
    "events.response_assessment.due.offset",
    "conflicts.fdg_after_zirconium.gap",
    "conflicts.bone_scintigraphy_after_zirconium.gap",
    "conflicts.fdg_before_fes_by_a_day.gap",
    "conflicts.fes_before_fdg_by_a_day.gap",
    "conflicts.bone_scintigraphy_after_fluorine.gap",
    "conflicts.ct_before_fes.gap",
    "conflicts.fdg_pet_before_fes.gap",
    "conflicts.bone_scintigraphy_before_fes.gap",
    "conflicts.serm_before_fes.gap",
    "conflicts.serd_before_fes.gap",
    "conflicts.trastuzumab_before_her2.gap",
    "serious_report",
    "readings.18F-FES lesion.readers",
    "readings.89Zr-trastuzumab lesion.readers",
    "readings.89Zr-trastuzumab lesion.thresholds.eisses_suv_max.figure",
    "readings.89Zr-trastuzumab lesion.thresholds.blood_pool.figure",
    "response.recist_1_1.figures.too_small",
    "response.percist_1_0.figures.measurable_blood_pool_sd",
    "response.mda_bone.figures.progression_growth",
    "response.metastasis_rule.figures.sul_peak_fall",
    "response.metastasis_rule.figures.diameter_rise",
    "parameters.er_positive_national",
    "parameters.noninferiority_margin",
]


@pytest.mark.parametrize("path", REMEMBERED)
def test_a_remembered_figure_is_unconfirmed(path: str) -> None:
    assert FIGURES[path].source == UNCONFIRMED


def test_every_figure_names_a_source_that_exists_or_is_unconfirmed() -> None:
    assert len(FIGURES) > 300
    lost = {
        p: f.source for p, f in FIGURES.items() if f.source not in {*TRIAL.sources, UNCONFIRMED}
    }
    assert lost == {}


def test_every_source_is_cited_by_something() -> None:
    cited = set(re.findall(r"source: (\w+)", TEXT))
    assert sorted(set(TRIAL.sources) - cited) == []


def test_a_figure_chosen_for_this_file_judges_no_patient() -> None:
    """Limits against slips of the pen may be our own; windows, doses and thresholds may not."""
    own = [path for path, figure in FIGURES.items() if figure.source in OWN_WORDS]
    assert [path for path in own if not path.startswith("forms.")] == []
    assert own


def test_ten_days_leave_an_eighth_of_zirconium() -> None:
    """0.5 ** (240 h / 78.41 h) = 0.1198, and after 9.3 days 0.139; the note says no more."""
    left = [0.5 ** (day * 24 / 78.41) for day in (9.3, 10)]
    assert [f"{100 * share:.0f} %" for share in left] == ["14 %", "12 %"]
    note = FIGURES["conflicts.fdg_after_zirconium.gap"].note
    assert "14 % of 89Zr are left after 9.3 days and 12 % after 10" in note
    assert "12 %" in FIGURES["conflicts.bone_scintigraphy_after_zirconium.gap"].note


def test_a_number_in_a_rule_stands_nowhere_else_and_has_the_source_beside_it() -> None:
    """28 days, 14 days and 50 % stand in the criteria, as the record has them, and only there."""
    assert not {28.0, 14.0, 50.0} & {figure.value for figure in TRIAL.parameters.values()}
    sources = {c.number: [c.source, *(i.source for i in c.informed_by)] for c in TRIAL.criteria}
    assert sources["I3"] == ["record"] * 3
    assert sources["I4"] == ["record"]


CONFLICTS = [
    ("her2_after_fes_scan", Effect.REFUSE),
    ("fdg_after_zirconium", Effect.WARN),
    ("bone_scintigraphy_after_zirconium", Effect.WARN),
    ("serm_before_fes", Effect.WARN),
    ("serd_before_fes", Effect.WARN),
    ("trastuzumab_before_her2", Effect.WARN),
    ("fes_before_therapy", Effect.REFUSE),
    ("fdg_before_fes_by_a_day", Effect.WARN),
    ("fes_before_fdg_by_a_day", Effect.WARN),
    ("bone_scintigraphy_after_fluorine", Effect.WARN),
    ("ct_before_fes", Effect.WARN),
    ("ct_before_therapy", Effect.REFUSE),
    ("fdg_pet_before_fes", Effect.WARN),
    ("fdg_pet_before_therapy", Effect.REFUSE),
    ("bone_scintigraphy_before_fes", Effect.WARN),
    ("bone_scintigraphy_before_therapy", Effect.REFUSE),
]


def test_conflicts_are_those_of_the_table_and_an_unconfirmed_one_refuses_nothing() -> None:
    assert [(c.name, c.effect) for c in TRIAL.conflicts] == CONFLICTS
    unsure = [c for c in TRIAL.conflicts if not c.gap.confirmed]
    assert {c.effect for c in unsure} == {Effect.WARN}


def test_3_2_is_no_default_and_no_figure_of_her2_pet_is() -> None:
    """Estimands of the trial: the visual class decides; nearly every lesion is above 3.2."""
    reading = next(
        r for r in TRIAL.readings if (r.tracer, r.level) == ("89Zr-trastuzumab", "lesion")
    )
    assert "dehdashti_suv_max" in {t.name for t in reading.thresholds}
    assert [t.name for t in reading.thresholds if t.default] == []


def test_no_default_threshold_is_unconfirmed() -> None:
    defaults = [t for r in TRIAL.readings for t in r.thresholds if t.default]
    assert [t.name for t in defaults] == ["nienhuis_suv_max"]
    assert all(t.figure.confirmed for t in defaults)


def test_1_5_never_applies_to_the_liver_and_the_liver_has_thresholds_of_its_own() -> None:
    """Nienhuis 2018 left the liver out; Boers 2021 has the liver only."""
    reading = next(r for r in TRIAL.readings if (r.tracer, r.level) == ("18F-FES", "lesion"))
    excluded = {t.name: t.excluded_organs for t in reading.thresholds}
    organs = TRIAL.code_list("organ")
    assert organs is not None
    assert excluded["nienhuis_suv_max"] == ("liver",)
    for name in ("boers_liver_negative", "boers_liver_positive"):
        assert {code.code for code in organs.codes} - set(excluded[name]) == {"liver"}


@pytest.mark.parametrize(
    ("level", "verdicts"),
    [
        ("lesion", {"1": "negative", "2": "negative", "3": "positive", "4": "positive"}),
        ("subject", {"A": "positive", "B": "positive", "C": "negative", "D": "negative"}),
    ],
)
def test_classes_and_patterns_of_her2_pet_are_those_of_zephir(
    level: str, verdicts: dict[str, str]
) -> None:
    """Mileva 2024, figure 4; equivocal stays a value (Bensch 2018)."""
    reading = next(r for r in TRIAL.readings if (r.tracer, r.level) == ("89Zr-trastuzumab", level))
    others = {"equivocal": "equivocal", "not-assessable": "not-assessable"}
    assert {step.code: step.verdict for step in reading.scale} == verdicts | others
    assert reading.source == "zephir_2024"


@pytest.mark.parametrize("reading", TRIAL.readings, ids=lambda r: f"{r.tracer} {r.level}")
def test_every_scale_can_say_equivocal_and_not_assessable(reading: object) -> None:
    scale = getattr(reading, "scale", ())
    assert {step.verdict for step in scale} == {
        "positive",
        "negative",
        "equivocal",
        "not-assessable",
    }


def test_response_criteria_are_the_five_of_the_issue() -> None:
    assert [r.name for r in TRIAL.response] == [
        "recist_1_1",
        "metastasis_rule",
        "percist_1_0",
        "eortc_1999",
        "mda_bone",
    ]
