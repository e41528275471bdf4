"""Which role may do what: one table for acts, one for forms."""

from enum import StrEnum
from typing import Final

from petrial.protocol.forms import FormKind
from petrial.protocol.model import Role

__all__ = [
    "AFTER_ERASURE",
    "AFTER_WITHDRAWAL",
    "CLINICAL",
    "FILLING",
    "FILLS",
    "IMPORTS",
    "OF_STUDY",
    "PERMITTED",
    "Act",
]


class Act(StrEnum):
    """Every act of a trial."""

    FOUND = "found"
    GRANT = "grant"
    END_GRANT = "end-grant"
    ADOPT = "adopt"
    REGISTER = "register"
    CONSENT = "consent"
    SCREEN = "screen"
    ENROL = "enrol"
    WITHDRAW = "withdraw"
    COMPLETE = "complete"
    RECORD = "record"
    ADMINISTER = "register-administration"
    REGISTER_SAMPLE = "register-sample"
    REGISTER_RESULT = "register-result"
    TREAT = "start-treatment"
    CHANGE_TREATMENT = "change-treatment"
    REPORT = "report-adverse-event"
    CORRECT = "correct"
    OPEN_QUERY = "open-query"
    ANSWER_QUERY = "answer-query"
    CLOSE_QUERY = "close-query"
    SIGN = "sign"
    LOCK = "lock"
    UNLOCK = "unlock"
    RECEIVE_BATCH = "receive-batch"
    RELEASE_BATCH = "release-batch"
    REJECT_BATCH = "reject-batch"
    DISCLOSE = "disclose"
    DRAFT_PLAN = "draft-plan"
    LOCK_PLAN = "lock-plan"
    UNBLIND = "unblind"
    ERASE = "erase"
    IMPORT = "import"
    EXPORT = "export"
    SNAPSHOT = "snapshot"
    AUDIT = "audit"
    SEE = "see"


_NURSE, _TECHNOLOGIST, _READER = Role.SITE_NURSE, Role.TECHNOLOGIST, Role.READER
_ONCOLOGIST, _LABORATORY, _MANAGER = Role.ONCOLOGIST, Role.LABORATORY, Role.DATA_MANAGER
_MONITOR, _STATISTICIAN, _ADMINISTRATOR = Role.MONITOR, Role.STATISTICIAN, Role.ADMINISTRATOR
_WHO_FILLS: Final = (_NURSE, _TECHNOLOGIST, _READER, _ONCOLOGIST, _LABORATORY, _MANAGER)

FILLS: Final[dict[FormKind, tuple[Role, ...]]] = {
    FormKind.FINDING: (_NURSE, _ONCOLOGIST, _MANAGER),
    FormKind.ADMINISTRATION: (_TECHNOLOGIST, _NURSE),
    FormKind.SERIES: (_TECHNOLOGIST,),
    FormKind.READ: (_READER,),
    FormKind.PATHOLOGY: (_LABORATORY, _NURSE, _MANAGER),
    FormKind.SAMPLE: (_NURSE, _LABORATORY),
    FormKind.ASSAY: (_LABORATORY,),
    FormKind.LABORATORY: (_NURSE, _LABORATORY, _MANAGER),
    FormKind.TREATMENT: (_NURSE, _ONCOLOGIST),
    FormKind.INTENTION: (_ONCOLOGIST,),
    FormKind.ADVERSE_EVENT: (_NURSE, _ONCOLOGIST),
    FormKind.RESPONSE: (_READER, _ONCOLOGIST),
    FormKind.QUESTIONNAIRE: (_NURSE, _MANAGER),
    FormKind.RESOURCE: (_NURSE, _MANAGER),
}
"""Who may fill in and correct forms of a kind."""

IMPORTS: Final = frozenset(FormKind) - {FormKind.READ, FormKind.INTENTION}
"""Kinds of forms whose values an import adds to and replaces, whoever fills them in otherwise: it
takes in a trial that has already run, or what a central laboratory sends. A read and an intention
are somebody's own judgement: an import states them where nothing is stated yet, and never anew."""

AFTER_WITHDRAWAL: Final = frozenset({FormKind.ADVERSE_EVENT})
"""Kinds of forms in which new values are stated after a withdrawal: safety is followed up."""

