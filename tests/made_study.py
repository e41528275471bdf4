"""Tables on a study: who may do and see what in IMPACT-MBC, and the keys of ``study.toml``."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from petrial.adapters.files.protocol import built_in_text, parse_protocol
from petrial.adapters.files.study_file import SiteSettings, StudySettings, TracerTimes
from petrial.conduct.permissions import FILLING, FILLS, PERMITTED, Act
from petrial.protocol.forms import Form, FormKind
from petrial.protocol.model import Role
from petrial.subjects import visibility

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = ["COMMANDS", "STUDY_TABLES"]

Table = tuple[tuple[str, ...], list[tuple[object, ...]]]

COMMANDS: dict[Act, tuple[str, ...]] = {
    Act.FOUND: ("study init",),
    Act.GRANT: ("study grant",),
    Act.END_GRANT: ("study end-grant",),
    Act.ADOPT: ("protocol adopt",),
    Act.REGISTER: ("subjects register",),
    Act.CONSENT: ("subjects consent",),
    Act.SCREEN: ("subjects screen",),
    Act.ENROL: ("subjects enrol",),
    Act.WITHDRAW: ("subjects withdraw",),
    Act.COMPLETE: ("subjects complete",),
    Act.RECORD: ("forms record",),
    Act.ADMINISTER: ("doses register",),
    Act.REGISTER_SAMPLE: ("samples register",),
    Act.REGISTER_RESULT: ("samples result",),
    Act.TREAT: ("treatments start",),
    Act.CHANGE_TREATMENT: ("treatments change",),
    Act.REPORT: ("safety report",),
    Act.CORRECT: ("forms correct",),
    Act.OPEN_QUERY: ("queries open", "queries reopen"),
    Act.ANSWER_QUERY: ("queries answer",),
    Act.CLOSE_QUERY: ("queries close",),
    Act.SIGN: ("forms sign",),
    Act.LOCK: ("forms lock",),
    Act.UNLOCK: ("forms unlock",),
    Act.RECEIVE_BATCH: ("doses receive",),
    Act.RELEASE_BATCH: ("doses release",),
    Act.REJECT_BATCH: ("doses reject",),
    Act.DISCLOSE: ("subjects disclose",),
    Act.DRAFT_PLAN: ("study draft-plan",),
    Act.LOCK_PLAN: ("study lock-plan",),
    Act.UNBLIND: ("study unblind",),
    Act.ERASE: ("subjects erase",),
    Act.IMPORT: ("data import",),
    Act.EXPORT: ("data export",),
    Act.SNAPSHOT: ("snapshots create",),
    Act.AUDIT: ("audit show", "audit verify", "audit seal"),
    Act.SEE: (
        "study info",
        "subjects list",
        "subjects show",
        "subjects due",
        "subjects deviations",
        "schedule show",
        "schedule propose",
        "forms show",
        "queries list",
        "doses list",
        "snapshots list",
        "snapshots verify",
        "data draft-map",
    ),
}
"""The commands by which each act is done; every act stands here, and the test says so."""

MEANINGS = {
    "study": "name of the study as it stands in each fact; it stays as it was made",
    "database": "where the ledger lies; see [databases](#databases)",
    "closed_weekdays": "days of the week on which no tracer is given and nothing is scanned",
    "closed_dates": "single days, such as holidays",
    "time_zone": "of the site's clocks, such as `Europe/Amsterdam`; needed with clock times",
    "injected_at": "clock time of the injection, such as `10:30:00`",
    "scan_minutes": "how long the scan takes",
    "calibrated_at": "clock time for which the activity is ordered",
    "calibrated_days_before": "how many days before the injection that is; 0 if absent",
    "residual_percent": "share of the activity that usually stays in the syringe",
}

YES = "yes"
LATER = "when disclosed"


def acts() -> Table:
    """Return who may do what."""
    return ("act", "command", *Role), [
        (act.value, _names(f"petrial {words}" for words in COMMANDS[act]), *_ticks(allowed))
        for act, allowed in PERMITTED.items()
    ]


def fillings() -> Table:
    """Return who fills in and corrects forms of which kind."""
    protocol = parse_protocol(built_in_text("impact-mbc"), "impact-mbc")
    roles = [role for role in Role if any(role in filled for filled in FILLS.values())]
    return ("kind of form", "forms of IMPACT-MBC", "act", *roles), [
        (
            kind.value,
            _names(form.name for form in protocol.forms_of(kind)),
            FILLING.get(kind, Act.RECORD).value,
            *_ticks(FILLS[kind], roles),
        )
        for kind in FormKind
    ]


def groups() -> Table:
    """Return who sees which group of items in IMPACT-MBC, always or once it is disclosed."""
    protocol = parse_protocol(built_in_text("impact-mbc"), "impact-mbc")
    later = {(one.group, role) for one in protocol.disclosures for role in one.to}
    return ("group", "forms", *Role), [
        (
            group,
            _names(_of_group(protocol.forms, group)),
            *(YES if r in seen else LATER if (group, r) in later else "" for r in Role),
        )
        for group, seen in protocol.visibility.items()
    ]


def own_forms() -> Table:
    """Return who sees what petrial itself states of a subject."""
    items = visibility._OWN_ITEMS  # noqa: SLF001  the table stands nowhere else
    forms = visibility._OWN_FORMS  # noqa: SLF001  as above
    rows = [(f"{form}.{item}", seen) for (form, item), seen in items.items()]
    rows += [(f"{form}, all else" if form == "@subject" else form, s) for form, s in forms.items()]
    return ("of the subject", *Role), [
        (f"`{name.removeprefix('@')}`", *_ticks(seen)) for name, seen in rows
    ]


def study_file() -> Table:
    """Return the keys of ``study.toml``."""
    places: tuple[tuple[str, type[BaseModel]], ...] = (
        ("above the first table", StudySettings),
        ("`[sites.CODE]`", SiteSettings),
        ('`[sites.CODE.tracers."TRACER"]`', TracerTimes),
    )
    return ("where", "key", "given", "what it is"), [
        (where, f"`{key}`", "needed" if field.is_required() else "if wanted", MEANINGS[key])
        for where, model in places
        for key, field in model.model_fields.items()
        if key not in {"sites", "tracers"}
    ]


def _of_group(forms: Iterable[Form], group: str) -> Iterator[str]:
    for form in forms:
        within = {item.group or form.group for item in form.items}
        if group in within:
            yield form.name if within == {group} else f"{form.name} (part)"


def _ticks(allowed: Iterable[Role], roles: Iterable[Role] = Role) -> Iterator[str]:
    held = set(allowed)
    return (YES if role in held else "" for role in roles)


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


STUDY_TABLES: dict[str, Callable[[], Table]] = {
    "role-acts": acts,
    "role-fillings": fillings,
    "role-groups": groups,
    "role-own-forms": own_forms,
    "study-file": study_file,
}
