"""A record of a register begins a protocol, and what it does not say is never taken as said."""

from typing import Any

import pytest
from pydantic import ValidationError

from made_record import made_record
from petrial.protocol.check import problems_of
from petrial.protocol.model import Protocol
from petrial.protocol.registry import RegistryDraft, draft_from_registry
from petrial.protocol.registry_text import criteria_texts
from petrial.vocabulary.errors import ReadError


def without(*paths: str) -> dict[str, Any]:
    """Return the record without what stands at some paths of its ``protocolSection``."""
    record = made_record()
    for path in paths:
        part: Any = record["protocolSection"]
        *steps, last = path.split(".")
        for step in steps:
            part = part[step]
        del part[last]
    return record


def part(draft: RegistryDraft, *steps: str | int) -> Any:  # noqa: ANN401  any part of plain data
    found: Any = draft.protocol
    for step in steps:
        found = found[step]
    return found


def said(draft: RegistryDraft, place: str) -> list[str]:
    return [sentence for sentence in draft.to_add if sentence.startswith(place)]


DRAFT = draft_from_registry(made_record())


def test_the_identity_is_that_of_the_record() -> None:
    """NCT01957332: 217 enrolled, actual; start 30 August 2013; completion expected October 2027."""
    identity = part(DRAFT, "identity")
    assert identity == {
        "name": "impact_mbc",
        "registration": "NCT01957332",
        "acronym": "IMPACT-MBC",
        "title": "Imaging patients for cancer drug selection",
        "sponsor": "University Medical Center Groningen",
        "version": "0.1",
        "dated": "2024-05-21",
        "arms": 1,
        "masking": "none (open label)",
        "purpose": "diagnostic",
        "enrolment": {"value": 217, "unit": "1", "source": "record"},
        "enrolment_kind": "actual",
        "started_on": "2013-08-30",
        "completion": "2027-10, estimated",
        "dmc": True,
        "condition": "Metastatic Breast Cancer",
        "source": "record",
    }


def test_sites_come_from_the_locations_with_codes_of_their_own() -> None:
    assert part(DRAFT, "sites", 1) == {
        "code": "groningen",
        "name": "University Medical Center Groningen",
        "city": "Groningen",
        "country": "Netherlands",
    }
    record = made_record()
    locations = record["protocolSection"]["contactsLocationsModule"]["locations"]
    locations.append({"facility": "OLVG", "city": "Amsterdam"})
    draft = draft_from_registry(record)
    assert [site["code"] for site in part(draft, "sites")] == [
        "amsterdam",
        "groningen",
        "nijmegen",
        "amsterdam_2",
    ]
    assert part(draft, "sites", 3, "country") == "TO ADD: the country"
    assert said(draft, "sites.amsterdam_2.country")


def test_criteria_keep_their_texts_and_wait_for_their_rules() -> None:
    texts = {one["number"]: one["text"] for one in part(DRAFT, "criteria")}
    assert texts == {
        "I1": "First presentation of metastatic breast cancer",
        "I2": "Not rapidly progressive:; no significant worsening of symptoms in two weeks; "
        "with liver metastases no rise of ASAT or ALAT >= 50 %",
        "I3": "WHO performance status 0 - 2",
        "I4": "Age > 18 years",
        "E1": "Pregnancy or lactation",
        "E2": "Allergy to immunoglobulins",
    }
    assert said(DRAFT, "criteria: fields")[0].endswith("minimumAge 18 Years, sex ALL")


def test_outcomes_keep_rank_and_time_frame() -> None:
    assert [(o["name"], o["kind"], o["time_frame"]) for o in part(DRAFT, "outcomes")] == [
        ("therapy_response_per_patient", "primary", "8 weeks"),
        ("progression_free_survival", "secondary", "5 years"),
        ("quality_of_life", "secondary", ""),
    ]