FILLING: Final[dict[FormKind, Act]] = {
    FormKind.ADMINISTRATION: Act.ADMINISTER,
    FormKind.SAMPLE: Act.REGISTER_SAMPLE,
    FormKind.ASSAY: Act.REGISTER_RESULT,
    FormKind.PATHOLOGY: Act.REGISTER_RESULT,
    FormKind.LABORATORY: Act.REGISTER_RESULT,
    FormKind.TREATMENT: Act.TREAT,
    FormKind.ADVERSE_EVENT: Act.REPORT,
}
"""Forms whose filling in is an act of its own; of every other form it is ``record``."""

PERMITTED: Final[dict[Act, tuple[Role, ...]]] = {
    Act.FOUND: (_ADMINISTRATOR,),
    Act.GRANT: (_ADMINISTRATOR,),
    Act.END_GRANT: (_ADMINISTRATOR,),
    Act.ADOPT: (_ADMINISTRATOR,),
    Act.REGISTER: (_NURSE, _ONCOLOGIST, _MANAGER),
    Act.CONSENT: (_NURSE, _ONCOLOGIST),
    Act.SCREEN: (_NURSE, _ONCOLOGIST),
    Act.ENROL: (_NURSE, _ONCOLOGIST),
    Act.WITHDRAW: (_NURSE, _ONCOLOGIST),
    Act.COMPLETE: (_NURSE, _ONCOLOGIST, _MANAGER),
    Act.RECORD: (_NURSE, _TECHNOLOGIST, _READER, _ONCOLOGIST, _MANAGER),
    Act.ADMINISTER: FILLS[FormKind.ADMINISTRATION],
    Act.REGISTER_SAMPLE: FILLS[FormKind.SAMPLE],
    Act.REGISTER_RESULT: (_NURSE, _LABORATORY, _MANAGER),
    Act.TREAT: FILLS[FormKind.TREATMENT],
    Act.CHANGE_TREATMENT: FILLS[FormKind.TREATMENT],
    Act.REPORT: FILLS[FormKind.ADVERSE_EVENT],
    Act.CORRECT: _WHO_FILLS,
    Act.OPEN_QUERY: (_MANAGER, _MONITOR),
    Act.ANSWER_QUERY: (_NURSE, _TECHNOLOGIST, _READER, _ONCOLOGIST, _LABORATORY),
    Act.CLOSE_QUERY: (_MANAGER, _MONITOR),
    Act.SIGN: (_NURSE, _TECHNOLOGIST, _READER, _ONCOLOGIST, _LABORATORY),
    Act.LOCK: (_MANAGER,),
    Act.UNLOCK: (_MANAGER,),
    Act.RECEIVE_BATCH: (_TECHNOLOGIST,),
    Act.RELEASE_BATCH: (_TECHNOLOGIST,),
    Act.REJECT_BATCH: (_TECHNOLOGIST,),
    Act.DISCLOSE: (_NURSE, _MANAGER),
    Act.DRAFT_PLAN: (_STATISTICIAN,),
    Act.LOCK_PLAN: (_STATISTICIAN,),
    Act.UNBLIND: (_STATISTICIAN,),
    Act.ERASE: (_ADMINISTRATOR,),
    Act.IMPORT: (_MANAGER,),
    Act.EXPORT: (_MANAGER, _STATISTICIAN, _MONITOR),
    Act.SNAPSHOT: (_MANAGER, _STATISTICIAN),
    Act.AUDIT: (_MANAGER, _MONITOR, _ADMINISTRATOR),
    Act.SEE: tuple(Role),
}
"""Who may do what. For acts on a form ``FILLS`` holds as well."""

OF_STUDY: Final = frozenset(
    {
        Act.FOUND,
        Act.GRANT,
        Act.END_GRANT,
        Act.ADOPT,
        Act.RECEIVE_BATCH,
        Act.RELEASE_BATCH,
        Act.REJECT_BATCH,
        Act.DRAFT_PLAN,
        Act.LOCK_PLAN,
        Act.UNBLIND,
        Act.SNAPSHOT,
    }
)
"""Acts that are recorded in the study's own chain; all others are acts on one subject."""

AFTER_ERASURE: Final = frozenset({Act.ERASE, Act.LOCK, Act.CLOSE_QUERY, Act.WITHDRAW, Act.COMPLETE})
"""Acts on a subject that remain when its texts were erased; they state no new text of it."""

CLINICAL: Final = frozenset({_NURSE, _ONCOLOGIST, _MANAGER, _MONITOR})
"""Roles that see clinical data; at one site nobody holds one of them and is a reader."""
