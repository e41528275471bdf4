"""What the study's own chain says: versions in force, who has which role, batches, plan."""

from dataclasses import dataclass
from datetime import date

from petrial.protocol.model import Role
from petrial.subjects.records import (
    BATCH,
    GRANT,
    PLAN,
    PROTOCOL,
    UNBLINDING,
    Batch,
    Plan,
)
from petrial.subjects.state import SubjectState, day_of

__all__ = [
    "ALL_SITES",
    "Adoption",
    "Grant",
    "TracerBatch",
    "adoptions",
    "batches",
    "grants",
    "in_force",
    "next_repeat",
    "plan_locked",
    "unblinded",
]

ALL_SITES = "*"


@dataclass(frozen=True, slots=True)
class Adoption:
    """That a protocol version came into force, where, and from when.

    ``site`` is ``*`` for all; ``consent_again`` names the consents to be asked anew.
    """

    repeat: int
    version: str
    digest: str
    site: str
    in_force_from: date
    consent_again: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grant:
    """That a person has a role at a site (``*`` for all), now."""

    repeat: int
    user: str
    role: Role
    site: str


@dataclass(frozen=True, slots=True)
class TracerBatch:
    """A batch of a tracer at a site; moments as canonical text."""

    repeat: int
    batch: str
    tracer: str
    site: str
    activity_mbq: str
    calibrated_at: str
    expires_at: str
    status: Batch


def adoptions(study: SubjectState) -> tuple[Adoption, ...]:
    """Return all adoptions in the order in which they were recorded."""
    found = []
    for repeat in study.repeats_of(PROTOCOL):
        version = study.own(PROTOCOL, "version", repeat) or ""
        digest = study.own(PROTOCOL, "hash", repeat) or ""
        site = study.own(PROTOCOL, "site", repeat) or ALL_SITES
        start = study.own(PROTOCOL, "in_force_from", repeat) or ""
        again = study.own(PROTOCOL, "consent_again", repeat) or ""
        found.append(Adoption(repeat, version, digest, site, day_of(start), tuple(again.split())))
    return tuple(found)


def in_force(study: SubjectState, site: str, on: date) -> Adoption | None:
    """Return the adoption in force at a site on a day: of those begun, the one begun last.

    Of two that began on the same day, the one recorded later. ``*`` asks for the whole study.
    """
    begun = [
        one for one in adoptions(study) if one.in_force_from <= on and one.site in {ALL_SITES, site}
    ]
    return max(begun, key=lambda one: (one.in_force_from, one.repeat), default=None)


def grants(study: SubjectState) -> tuple[Grant, ...]:
    """Return the grants that have not ended."""
    return tuple(
        Grant(
            repeat,
            study.own(GRANT, "user", repeat) or "",
            Role(study.own(GRANT, "role", repeat) or ""),
            study.own(GRANT, "site", repeat) or "",
        )
        for repeat in study.repeats_of(GRANT)
        if study.own(GRANT, "status", repeat) == "granted"
    )


def batches(study: SubjectState) -> tuple[TracerBatch, ...]:
    """Return all tracer batches in the order of their receipt."""

    def said(item: str, repeat: int) -> str:
        return study.own(BATCH, item, repeat) or ""

    return tuple(
        TracerBatch(
            repeat,
            said("batch", repeat),
            said("tracer", repeat),
            said("site", repeat),
            said("activity_mbq", repeat),
            said("calibrated_at", repeat),
            said("expires_at", repeat),
            Batch(said("status", repeat)),
        )
        for repeat in study.repeats_of(BATCH)
    )


def plan_locked(study: SubjectState) -> str | None:
    """Return the version of the analysis plan that was locked last; None where none is."""
    locked = [
        study.own(PLAN, "version", repeat)
        for repeat in study.repeats_of(PLAN)
        if study.own(PLAN, "status", repeat) == Plan.LOCKED
    ]
    return locked[-1] if locked else None


def unblinded(study: SubjectState) -> bool:
    """Return whether the results were opened to the statistician."""
    return study.own(UNBLINDING, "plan") is not None


def next_repeat(state: SubjectState, form: str) -> int:
    """Return the number of the next repeat of one of petrial's own forms."""
    return max(state.repeats_of(form), default=0) + 1