def test_the_draft_is_typed_right_but_not_whole_and_each_criterion_is_named() -> None:
    """Its types allow it, so that one check names everything that is still to be added."""
    fields = {problem.field for problem in problems_of(Protocol.model_validate(DRAFT.protocol))}
    assert fields == {
        "consents.taking_part.text",
        "events",
        *(f"criteria.{number}.rule.item" for number in ("I1", "I2", "I3", "I4", "E1", "E2")),
    }


def test_what_no_record_holds_is_always_to_be_added() -> None:
    places = {sentence.partition(":")[0] for sentence in DRAFT.to_add}
    assert places == {
        "identity.version and identity.dated",
        "tracers",
        "criteria",
        "consents",
        "events",
        "conflicts",
        "code_lists and forms",
        "visibility and disclosures",
        "serious_report",
        "readings",
        "response",
    }
    assert said(DRAFT, "tracers")[0].endswith("FES-PET; 89Zr-trastuzumab PET")


MODULES = {
    "identificationModule": "identity.title",
    "statusModule": "identity.started_on",
    "sponsorCollaboratorsModule": "identity.sponsor",
    "oversightModule": "identity.dmc",
    "conditionsModule": "identity.condition",
    "designModule": "identity.enrolment",
    "armsInterventionsModule": "tracers",
    "outcomesModule": "outcomes",
    "eligibilityModule": "criteria",
    "contactsLocationsModule": "sites",
}


@pytest.mark.parametrize("module", MODULES)
def test_a_missing_module_is_said_and_the_draft_does_not_pass(module: str) -> None:
    draft = draft_from_registry(without(module))
    assert said(draft, MODULES[module])
    if module == "armsInterventionsModule":  # a single group is one arm, and tracers are optional
        assert part(draft, "identity", "arms") == 1
        assert faults(draft)
    else:
        assert faults(draft) - faults(DRAFT)


def faults(draft: RegistryDraft) -> set[str]:
    """Return the places that reading the draft or checking it names."""
    try:
        protocol = Protocol.model_validate(draft.protocol)
    except ValidationError as refusal:
        return {".".join(map(str, error["loc"])) for error in refusal.errors()}
    return {problem.field for problem in problems_of(protocol)}


def test_an_empty_record_gives_nothing_but_places_to_fill() -> None:
    draft = draft_from_registry({"protocolSection": {}})
    identity = part(draft, "identity")
    assert identity["title"] == "TO ADD: the title"
    assert {"enrolment", "enrolment_kind", "dated", "arms", "dmc", "started_on"}.isdisjoint(
        identity
    )
    assert part(draft, "criteria") == part(draft, "sites") == part(draft, "outcomes") == []
    for place in ("identity.registration", "identity.arms", "identity.masking", "identity.purpose"):
        assert said(draft, place)
    with pytest.raises(ValidationError):
        Protocol.model_validate(draft.protocol)


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("statusModule.startDateStruct.date", "2013-08", "identity.started_on"),
        ("statusModule.startDateStruct.date", "2013-08-32", "identity.started_on"),
        ("designModule.enrollmentInfo.type", "OTHER", "identity.enrolment_kind"),
    ],
)
def test_what_is_only_half_said_is_left_out_and_told(path: str, value: str, sentence: str) -> None:
    record = made_record()
    place: Any = record["protocolSection"]
    *steps, last = path.split(".")
    for step in steps:
        place = place[step]
    place[last] = value
    draft = draft_from_registry(record)
    assert sentence.removeprefix("identity.") not in part(draft, "identity")
    assert said(draft, sentence)


def test_an_estimated_number_is_planned_and_not_actual() -> None:
    record = made_record()
    record["protocolSection"]["designModule"]["enrollmentInfo"]["type"] = "ESTIMATED"
    assert part(draft_from_registry(record), "identity", "enrolment_kind") == "planned"


def test_who_is_blinded_is_said() -> None:
    record = made_record()
    record["protocolSection"]["designModule"]["designInfo"]["maskingInfo"] = {
        "masking": "DOUBLE",
        "whoMasked": ["PARTICIPANT", "OUTCOMES_ASSESSOR"],
    }
    assert part(draft_from_registry(record), "identity", "masking") == (
        "double: participant, outcomes assessor"
    )


