"""A protocol begun from a record of ClinicalTrials.gov, version 2, and what a person must add."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from petrial.protocol.figures import UNCONFIRMED
from petrial.protocol.model import FORMAT
from petrial.protocol.problems import RULE_TO_ADD, TO_ADD
from petrial.protocol.registry_text import criteria_texts, day_of, name_of, value_at, wrong
from petrial.vocabulary.errors import ReadError

__all__ = ["RegistryDraft", "draft_from_registry"]

_SOURCE: Final = "record"
_MOST_CRITERIA: Final = 99
"""A criterion has a number of at most two digits."""

_MASKING: Final = {"NONE": "none (open label)"}
_ENROLMENT: Final = {"ACTUAL": "actual", "ESTIMATED": "planned"}

_ALWAYS: Final = (
    "consents: what a subject is asked to agree to, and which of it is optional",
    "events: each visit, injection and scan with its window; which of them is study day 1",
    "conflicts: what must not come too close to what",
    "code_lists and forms: what is entered, with types, units, limits, and who sees it",
    "visibility and disclosures: which role sees which group of items, and who is blinded",
    "serious_report: within which time a serious adverse event is reported",
    "readings: how scans are read, by how many, with which thresholds",
    "response: the criteria of response with their figures",
)


@dataclass(frozen=True, slots=True)
class RegistryDraft:
    """A protocol that was begun.

    Attributes
    ----------
    protocol
        Content of a protocol file. It is not whole, and is refused until it is: what the record
        does not say is left out, or holds a text or a rule that the check names.
    to_add
        What a person must add or decide, in sentences that begin with its path.
    """

    protocol: dict[str, object]
    to_add: tuple[str, ...]


def draft_from_registry(record: Mapping[str, object]) -> RegistryDraft:
    """Return the protocol that a record of a register begins, and what a person must add.

    Parameters
    ----------
    record
        One study of ClinicalTrials.gov as its interface, version 2, gives it: an object with
        ``protocolSection``. Field names: https://clinicaltrials.gov/data-api/about-api.

    Raises
    ------
    ReadError
        It is no such record, or a field of it holds another kind of value than it should.
    """
    section = record.get("protocolSection")
    if not isinstance(section, Mapping):
        raise ReadError(
            where="record",
            field="protocolSection",
            got=", ".join(map(str, record)) or None,
            wanted="one study of ClinicalTrials.gov, version 2",
            do="save the record of one study as JSON from its page, or from /api/v2/studies/NCT...",
        )
    return _Draft(section).made()


T = TypeVar("T")


class _Draft:
    """What is taken from the modules of one record, and what was missing on the way."""

    def __init__(self, section: Mapping[str, object]) -> None:
        self.section = section
        self.to_add: list[str] = []

    def made(self) -> RegistryDraft:
        number = self.text("identificationModule.nctId")
        protocol: dict[str, object] = {
            "format": FORMAT,
            "identity": self.identity(number),
            "sources": {_SOURCE: f"ClinicalTrials.gov, record {number or 'without a number'}"},
            "sites": self.sites(),
            "tracers": self.tracers(),
            "consents": [
                {
                    "name": "taking_part",
                    "text": f"{TO_ADD}: what a subject agrees to by taking part",
                    "required": True,
                    "source": UNCONFIRMED,
                }
            ],
            "criteria": self.criteria(),
            "events": [],
            "code_lists": [],
            "forms": [],
            "visibility": {},
            "outcomes": self.outcomes(),
        }
        return RegistryDraft(protocol, (*self.to_add, *_ALWAYS))

    # what a record holds

    def value(self, path: str, kind: type[T], what: str) -> T | None:
        """Return the value at a path of the record, None where there is none."""
        return value_at(self.section, path, kind, what)

    def text(self, path: str) -> str:
        """Return the text at a path of the record, empty where there is none."""
        return " ".join((self.value(path, str, "a text") or "").split())

    def needed(self, path: str, place: str, what: str) -> str:
        """Return the text at a path, or one that says what to add, which is then in the list."""
        found = self.text(path)
        if found:
            return found
        self.to_add.append(f"{place}: {what}; the record has no {path}")
        return f"{TO_ADD}: {what}"

    def entries(self, path: str) -> list[Mapping[str, object]]:
        """Return the list of objects at a path of the record."""
        found = self.value(path, list, "a list") or []
        for entry in found:
            if not isinstance(entry, Mapping):
                raise wrong(path, entry, "a list of objects")
        return found

    # parts of the protocol

    def identity(self, number: str) -> dict[str, object]:
        if not number:
            self.to_add.append("identity.registration: the number in the register")
        acronym = self.text("identificationModule.acronym") or number
        title = self.text("identificationModule.officialTitle")
        if not title:
            title = self.needed("identificationModule.briefTitle", "identity.title", "the title")
        sponsor = "sponsorCollaboratorsModule.leadSponsor.name"
        return {
            "name": name_of(acronym, set(), "trial"),
            "registration": number,
            "acronym": acronym or f"{TO_ADD}: the short name",
            "title": title,
            "sponsor": self.needed(sponsor, "identity.sponsor", "the sponsor"),
            "version": "0.1",
            **self.dated(),
            **self.arms(),
            "masking": self.masking(),
            "purpose": _plain(
                self.needed(
                    "designModule.designInfo.primaryPurpose", "identity.purpose", "the purpose"
                )
            ),
            **self.enrolment(),
            **self.days(),
            **self.dmc(),
            "condition": self.conditions(),
            "source": _SOURCE,
        }

    def dated(self) -> dict[str, object]:
        for path in (
            "statusModule.lastUpdateSubmitDate",
            "statusModule.lastUpdatePostDateStruct.date",
        ):
            day = day_of(self.text(path))
            if day is not None:
                self.to_add.append(
                    "identity.version and identity.dated: those of the protocol itself; 0.1 and "
                    f"{day}, the record's last update, only hold their place"
                )
                return {"dated": day}
        self.to_add.append("identity.version and identity.dated: those of the protocol itself")
        return {}

    def arms(self) -> dict[str, object]:
        groups = self.entries("armsInterventionsModule.armGroups")
        if groups:
            return {"arms": len(groups)}
        if self.text("designModule.designInfo.interventionModel") == "SINGLE_GROUP":
            return {"arms": 1}
        self.to_add.append("identity.arms: the number of arms; the record lists none")
        return {}

    def masking(self) -> str:
        masking = self.needed(
            "designModule.designInfo.maskingInfo.masking", "identity.masking", "who is blinded"
        )
        who = self.value("designModule.designInfo.maskingInfo.whoMasked", list, "a list") or []
        words = _MASKING.get(masking, _plain(masking))
        masked = ", ".join(_plain(str(one)) for one in who)
        return f"{words}: {masked}" if masked else words

    def enrolment(self) -> dict[str, object]:
        found: dict[str, object] = {}
        count = self.value("designModule.enrollmentInfo.count", int, "a whole number")
        if count is None:
            self.to_add.append("identity.enrolment: how many subjects; the record has no count")
        else:
            found["enrolment"] = {"value": count, "unit": "1", "source": _SOURCE}
        kind = _ENROLMENT.get(self.text("designModule.enrollmentInfo.type"))
        if kind is None:
            self.to_add.append(
                "identity.enrolment_kind: whether that number was enrolled (actual) or is the aim "
                "(planned); the record does not say"
            )
        else:
            found["enrolment_kind"] = kind
        return found

    def days(self) -> dict[str, object]:
        found: dict[str, object] = {}
        start = self.text("statusModule.startDateStruct.date")
        day = day_of(start)
        if day is not None:
            found["started_on"] = day
        else:
            known = f"only {start}" if start else "nothing"
            self.to_add.append(f"identity.started_on: the day; the record says {known}")
        completion = self.text("statusModule.completionDateStruct.date")
        kind = self.text("statusModule.completionDateStruct.type").lower()
        found["completion"] = ", ".join(filter(None, (completion, kind)))
        return found

    def dmc(self) -> dict[str, object]:
        stated = self.value("oversightModule.oversightHasDmc", bool, "true or false")
        if stated is not None:
            return {"dmc": stated}
        self.to_add.append("identity.dmc: whether there is a data monitoring committee")
        return {}

    def conditions(self) -> str:
        found = self.value("conditionsModule.conditions", list, "a list") or []
        if found:
            return "; ".join(map(str, found))
        self.to_add.append("identity.condition: the condition; the record names none")
        return f"{TO_ADD}: the condition"

    def sites(self) -> list[dict[str, object]]:
        taken: set[str] = set()
        sites: list[dict[str, object]] = []
        for location in self.entries("contactsLocationsModule.locations"):
            stated = {key: value_at(location, key, str, "a text") for key in _SITE}
            code = name_of(stated["city"] or stated["facility"] or "", taken, "site")
            words = {}
            for key, (field, what) in _SITE.items():
                words[field] = stated[key] or f"{TO_ADD}: {what}"
                if not stated[key]:
                    self.to_add.append(f"sites.{code}.{field}: {what}; the record has none")
            sites.append({"code": code, **words})
        if not sites:
            self.to_add.append("sites: the hospitals that take part; the record lists none")
        return sites

    def tracers(self) -> list[object]:
        names = [
            value_at(one, "name", str, "a text") or "one without a name"
            for one in self.entries("armsInterventionsModule.interventions")
        ]
        named = (
            f"the record names these interventions: {'; '.join(names)}"
            if names
            else ("the record names no intervention")
        )
        self.to_add.append(
            "tracers: each with its nuclide, target, activity, uptake time and effective dose; "
            + named
        )
        return []

    def criteria(self) -> list[dict[str, object]]:
        found = criteria_texts(
            self.value("eligibilityModule.eligibilityCriteria", str, "a text") or ""
        )
        made: list[dict[str, object]] = []
        for kind, texts in (("inclusion", found.inclusion), ("exclusion", found.exclusion)):
            for number, text in enumerate(texts[:_MOST_CRITERIA], start=1):
                name = f"{kind[0].upper()}{number}"
                item = f"{RULE_TO_ADD}.{name.lower()}"
                rule = {"test": "stated", "item": item}
                made.append(
                    {"number": name, "kind": kind, "text": text, "rule": rule, "source": _SOURCE}
                )
            left = [f"'{text}'" for text in texts[_MOST_CRITERIA:]]
            if left:
                self.to_add.append(f"criteria: more than {_MOST_CRITERIA}: {', '.join(left)}")
        if made:
            names = ", ".join(str(one["number"]) for one in made)
            self.to_add.append(f"criteria: the rule of each ({names}), over items of the forms")
        else:
            self.to_add.append("criteria: all of them; the record has none under two headings")
        if found.other:
            said = " ".join(found.other)
            self.to_add.append(f"criteria: what the record says beside its lists: {said}")
        self.limits()
        return made

    def limits(self) -> None:
        """Say the fields of the record that stand beside its text of criteria."""
        fields = ("minimumAge", "maximumAge", "sex")
        stated = [(field, self.text(f"eligibilityModule.{field}")) for field in fields]
        said = [f"{field} {text}" for field, text in stated if text]
        if said:
            self.to_add.append(
                "criteria: fields of the record beside its text, to be compared with it: "
                + ", ".join(said)
            )

    def outcomes(self) -> list[dict[str, object]]:
        taken: set[str] = set()
        made: list[dict[str, object]] = []
        for kind in ("primary", "secondary"):
            for outcome in self.entries(f"outcomesModule.{kind}Outcomes"):
                stated = {
                    key: value_at(outcome, key, str, "a text") or ""
                    for key in ("measure", "description", "timeFrame")
                }
                title = stated["measure"] or f"{TO_ADD}: the outcome"
                made.append(
                    {
                        "name": name_of(stated["measure"], taken, "outcome"),
                        "kind": kind,
                        "title": title,
                        "time_frame": stated["timeFrame"],
                        "text": stated["description"] or title,
                        "source": _SOURCE,
                    }
                )
        self.ranks(made)
        return made

    def ranks(self, made: list[dict[str, object]]) -> None:
        """Say what a person must decide about the rank of the outcomes."""
        primary = [str(one["name"]) for one in made if one["kind"] == "primary"]
        if len(primary) != 1:
            names = f": {', '.join(primary)}" if primary else ""
            self.to_add.append(
                f"outcomes: exactly one is primary; the record has {len(primary)}{names}"
            )
        other = [
            value_at(one, "measure", str, "a text") or "one without a name"
            for one in self.entries("outcomesModule.otherOutcomes")
        ]
        if other:
            self.to_add.append(
                f"outcomes: neither primary nor secondary in the record: {'; '.join(other)}"
            )


_SITE: Final = {
    "facility": ("name", "the hospital"),
    "city": ("city", "the city"),
    "country": ("country", "the country"),
}


def _plain(word: str) -> str:
    """Return a word of the record's code lists as people write it; what is to be added stays."""
    return word if word.startswith(TO_ADD) else word.lower().replace("_", " ")
