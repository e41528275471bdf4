"""Chains drafts to facts and stores them: rows, projection, head and vault in one go."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from petrial.adapters.store.rows import LAST, Row, facts_of
from petrial.adapters.store.vault import Vault
from petrial.conduct.ledger import Stamp
from petrial.subjects.chain import Head, row_digest
from petrial.subjects.facts import FACT_FIELDS, SEALED, Draft, Fact, Place, is_system
from petrial.subjects.records import STATED_ONCE
from petrial.vocabulary.errors import LedgerError

__all__ = ["BACK", "Newest", "Writer", "assert_in_time", "moment_text"]

BACK: Final = timedelta(minutes=5)
"""So much earlier than the latest moment of its chain a fact may be recorded, for the clocks of
several computers differ; and so much ahead of a server's clock."""

_COLUMNS: Final = ", ".join(FACT_FIELDS)
_FACTS: Final = (
    f"INSERT INTO ledger_fact ({_COLUMNS}) "  # noqa: S608  own names
    f"VALUES ({', '.join(['%s'] * len(FACT_FIELDS))})"
)
_COPY: Final = f"COPY ledger_fact ({_COLUMNS}) FROM STDIN"
_PLACE: Final = "subject, event, event_repeat, form, form_repeat, item"
_UPSERT: Final = f" ON CONFLICT ({_PLACE}) DO UPDATE SET seq = EXCLUDED.seq"
_CURRENT: Final = (
    f"INSERT INTO ledger_current ({_PLACE}, seq) "  # noqa: S608  own names
    f"VALUES (%s, %s, %s, %s, %s, %s, %s){_UPSERT}"
)
_CURRENT_AT_ONCE: Final = (
    f"INSERT INTO ledger_current ({_PLACE}, seq) SELECT %s, * FROM unnest("  # noqa: S608  own names
    "%s::text[], %s::bigint[], %s::text[], %s::bigint[], %s::text[], %s::bigint[])"
    f"{_UPSERT}"
)
_HEAD: Final = (
    "INSERT INTO ledger_head (subject, site, seq, hash) VALUES (%s, %s, %s, %s) ON CONFLICT "
    "(subject) DO UPDATE SET site = EXCLUDED.site, seq = EXCLUDED.seq, hash = EXCLUDED.hash"
)
_SEQ, _VALUE, _RECORDED, _AUTHOR = (
    FACT_FIELDS.index(name) for name in ("seq", "value", "recorded", "author")
)


class Newest(NamedTuple):
    """What has to be known of the newest fact at a place before another may follow it."""

    seq: int
    valued: bool
    author: str
    recorded: str

    @classmethod
    def of(cls, row: Row) -> "Newest":
        """Return it of a row of the ledger."""
        return cls(row[_SEQ], row[_VALUE] is not None, row[_AUTHOR], row[_RECORDED])


def moment_text(moment: datetime, where: str) -> str:
    """Return a moment as it stands in the ledger: UTC, microseconds, ``Z``.

    Raises
    ------
    LedgerError
        It has no offset from UTC.

    Examples
    --------
    >>> moment_text(datetime.fromisoformat("2024-05-21T10:42:00+02:00"), "S-001")
    '2024-05-21T08:42:00.000000Z'
    """
    if moment.utcoffset() is None:
        raise LedgerError(
            where=where,
            field="recorded",
            got=moment.isoformat(),
            wanted="a moment with its offset from UTC",
            do="give the clock a time zone",
        )
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def assert_in_time(recorded: datetime, latest: str, subject: str, server: datetime | None) -> None:
    """Refuse what was recorded before its chain, or after now.

    Parameters
    ----------
    recorded
        Moment of the act, with offset.
    latest
        Latest moment in the chain, as it stands there; empty before the first fact.
    subject
        Whose chain.
    server
        Now by the database's own clock, where it has one.

    Raises
    ------
    LedgerError
        It is more than ``BACK`` before ``latest``, or after ``server``.
    """
    where = f"chain of {subject}"
    text = moment_text(recorded, where)
    if latest and recorded + BACK < datetime.fromisoformat(latest):
        wanted = f"at most 5 minutes before {latest}, when something was recorded there already"
    elif server is not None and recorded > server + BACK:
        wanted = f"at most 5 minutes after {moment_text(server, where)}, by the server's clock"
    else:
        return
    raise LedgerError(
        where=where,
        field="recorded",
        got=text,
        wanted=wanted,
        do="set the clock of this computer right and do it again; nothing of it was stored",
    )


