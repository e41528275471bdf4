"""What the acts need of the ledger, as protocols; ``petrial.adapters.store`` fulfils them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from petrial.subjects.chain import Head
from petrial.subjects.facts import Draft, Fact

__all__ = ["Access", "Clock", "Ledger", "Seen", "Stamp", "UnitOfWork"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What all facts of one act share.

    Attributes
    ----------
    act
        Name of the act.
    site
        Site of the subject; empty for acts of the whole study.
    author, role
        Who acts, and in which role.
    protocol
        Version of the protocol in force.
    recorded
        Moment of the act, with offset.
    """

    act: str
    site: str
    author: str
    role: str
    protocol: str
    recorded: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """That someone saw or exported something: a row of the access chain.

    Attributes
    ----------
    act
        ``saw``, ``exported``, ``disclosed``.
    subject
        Of whom; ``@study`` where of all.
    what
        Names of groups, forms or kinds of file, from the program and the protocol, never typed by
        a person: they stand openly in the chain.
    why
        The purpose, as stated; sealed.
    """

    act: str
    author: str
    role: str
    subject: str
    what: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An access as it stands in its chain: number, and moment in UTC as text."""

    seq: int
    moment: str
    access: Access


class Clock(Protocol):
    """Tells the moment."""

    def __call__(self) -> datetime:
        """Return now, with offset from UTC."""
        ...


class UnitOfWork(Protocol):
    """One transaction: what is appended in it is stored whole or not at all.

    Leaving it without ``commit`` undoes everything.
    """

    def __enter__(self) -> Self:
        """Begin."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End; undo what was not committed."""
        ...

    def current(self, subject: str) -> Sequence[Fact]:
        """Return the newest fact at each place of a chain, in order of numbers.

        The chain stays locked for others who write until the end of the unit.
        """
        ...

    def shared(self, subject: str) -> Sequence[Fact]:
        """Return the same of a chain that is read only; nobody writes to it until the end.

        Other units may share it meanwhile. Share the study's chain before a subject's is locked:
        all units take them in this order, so that no two wait for each other.
        """
        ...

    def facts(self, subject: str) -> Sequence[Fact]:
        """Return all facts of a chain, those that were replaced too; locked as by ``current``."""
        ...

    def opened(self, facts: Sequence[Fact]) -> Mapping[str, str]:
        """Return the text of the sealed values and reasons among ``facts``, by commitment."""
        ...

    def append(self, subject: str, drafts: Sequence[Draft], stamp: Stamp) -> Sequence[Fact]:
        """Append to a chain, seal what is to be sealed, and bring the projection up to date.

        Raises LedgerError where ``replaces`` is not the newest fact at its place.
        """
        ...

    def erase(self, commitments: Sequence[str]) -> int:
        """Erase sealed texts with their salts; return how many there were."""
        ...

    def keep_protocol(self, text: str) -> str:
        """Keep the text of a protocol file; return its SHA-256, under which it is found."""
        ...

    def commit(self) -> None:
        """Make it last."""
        ...


class Ledger(Protocol):
    """The facts of one study."""

    @property
    def study(self) -> str:
        """Identifier of the study, as it stands in each fact."""
        ...

    def unit(self) -> UnitOfWork:
        """Return a new unit of work, not yet begun."""
        ...

    def subjects(self) -> Mapping[str, str]:
        """Return the site of each subject, by subject, in order; not the study's own chain."""
        ...

    def current(self, subject: str) -> Sequence[Fact]:
        """Return the newest fact at each place of a chain, in order of numbers, unlocked."""
        ...

    def across(self, form: str, item: str) -> Sequence[Fact]:
        """Return the newest facts of one item over all subjects, ordered by subject and number."""
        ...

    def opened(self, facts: Sequence[Fact]) -> Mapping[str, str]:
        """Return the text of the sealed values and reasons among ``facts``, by commitment."""
        ...

    def heads(self) -> Sequence[Head]:
        """Return the end of each chain, ordered by subject, the study's own among them."""
        ...

    def facts(
        self, subject: str | None = None, upto: Mapping[str, int] | None = None
    ) -> Iterator[Fact]:
        """Yield facts by subject and number; of one subject, or of all.

        ``upto`` pins the last number of each chain; chains that it does not name are left out.
        """
        ...

    def rows(self, upto: Mapping[str, int] | None = None) -> Iterator[Sequence[tuple[object, ...]]]:
        """Yield the same facts of all chains as tuples of the fields of ``Fact``, in blocks."""
        ...

    def protocol_text(self, digest: str) -> str:
        """Return the text of a protocol file that was kept. Raises LedgerError."""
        ...

    def saw(self, access: Access) -> None:
        """Add a row to the access chain, in a transaction of its own."""
        ...

    def erase_purposes(self, numbers: Sequence[int]) -> int:
        """Erase why someone looked, in rows of the access chain; return how many there were."""
        ...

    def seen(self) -> Iterator[Seen]:
        """Yield the rows of the access chain, in order."""
        ...