def test_arms_are_counted_or_taken_from_a_single_group() -> None:
    record = made_record()
    arms = record["protocolSection"]["armsInterventionsModule"]["armGroups"]
    arms.append({"label": "Control"})
    assert part(draft_from_registry(record), "identity", "arms") == 2
    record = without("armsInterventionsModule.armGroups")
    assert part(draft_from_registry(record), "identity", "arms") == 1


def test_several_primary_outcomes_and_others_are_for_a_person_to_rank() -> None:
    record = made_record()
    outcomes = record["protocolSection"]["outcomesModule"]
    outcomes["primaryOutcomes"].append({"measure": "Cost"})
    outcomes["otherOutcomes"] = [{"measure": "Speed"}]
    assert said(draft_from_registry(record), "outcomes") == [
        "outcomes: exactly one is primary; the record has 2: therapy_response_per_patient, cost",
        "outcomes: neither primary nor secondary in the record: Speed",
    ]


def test_more_criteria_than_numbers_are_told() -> None:
    record = made_record()
    text = "Inclusion Criteria:\n" + "\n".join(f"* rule {n}" for n in range(1, 102))
    record["protocolSection"]["eligibilityModule"]["eligibilityCriteria"] = text
    draft = draft_from_registry(record)
    assert len(part(draft, "criteria")) == 99
    assert said(draft, "criteria: more") == ["criteria: more than 99: 'rule 100', 'rule 101'"]


def test_criteria_without_headings_are_not_sorted_by_guess() -> None:
    record = made_record()
    record["protocolSection"]["eligibilityModule"]["eligibilityCriteria"] = "Adults, no pregnancy"
    draft = draft_from_registry(record)
    assert part(draft, "criteria") == []
    assert said(draft, "criteria: what")[0].endswith(": Adults, no pregnancy")


@pytest.mark.parametrize(
    ("text", "inclusion", "exclusion", "other"),
    [
        ("Key Inclusion Criteria\n- a\n- b", ("a", "b"), (), ()),
        ("**INCLUSION CRITERIA:**\na\nb\n**EXCLUSION CRITERIA:**\nc", ("a", "b"), ("c",), ()),
        ("Inclusion Criteria:\nAll of:\n(1) a\n(2) b", ("a", "b"), (), ("All of:",)),
        ("Inclusion Criteria:\n* a\n\t- b\n  - c\n* d", ("a; b; c", "d"), (), ()),
        ("Inclusion Criteria:\r\n* a\r\n  more\r\n", ("a more",), (), ()),
        ("Exclusion Criteria:\n• a \\[1\\]", (), ("a [1]",), ()),
        ("", (), (), ()),
    ],
)
def test_criteria_are_taken_apart_at_their_bullets(
    text: str, inclusion: tuple[str, ...], exclusion: tuple[str, ...], other: tuple[str, ...]
) -> None:
    found = criteria_texts(text)
    assert (found.inclusion, found.exclusion, found.other) == (inclusion, exclusion, other)


@pytest.mark.parametrize(
    ("record", "field"),
    [
        ({}, "protocolSection"),
        ({"studies": []}, "protocolSection"),
        ({"FullStudiesResponse": {}}, "protocolSection"),
        ({"protocolSection": []}, "protocolSection"),
        ({"protocolSection": {"identificationModule": {"nctId": 5}}}, "identificationModule.nctId"),
        ({"protocolSection": {"statusModule": "x"}}, "statusModule.lastUpdateSubmitDate"),
        (
            {"protocolSection": {"designModule": {"enrollmentInfo": {"count": True}}}},
            "designModule.enrollmentInfo.count",
        ),
        (
            {"protocolSection": {"contactsLocationsModule": {"locations": ["x"]}}},
            "contactsLocationsModule.locations",
        ),
    ],
)
def test_what_is_no_record_of_this_version_is_refused(record: dict[str, Any], field: str) -> None:
    with pytest.raises(ReadError) as refusal:
        draft_from_registry(record)
    assert refusal.value.problem.field == field
    assert refusal.value.problem.do.startswith("save the record")
