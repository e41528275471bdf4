"""A trial as frozen data: what a protocol file holds, typed."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from petrial.protocol.events import Conflict, Ending, Event
from petrial.protocol.figures import Figure, Frozen, Name, Sentence
from petrial.protocol.forms import CodeList, Form, FormKind, Item
from petrial.protocol.rules import ItemPath, Rule

__all__ = [
    "FORMAT",
    "Antibody",
    "Consent",
    "Criterion",
    "CriterionKind",
    "Disclosure",
    "Identity",
    "Informing",
    "Outcome",
    "OutcomeKind",
    "Protocol",
    "Reading",
    "ReadingClass",
    "ResponseCriteria",
    "Role",
    "Site",
    "StudyTracer",
    "Threshold",
    "TracerUse",
    "Uptake",
]

FORMAT: Final = 1
"""Version of the file's own structure."""


class Role(StrEnum):
    """Who someone is in a trial."""

    SITE_NURSE = "site-nurse"
    TECHNOLOGIST = "technologist"
    READER = "reader"
    ONCOLOGIST = "oncologist"
    LABORATORY = "laboratory"
    DATA_MANAGER = "data-manager"
    MONITOR = "monitor"
    STATISTICIAN = "statistician"
    DMC_MEMBER = "dmc-member"
    ADMINISTRATOR = "administrator"


class Identity(Frozen):
    """What the trial is, as its register says."""

    name: Name
    registration: str
    acronym: Sentence
    title: Sentence
    sponsor: Sentence
    version: Annotated[str, Field(pattern=r"^\d+\.\d+(\.\d+)?$")]
    dated: date
    arms: int
    masking: Sentence
    purpose: Sentence
    enrolment: Figure
    enrolment_kind: Annotated[str, Field(pattern="^(actual|planned)$")]
    started_on: date | None = None
    completion: str = ""
    dmc: bool
    condition: Sentence
    source: Sentence


class Site(Frozen):
    """A hospital that takes part."""

    code: Name
    name: Sentence
    city: Sentence
    country: Sentence


class Uptake(Frozen):
    """Time from injection to scan: the wish and how far from it a scan may start."""

    target: Figure
    before: Figure
    after: Figure


class Antibody(Frozen):
    """Mass of antibody given with a tracer, for whom; ``tolerance`` is in percent of it."""

    mass: Figure
    tolerance: Figure | None = None
    when: Rule | None = None
    text: Sentence


class TracerUse(Frozen):
    """One occasion at which a tracer is given and scanned.

    Attributes
    ----------
    injection, scan
        Names of the events of injection and scan.
    injected, scanned
        Items that hold the moments of both.
    """

    injection: Name
    scan: Name
    injected: ItemPath
    scanned: ItemPath


class StudyTracer(Frozen):
    """A tracer as this trial uses it.

    Attributes
    ----------
    name
        ``18F-FES``; where ``petrial.protocol.tracers`` knows it, its methods are declared there.
    injection, scan
        Names of the events of injection and scan.
    injected, scanned
        Items that hold the moments of both.
    further
        Where it is given more than once: the later occasions; ``uses`` has all of them.
    activity
        Prescribed, with ``tolerance`` in percent of it; None where the site's own rule holds.
    effective_dose
        mSv per MBq, for the sum of each subject.
    glucose_maximum, fasting
        For FDG.
    molar_activity_minimum, extravasation
        Where the protocol states them.
    extravasated
        When activity counts as left beside the vein, judged over the filled-in administration.
    """

    name: Sentence
    nuclide: Sentence
    target: Sentence
    injection: Name
    scan: Name
    injected: ItemPath
    scanned: ItemPath
    further: tuple[TracerUse, ...] = ()
    activity: Figure | None
    tolerance: Figure | None
    uptake: Uptake
    effective_dose: Figure | None
    antibody: tuple[Antibody, ...] = ()
    molar_activity_minimum: Figure | None = None
    glucose_maximum: Figure | None = None
    fasting: Figure | None = None
    extravasation: str = ""
    extravasated: Rule | None = None
    note: str = ""

    @property
    def uses(self) -> tuple[TracerUse, ...]:
        """All occasions at which it is given and scanned, the first one first."""
        first = TracerUse(
            injection=self.injection,
            scan=self.scan,
            injected=self.injected,
            scanned=self.scanned,
        )
        return (first, *self.further)


class Consent(Frozen):
    """Something a subject is asked to agree to."""

    name: Name
    text: Sentence
    required: bool
    source: Sentence


class CriterionKind(StrEnum):
    """Whether a criterion lets in or keeps out."""

    INCLUSION = "inclusion"
    EXCLUSION = "exclusion"


class Informing(Frozen):
    """A rule that is shown beside a verdict and never overrules it."""

    text: Sentence
    rule: Rule
    source: Sentence


