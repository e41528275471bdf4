"""Forms of IMPACT-MBC ask what its outcomes need, and show each role no more than it may see."""

import pytest

from petrial.adapters.files.protocol import built_in_text, parse_protocol
from petrial.protocol.forms import Form, FormKind, Item, ItemType
from petrial.protocol.model import Role
from petrial.protocol.rules import OneOf
from petrial.specimens.er import HORMONE_RULES
from petrial.specimens.her2_guidelines import HER2_GUIDELINES, IhcScore
from petrial.subjects.visibility import sees

TRIAL = parse_protocol(built_in_text("impact-mbc"), "impact_mbc.yaml")

# What the issue asks the forms to hold.
ASKED = {
    "pathology": {
        "laboratory",
        "specimen",
        "er_percent",
        "er_guideline",
        "pr_percent",
        "her2_ihc",
        "her2_probe",
        "her2_cells",
        "her2_signals",
        "cep17_signals",
        "her2_guideline",
    },
    "ctc": {"sample", "enrichment", "volume", "cells", "er_positive", "her2_3", "batch"},
    "ctdna": {"sample", "mutant", "wild_type", "limit_of_blank", "limit_of_detection", "batch"},
    "blood_sample": {
        "sample",
        "tube",
        "spun_at",
        "spin_force",
        "spin_time",
        "aliquots",
        "frozen_at",
        "thawed",
        "sent_on",
        "received_on",
    },
    "block": {"preservation", "sent_on", "received_on"},
    "tissue": {"preservation", "frozen_at", "organ", "lesion"},
    "laboratory": {"asat", "alat", "oestradiol", "shbg"},
    "fes_preparation": {"menopausal_status", "blocker_used", "blocker_stopped_on"},
    "administration": {
        "batch",
        "molar_activity",
        "antibody_mass",
        "glucose",
        "fasted",
        "extravasation",
        "weight_kg",
    },
    "medication": {"drug_class", "started_on", "stopped_on", "line"},
    "intended_therapy": {"drug_class", "reason", "confidence"},
    "therapy_after_disclosure": {"drug_class", "reason", "confidence"},
    "adverse_event": {"grade", "serious", "seriousness", "aware_at", "reported_at"},
    "recist": {"lesion", "role", "organ", "axis", "diameter"},
    "response": {"target", "non_target", "new_lesion", "overall", "confirmed"},
    "resource": {"resource", "amount"},
    "demographics": {"name", "date_of_birth", "hospital_number", "height_cm", "sex"},
}


def form(name: str) -> Form:
    found = TRIAL.form(name)
    assert found is not None
    return found


