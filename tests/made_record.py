"""A record of ClinicalTrials.gov, version 2, made by hand from facts of NCT01957332.

Field names as in its interface's study data structure. The number of subjects, the days, the
design, the tracers and the outcomes are those of the record; most sentences are shortened.
"""

from typing import Any

__all__ = ["made_record"]

_CRITERIA = """Inclusion Criteria:

* First presentation of metastatic breast cancer
* Not rapidly progressive:

  * no significant worsening of symptoms in two weeks
  * with liver metastases no rise of ASAT or ALAT \\>= 50 %
* WHO performance status 0 - 2
* Age \\> 18 years

Exclusion Criteria:

1. Pregnancy or lactation
2. Allergy to
   immunoglobulins
"""


def made_record() -> dict[str, Any]:
    """Return the record, new at each call, to be changed by a test."""
    return {
        "protocolSection": {
            "identificationModule": {
                "nctId": "NCT01957332",
                "orgStudyIdInfo": {"id": "IMPACT-MBC"},
                "briefTitle": "Imaging for drug selection",
                "officialTitle": "Imaging patients for cancer drug selection",
                "acronym": "IMPACT-MBC",
            },
            "statusModule": {
                "overallStatus": "ACTIVE_NOT_RECRUITING",
                "startDateStruct": {"date": "2013-08-30", "type": "ACTUAL"},
                "completionDateStruct": {"date": "2027-10", "type": "ESTIMATED"},
                "lastUpdateSubmitDate": "2024-05-21",
            },
            "sponsorCollaboratorsModule": {
                "leadSponsor": {"name": "University Medical Center Groningen", "class": "OTHER"}
            },
            "oversightModule": {"oversightHasDmc": True},
            "conditionsModule": {"conditions": ["Metastatic Breast Cancer"]},
            "designModule": {
                "studyType": "INTERVENTIONAL",
                "designInfo": {
                    "allocation": "NA",
                    "interventionModel": "SINGLE_GROUP",
                    "primaryPurpose": "DIAGNOSTIC",
                    "maskingInfo": {"masking": "NONE"},
                },
                "enrollmentInfo": {"count": 217, "type": "ACTUAL"},
            },
            "armsInterventionsModule": {
                "armGroups": [{"label": "Imaging", "type": "EXPERIMENTAL"}],
                "interventions": [
                    {"type": "DRUG", "name": "FES-PET"},
                    {"type": "DRUG", "name": "89Zr-trastuzumab PET"},
                ],
            },
            "outcomesModule": _outcomes(),
            "eligibilityModule": {
                "eligibilityCriteria": _CRITERIA,
                "sex": "ALL",
                "minimumAge": "18 Years",
                "stdAges": ["ADULT", "OLDER_ADULT"],
            },
            "contactsLocationsModule": {
                "locations": [
                    _location("VU University Medical Center", "Amsterdam"),
                    _location("University Medical Center Groningen", "Groningen"),
                    _location("Radboud University Medical Center", "Nijmegen"),
                ]
            },
        },
        "hasResults": False,
    }


def _outcomes() -> dict[str, Any]:
    return {
        "primaryOutcomes": [
            {
                "measure": "Therapy response per patient",
                "description": "Response of each patient and of each metastasis.",
                "timeFrame": "8 weeks",
            }
        ],
        "secondaryOutcomes": [
            {"measure": "Progression-free survival", "timeFrame": "5 years"},
            {"measure": "Quality of life", "description": "By questionnaires.", "timeFrame": ""},
        ],
    }


def _location(facility: str, city: str) -> dict[str, str]:
    return {"facility": facility, "city": city, "country": "Netherlands"}