class Criterion(Frozen):
    """One criterion of the trial record; an exclusion criterion that is met keeps out."""

    number: Annotated[str, Field(pattern=r"^[IE]\d{1,2}$")]
    kind: CriterionKind
    text: Sentence
    rule: Rule
    informed_by: tuple[Informing, ...] = ()
    source: Sentence


class ReadingClass(Frozen):
    """One value of a reading scale."""

    code: Sentence
    title: Sentence
    verdict: Annotated[str, Field(pattern="^(positive|negative|equivocal|not-assessable)$")]


class Threshold(Frozen):
    """A published cut-off, by the name and population it was found in."""

    name: Name
    measure: Sentence
    figure: Figure
    population: Sentence
    excluded_organs: tuple[str, ...] = ()
    default: bool = False


class Reading(Frozen):
    """How scans of one tracer are read."""

    tracer: Sentence
    level: Annotated[str, Field(pattern="^(lesion|subject)$")]
    scale: tuple[ReadingClass, ...]
    thresholds: tuple[Threshold, ...] = ()
    readers: Figure
    source: Sentence
    note: str = ""


class Disclosure(Frozen):
    """When an experimental result is shown to whom.

    Attributes
    ----------
    group
        Visibility group that is shown.
    to
        Roles to which it is shown.
    at
        The event at which it is.
    requires
        Forms that must be filled in before, such as the therapy that is intended without it.
    then
        Forms that may be filled in only after it, such as the therapy that is intended with it.
    """

    group: Name
    to: tuple[Role, ...]
    at: Name
    requires: tuple[Name, ...] = ()
    then: tuple[Name, ...] = ()
    source: Sentence


class ResponseCriteria(Frozen):
    """A set of response criteria with its figures."""

    name: Name
    title: Sentence
    level: Annotated[str, Field(pattern="^(lesion|subject)$")]
    figures: dict[Name, Figure]
    source: Sentence
    note: str = ""


class OutcomeKind(StrEnum):
    """Rank of an outcome."""

    PRIMARY = "primary"
    SECONDARY = "secondary"


class Outcome(Frozen):
    """One outcome of the trial record."""

    name: Name
    kind: OutcomeKind
    title: Sentence
    time_frame: str
    text: Sentence
    source: Sentence


class Protocol(Frozen):
    """A whole trial.

    Attributes
    ----------
    format
        Version of the file's structure.
    sources
        Sources by their key; a figure names one of them or says unconfirmed.
    ends
        What ends a subject's course beside withdrawal, a failed screening and completion.
    visibility
        For each group of items the roles that see them always. Whom ``disclosures`` names sees
        them from then on.
    parameters
        Other figures that analyses take from the protocol, by name, such as a cut-off of a
        receptor.
    """

    format: Annotated[int, Field(ge=FORMAT, le=FORMAT)]
    identity: Identity
    sources: dict[Name, Sentence]
    sites: tuple[Site, ...]
    tracers: tuple[StudyTracer, ...] = ()
    consents: tuple[Consent, ...]
    criteria: tuple[Criterion, ...]
    events: tuple[Event, ...]
    conflicts: tuple[Conflict, ...] = ()
    ends: tuple[Ending, ...] = ()
    code_lists: tuple[CodeList, ...]
    forms: tuple[Form, ...]
    visibility: dict[Name, tuple[Role, ...]]
    disclosures: tuple[Disclosure, ...] = ()
    serious_report: Figure | None = None
    readings: tuple[Reading, ...] = ()
    response: tuple[ResponseCriteria, ...] = ()
    outcomes: tuple[Outcome, ...]
    parameters: dict[Name, Figure] = Field(default_factory=dict)

    def form(self, name: str) -> Form | None:
        """Return the form of this name."""
        return next((form for form in self.forms if form.name == name), None)

    def event(self, name: str) -> Event | None:
        """Return the event of this name."""
        return next((event for event in self.events if event.name == name), None)

    def tracer(self, name: str) -> StudyTracer | None:
        """Return the tracer of this name."""
        return next((tracer for tracer in self.tracers if tracer.name == name), None)

    def site(self, code: str) -> Site | None:
        """Return the site of this code."""
        return next((site for site in self.sites if site.code == code), None)

    def consent(self, name: str) -> Consent | None:
        """Return the consent of this name."""
        return next((consent for consent in self.consents if consent.name == name), None)

    def code_list(self, name: str) -> CodeList | None:
        """Return the code list of this name."""
        return next((codes for codes in self.code_lists if codes.name == name), None)

    def item(self, form: str, name: str) -> Item | None:
        """Return an item by the name of its form and its own."""
        found = self.form(form)
        return None if found is None else found.item(name)

    def forms_of(self, kind: FormKind) -> tuple[Form, ...]:
        """Return all forms of a kind."""
        return tuple(form for form in self.forms if form.kind is kind)