def item(of: str, name: str) -> Item:
    found = TRIAL.item(of, name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", ASKED)
def test_a_form_asks_what_the_issue_lists(name: str) -> None:
    assert ASKED[name] <= {item.name for item in form(name).items}


def test_there_is_a_form_of_every_kind() -> None:
    assert {form.kind for form in TRIAL.forms} == set(FormKind)


def test_intentions_before_and_after_disclosure_ask_the_same() -> None:
    before, after = form("intended_therapy"), form("therapy_after_disclosure")
    assert before.items == after.items


def test_personal_data_are_name_birth_and_number_and_are_sealed() -> None:
    personal = {
        (form.name, item.name) for form in TRIAL.forms for item in form.items if item.personal
    }
    assert personal == {
        ("demographics", "name"),
        ("demographics", "date_of_birth"),
        ("demographics", "hospital_number"),
    }
    assert all(item(*place).sealed for place in personal)


def test_values_that_count_and_measure_have_a_unit_and_limits() -> None:
    for one in TRIAL.forms:
        for asked in one.items:
            if asked.type is ItemType.NUMBER:
                assert asked.unit, (one.name, asked.name)
                assert asked.minimum is not None, (one.name, asked.name)
                assert asked.maximum is not None, (one.name, asked.name)


# Items, lowest and highest answer: EORTC scoring manual; EuroQol's descriptive systems.
SCALES = [
    ("qlq_c30", [f"q{n}" for n in range(1, 29)], 1, 4),
    ("qlq_c30", ["q29", "q30"], 1, 7),
    ("qlq_br23", [f"q{n}" for n in range(31, 54)], 1, 4),
    ("eq5d_5l", ["mobility", "self_care", "usual_activities", "pain", "anxiety"], 1, 5),
    ("eq5d_3l", ["mobility", "self_care", "usual_activities", "pain", "anxiety"], 1, 3),
]


@pytest.mark.parametrize(("name", "items", "lowest", "highest"), SCALES)
def test_answers_of_a_questionnaire_are_the_numbers_of_its_scale(
    name: str, items: list[str], lowest: int, highest: int
) -> None:
    for asked in (item(name, one) for one in items):
        assert asked.type is ItemType.INTEGER
        assert asked.minimum is not None
        assert asked.maximum is not None
        assert (asked.minimum.value, asked.maximum.value) == (lowest, highest)


@pytest.mark.parametrize("name", ["qlq_c30", "qlq_br23", "eq5d_5l", "eq5d_3l"])
def test_a_questionnaire_is_marked_as_an_assumption_and_holds_no_licensed_text(name: str) -> None:
    """The record names no instrument; items of the EORTC are named by their number only."""
    questionnaire = form(name)
    assert questionnaire.assumed
    assert questionnaire.source == "unconfirmed"
    answers = [one for one in questionnaire.items if one.name.startswith("q")]
    assert all(one.title == f"item {one.name[1:]}" for one in answers)


def test_no_other_form_is_an_assumption() -> None:
    assumed = {form.name for form in TRIAL.forms if form.assumed}
    assert assumed == {"qlq_c30", "qlq_br23", "eq5d_5l", "eq5d_3l"}


def codes(name: str) -> list[str]:
    found = TRIAL.code_list(name)
    assert found is not None
    return [code.code for code in found.codes]


def test_versions_of_guidelines_are_those_that_the_rules_know() -> None:
    """What a laboratory states must be judged: the same names in the file and in ``specimens``."""
    assert codes("her2_guideline") == [
        f"asco_cap_{year}" for year in ("2007", "2013", "2018", "2023")
    ]
    assert set(codes("her2_guideline")) == set(HER2_GUIDELINES)
    assert set(codes("er_guideline")) == {version for _, version in HORMONE_RULES}


def test_scores_of_her2_are_0_to_3_plus_in_order() -> None:
    found = TRIAL.code_list("her2_ihc")
    assert found is not None
    assert found.ordered
    assert codes("her2_ihc") == ["0", "1+", "2+", "3+"] == [score.value for score in IhcScore]


def test_tracers_of_an_injection_are_those_of_the_protocol() -> None:
    assert codes("tracer") == [tracer.name for tracer in TRIAL.tracers]


# When an item must be there: by which item of the same form, with which values.
NEEDED = [
    ("administration", "glucose", "tracer", ("18F-FDG",)),
    ("administration", "fasted", "tracer", ("18F-FDG",)),
    ("administration", "antibody_mass", "tracer", ("89Zr-trastuzumab",)),
    ("administration", "on_trastuzumab", "tracer", ("89Zr-trastuzumab",)),
    ("administration", "weight_kg", "tracer", ("18F-FES", "89Zr-trastuzumab", "18F-FDG")),
    ("pathology", "her2_probe", "her2_ihc", ("2+",)),
    ("pathology", "er_percent", "tumour_present", ("yes",)),
    ("adverse_event", "seriousness", "serious", ("yes",)),
    ("survival_status", "died_on", "status", ("dead",)),
    ("progression", "progressed_on", "progressed", ("yes",)),
    ("her2_read", "lesion_class", "level", ("lesion",)),
    ("her2_read", "pattern", "level", ("subject",)),
]


@pytest.mark.parametrize(("name", "needed", "by", "values"), NEEDED)
def test_an_item_is_required_where_another_says_so(
    name: str, needed: str, by: str, values: tuple[str, ...]
) -> None:
    rule = OneOf(test="one_of", item=f"{name}.{by}", values=values)
    assert item(name, needed).required == rule


def seen_by(role: Role) -> set[str]:
    """Return the forms of which a role sees any item before anything is disclosed."""
    return {f.name for f in TRIAL.forms if any(sees(role, f, i, TRIAL) for i in f.items)}


def test_readers_see_images_and_reads_and_nothing_clinical() -> None:
    assert seen_by(Role.READER) == {
        "administration",
        "scan",
        "fdg_read",
        "bone_read",
        "early_fdg_read",
        "fes_read",
        "her2_read",
        "recist",
    }


@pytest.mark.parametrize("name", ["on_trastuzumab", "antibody_mass"])
def test_readers_do_not_see_whether_trastuzumab_is_given(name: str) -> None:
    """The antibody mass is 10 mg on therapy: it would tell."""
    injection = form("administration")
    assert not sees(Role.READER, injection, item("administration", name), TRIAL)
    assert sees(Role.TECHNOLOGIST, injection, item("administration", name), TRIAL)


def test_the_committee_sees_adverse_events_only() -> None:
    assert seen_by(Role.DMC_MEMBER) == {"adverse_event"}


UNBLINDING = {"fes_read", "her2_read", "early_fdg_read", "therapy_after_disclosure"}


@pytest.mark.parametrize("role", [Role.MONITOR, Role.STATISTICIAN, Role.SITE_NURSE])
def test_who_is_blinded_sees_neither_experimental_reads_nor_what_was_chosen_by_them(
    role: Role,
) -> None:
    assert seen_by(role).isdisjoint(UNBLINDING)


def test_the_oncologist_sees_experimental_reads_only_once_they_are_disclosed() -> None:
    assert seen_by(Role.ONCOLOGIST).isdisjoint({"fes_read", "her2_read", "early_fdg_read"})
    disclosed = frozenset({"experimental_reads"})
    for name in ("fes_read", "her2_read"):
        one = form(name)
        assert all(sees(Role.ONCOLOGIST, one, asked, TRIAL, disclosed) for asked in one.items)
    early = form("early_fdg_read")
    assert not any(sees(Role.ONCOLOGIST, early, i, TRIAL, disclosed) for i in early.items)


def test_only_those_who_meet_the_patient_or_keep_the_data_see_personal_data() -> None:
    assert set(TRIAL.visibility["personal"]) == {
        Role.SITE_NURSE,
        Role.ONCOLOGIST,
        Role.DATA_MANAGER,
    }


def test_everyone_who_may_fill_in_an_administration_sees_it_whole() -> None:
    injection = form("administration")
    for role in (Role.TECHNOLOGIST, Role.SITE_NURSE):
        assert all(sees(role, injection, asked, TRIAL) for asked in injection.items)
