"""Forms and their items, and the kinds of form whose items the program itself reads."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Discriminator, Field, Tag

from petrial.protocol.figures import Figure, Frozen, Name, Sentence
from petrial.protocol.rules import Rule

__all__ = ["KINDS", "Code", "CodeList", "Form", "FormKind", "Item", "ItemType", "Kind", "Needed"]


class ItemType(StrEnum):
    """What an item holds. Text is free text: it is sealed outside the chain and can be erased."""

    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CODE = "code"
    DATE = "date"
    MOMENT = "moment"
    LABEL = "label"
    TEXT = "text"


class FormKind(StrEnum):
    """What a form is about; it decides the table of a snapshot, and who may fill it in."""

    FINDING = "finding"
    ADMINISTRATION = "administration"
    SERIES = "series"
    READ = "read"
    PATHOLOGY = "pathology"
    SAMPLE = "sample"
    ASSAY = "assay"
    LABORATORY = "laboratory"
    TREATMENT = "treatment"
    INTENTION = "intention"
    ADVERSE_EVENT = "adverse_event"
    RESPONSE = "response"
    QUESTIONNAIRE = "questionnaire"
    RESOURCE = "resource"


class Code(Frozen):
    """One value of a code list."""

    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9+_.-]{1,40}$")]
    title: Sentence


class CodeList(Frozen):
    """A closed list of values, in its order where ``ordered``."""

    name: Name
    title: Sentence
    ordered: bool = False
    codes: tuple[Code, ...]
    source: Sentence


def _word_or_rule(value: object) -> str:
    return "word" if isinstance(value, str) else "rule"


Required = Annotated[
    Annotated[str, Field(pattern="^(always|never)$"), Tag("word")] | Annotated[Rule, Tag("rule")],
    Discriminator(_word_or_rule),
]


class Item(Frozen):
    """One thing that is asked.

    Attributes
    ----------
    name, title
        Its name and its question.
    type
        What it holds. A LABEL is a short identifier (batch, tube, UID) that names no person.
    unit
        UCUM unit; empty where there is none.
    minimum, maximum
        Values outside are refused, each limit with its source.
    codes
        The code list, for type CODE.
    required
        ``always``, ``never``, or a rule: when the form must hold it. An item of its own form in
        that rule is the one in the same filled-in form.
    personal
        Whether it tells who the subject is: sealed, never exported, never in a snapshot.
    group
        Who may see it, where that differs from the form's group.
    """

    name: Name
    title: Sentence
    type: ItemType
    unit: str = ""
    minimum: Figure | None = None
    maximum: Figure | None = None
    codes: Name | None = None
    required: Required = "never"
    personal: bool = False
    group: Name | None = None
    note: str = ""

    @property
    def sealed(self) -> bool:
        """Whether its values live outside the chain."""
        return self.personal or self.type is ItemType.TEXT


class Form(Frozen):
    """A set of items that is filled in together.

    Attributes
    ----------
    group
        Visibility group: who may see what it holds (``Protocol.visibility``).
    repeats
        Whether it may be filled in several times at one event, such as one for each sample.
    assumed
        Whether the trial record does not ask for it, so that it is an assumption of this file.
    """

    name: Name
    title: Sentence
    kind: FormKind
    group: Name
    repeats: bool = False
    assumed: bool = False
    items: tuple[Item, ...]
    source: Sentence
    note: str = ""

    def item(self, name: str) -> Item | None:
        """Return the item of this name."""
        return next((item for item in self.items if item.name == name), None)


@dataclass(frozen=True, slots=True)
class Needed:
    """An item that the program reads from forms of a kind."""

    name: str
    type: ItemType
    unit: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Kind:
    """What forms of a kind have in common: the snapshot's table, its sentence, items needed.

    ``read`` are items that the program reads where a form has them.
    """

    table: str
    sentence: str
    needed: tuple[Needed, ...] = ()
    read: tuple[Needed, ...] = ()


_DAY, _MOMENT = ItemType.DATE, ItemType.MOMENT
_NUMBER, _LABEL, _CODE = ItemType.NUMBER, ItemType.LABEL, ItemType.CODE

KINDS: Final[dict[FormKind, Kind]] = {
    FormKind.FINDING: Kind("findings", "What was found or asked, one row for each item."),
    FormKind.ADMINISTRATION: Kind(
        "administrations",
        "One row for each tracer injection.",
        (
            Needed("tracer", _CODE, "", "the tracer, by its name in the protocol"),
            Needed("activity_mbq", _NUMBER, "MBq", "activity in the syringe"),
            Needed("measured_at", _MOMENT, "", "when it was measured"),
            Needed("residual_mbq", _NUMBER, "MBq", "activity left in the syringe"),
            Needed("residual_at", _MOMENT, "", "when that was measured"),
            Needed("injected_at", _MOMENT, "", "when it was injected"),
            Needed("batch", _LABEL, "", "the batch of the tracer"),
            Needed("weight_kg", _NUMBER, "kg", "body weight on the day"),
        ),
        (
            Needed("glucose", _NUMBER, "mmol/L", "blood glucose, against the tracer's maximum"),
            Needed("fasted", _NUMBER, "h", "time without food, against what the tracer asks"),
            Needed("antibody_mass", _NUMBER, "mg", "antibody given, against the tracer's mass"),
        ),
    ),
    FormKind.SERIES: Kind(
        "series",
        "One row for each image series.",
        (
            Needed("scan_started_at", _MOMENT, "", "when the scan started"),
            Needed("scan_ended_at", _MOMENT, "", "when the scan ended"),
            Needed("tracer", _CODE, "", "the tracer; none for CT"),
        ),
    ),
    FormKind.READ: Kind("reads", "One row for each read of a scan, or of a lesion in it."),
    FormKind.PATHOLOGY: Kind(
        "pathology",
        "One row for each specimen and laboratory.",
        (
            Needed("sampled_on", _DAY, "", "when the tissue was taken"),
            Needed("laboratory", _CODE, "", "who judged it: the local or the central laboratory"),
        ),
    ),
    FormKind.SAMPLE: Kind(
        "samples",
        "One row for each tube or block.",
        (
            Needed("sample", _LABEL, "", "its label"),
            Needed("collected_at", _MOMENT, "", "when it was taken"),
        ),
    ),
    FormKind.ASSAY: Kind(
        "assays",
        "One row for each result of a sample.",
        (Needed("sample", _LABEL, "", "the label of the sample"),),
    ),
    FormKind.LABORATORY: Kind(
        "laboratory",
        "One row for each blood test.",
        (Needed("sampled_on", _DAY, "", "when the blood was taken"),),
    ),
    FormKind.TREATMENT: Kind(
        "treatments",
        "One row for each drug or treatment.",
        (
            Needed("drug_class", _CODE, "", "class of the drug"),
            Needed("started_on", _DAY, "", "first day"),
            Needed("stopped_on", _DAY, "", "last day, none while it goes on"),
        ),
    ),
    FormKind.INTENTION: Kind(
        "intentions", "One row for each therapy that an oncologist intended, with the reason."
    ),
    FormKind.ADVERSE_EVENT: Kind(
        "events",
        "One row for each adverse event.",
        (
            Needed("started_on", _DAY, "", "first day"),
            Needed("serious", ItemType.BOOLEAN, "", "whether it is serious"),
            Needed("aware_at", _MOMENT, "", "when the site learnt of it: the clock starts"),
            Needed("reported_at", _MOMENT, "", "when it was reported"),
        ),
    ),
    FormKind.RESPONSE: Kind(
        "responses",
        "One row for each assessment or measured lesion.",
        (Needed("assessed_on", _DAY, "", "when it was assessed"),),
    ),
    FormKind.QUESTIONNAIRE: Kind(
        "questionnaires",
        "One row for each answered questionnaire.",
        (Needed("answered_on", _DAY, "", "when it was answered"),),
    ),
    FormKind.RESOURCE: Kind(
        "resource_use",
        "One row for each use of care.",
        (
            Needed("used_on", _DAY, "", "when"),
            Needed("resource", _CODE, "", "what was used"),
            Needed("amount", _NUMBER, "", "how much, in the unit of the resource"),
        ),
    ),
}
"""Items that code reads by name. A protocol adds others to its forms as it likes."""