class Writer:
    """Appends the drafts of one act to one chain."""

    def __init__(self, study: str, subject: str, stamp: Stamp, vault: Vault) -> None:
        self._study = study
        self._subject = subject
        self._stamp = stamp
        self._vault = vault
        self._recorded = moment_text(stamp.recorded, f"chain of {subject}")
        self._rows: list[Row] = []
        self._changed: dict[Place, int] = {}
        self._sealed: list[tuple[str, bytes]] = []

    def chain(
        self, drafts: Sequence[Draft], head: Head, places: dict[Place, Newest]
    ) -> Sequence[Fact]:
        """Return the facts that follow ``head``; ``places`` is brought up to date."""
        stamp, changed = self._stamp, dict[Place, Newest]()
        previous, act_seq = head.hash, head.seq + 1
        common = (self._recorded, stamp.author, stamp.role)
        for seq, draft in enumerate(drafts, act_seq):
            self._check(draft)
            place = draft.place
            if (place.form, place.item) in STATED_ONCE:
                self._assert_first(place, {**places, **changed})
            replaces = self._replaced(draft, changed.get(place) or places.get(place))
            value, reason = draft.value, draft.reason
            if draft.sealed and value is not None:
                value = self._seal(value)
            if reason:
                reason = self._seal(reason)
            row: Row = (
                *(self._study, stamp.site, self._subject, seq, stamp.act, act_seq),
                *place,
                *(value, draft.unit, draft.absent, draft.observed),
                *common,
                *(reason, replaces, stamp.protocol, previous),
            )
            previous = row_digest((*row, ""))
            self._rows.append((*row, previous))
            self._changed[place] = seq
            changed[place] = Newest(seq, value is not None, stamp.author, self._recorded)
        places.update(changed)
        return facts_of(self._rows)

    def _seal(self, text: str) -> str:
        sealed, ciphertext = self._vault.seal(text)
        self._sealed.append((sealed, ciphertext))
        return sealed

    def _where(self, place: Place) -> str:
        return f"{self._subject}, {place}"

    def _check(self, draft: Draft) -> None:
        place, value = draft.place, draft.value
        if (value is None) is not bool(draft.absent):
            got, wanted = "both or neither", "a value, or the reason why there is none"
        elif value is not None and value.startswith(SEALED):
            got, wanted = f"a text that begins with {SEALED}", "a value; petrial seals by itself"
        elif not (0 < place.event_repeat <= LAST and 0 < place.form_repeat <= LAST):
            got, wanted = str(tuple(place)), "repeats that count from 1"
        elif not _storable(draft):
            got, wanted = "a character that no database can hold", "text without zero bytes"
        else:
            return
        raise LedgerError(
            where=self._where(place),
            field="value",
            got=got,
            wanted=wanted,
            do="correct the entry; nothing of it was stored",
        )

    def _assert_first(self, place: Place, places: dict[Place, Newest]) -> None:
        for other, newest in places.items():
            if (other.form, other.item) == (place.form, place.item):
                raise LedgerError(
                    where=self._where(place),
                    field=place.item,
                    got=f"fact {newest.seq}, stated by {newest.author} at {newest.recorded}",
                    wanted=f"none before: {place.form}.{place.item} is stated once",
                    do="go on with the subject as it stands, or choose another number",
                )

    def _replaced(self, draft: Draft, newest: Newest | None) -> int | None:
        place, replaces = draft.place, draft.replaces
        if newest is None:
            if replaces is None:
                return None
            got, wanted = "nothing at this place", f"fact {replaces}, which it is to replace"
        elif replaces == newest.seq:
            return replaces
        elif replaces is None and (
            not newest.valued or is_system(place.form) or is_system(place.item)
        ):
            return newest.seq
        else:
            got = f"fact {newest.seq}, stated by {newest.author} at {newest.recorded}"
            wanted = (
                "an empty place: nothing is overwritten silently"
                if replaces is None
                else f"fact {replaces} still the newest: it was changed meanwhile"
            )
        raise LedgerError(
            where=self._where(place),
            field="replaces",
            got=got,
            wanted=wanted,
            do="look at what stands there now; where it is wrong, correct that fact, with a reason",
        )

    def store(self, connection: Any) -> None:  # noqa: ANN401  Django has no types
        """Write rows, projection, head and sealed texts, in the transaction that is open."""
        last = self._rows[-1]
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.copy(_COPY) as copy:
                    for row in self._rows:
                        copy.write_row(row)
                cursor.execute(_CURRENT_AT_ONCE, self._columns())
            else:
                cursor.executemany(_FACTS, self._rows)
                cursor.executemany(
                    _CURRENT, [(self._subject, *p, seq) for p, seq in self._changed.items()]
                )
            cursor.execute(_HEAD, (self._subject, self._stamp.site, last[_SEQ], last[-1]))
        self._vault.keep(connection, self._sealed)

    def _columns(self) -> list[object]:
        rows = [(*place, seq) for place, seq in self._changed.items()]
        return [self._subject, *(list(column) for column in zip(*rows, strict=True))]


def _storable(draft: Draft) -> bool:
    texts = (*(str(part) for part in draft.place), draft.value or "", draft.unit, draft.observed)
    text = "".join((*texts, draft.absent, draft.reason))
    if text.isascii():
        return "\0" not in text
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text
