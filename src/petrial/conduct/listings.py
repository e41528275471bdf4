"""Rows of the read models: frozen, ready for pages, tables and files."""

from dataclasses import asdict, dataclass

__all__ = [
    "DeviationRow",
    "DueRow",
    "Listed",
    "PlanRow",
    "QueryRow",
    "Row",
    "Seen",
    "StudyView",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyView:
    """What a study is.

    Attributes
    ----------
    study
        Its name.
    versions
        Rows of version, site, first day in force, consents asked again.
    people
        Rows of name, role, site.
    subjects
        How many there are, by site and status.
    plan
        The version of the analysis plan that is locked.
    unblinded
        Whether results are open to the statistician.
    """

    study: str
    versions: tuple[tuple[str, str, str, str], ...]
    people: tuple[tuple[str, str, str], ...]
    subjects: tuple[tuple[str, int], ...]
    plan: str | None
    unblinded: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """A subject in a list."""

    subject: str
    site: str
    status: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A stated value as a role sees it."""

    place: str
    value: str
    unit: str
    absent: str
    observed: str
    author: str
    recorded: str
    protocol: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row that can be handed on as data."""

    def as_data(self) -> dict[str, object]:
        """Return its fields by name."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class DueRow(Row):
    """Something that is due, overdue or missing; days as ISO text, empty where there is none."""

    subject: str
    site: str
    what: str
    status: str
    due: str
    first: str
    last: str
    why: str


@dataclass(frozen=True, slots=True)
class PlanRow(Row):
    """One planned event of a subject; days as ISO text, empty where there is none."""

    what: str
    status: str
    due: str
    first: str
    last: str
    happened: str
    why: str


@dataclass(frozen=True, slots=True)
class DeviationRow(Row):
    """Where the trial ran otherwise than the protocol says."""

    subject: str
    site: str
    what: str
    found: str
    allowed: str
    rule: str
    facts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class QueryRow(Row):
    """A query."""

    subject: str
    number: int
    about: str
    status: str
    text: str
    answer: str
