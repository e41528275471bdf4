"""Verifies a ledger as a whole, makes checkpoints, and rebuilds the projection."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from petrial.adapters.store.appending import moment_text
from petrial.adapters.store.checkpoints import (
    ACCESS_CHAIN,
    FIRST,
    ExportedHead,
    heads_of,
    heads_text,
)
from petrial.adapters.store.ledger import DjangoLedger
from petrial.adapters.store.refusals import refusing
from petrial.adapters.store.verifying import Verified, Verifier
from petrial.subjects.chain import Head
from petrial.vocabulary.errors import LedgerError

__all__ = ["ExportedHead", "Verified", "rebuild_projection", "seal", "verify"]

_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtext('ledger_checkpoint'))"
_LAST: Final = "SELECT number, hash, heads FROM ledger_checkpoint ORDER BY number DESC LIMIT 1"
_HEADS: Final = "SELECT subject, seq, hash FROM ledger_head WHERE seq > 0 ORDER BY subject"
_THERE: Final = "SELECT hash FROM ledger_fact WHERE subject = %s AND seq = %s"
_INSERT: Final = (
    "INSERT INTO ledger_checkpoint (number, moment, heads, digest, previous, hash, signature) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s)"
)
_EMPTY: Final = "DELETE FROM ledger_current"
_REBUILD: Final = (
    "INSERT INTO ledger_current (subject, event, event_repeat, form, form_repeat, item, seq) "
    "SELECT subject, event, event_repeat, form, form_repeat, item, max(seq) FROM ledger_fact "
    "GROUP BY subject, event, event_repeat, form, form_repeat, item"
)


def verify(ledger: DjangoLedger, head: ExportedHead | None = None) -> Verified:
    """Read the whole ledger, and return what is there and what is wrong with it.

    Each chain gives at most one fault, which names its first bad fact. What it proves, and what
    it cannot, is on the page ``docs/look-up/ledger.md``.

    Parameters
    ----------
    ledger
        Others may go on writing to it: one state of it is judged.
    head
        As it was exported and kept elsewhere. Without it a ledger whose newest facts, or which
        as a whole, were replaced by someone who holds the keys or removed the newest checkpoints
        counts as whole.

    Raises
    ------
    LedgerError
        The database cannot be read.
    """
    with refusing(ledger.address.text):
        return Verifier(ledger).verified(head)


def seal(ledger: DjangoLedger, moment: datetime) -> ExportedHead:
    """Make a checkpoint over the ends of all chains; return it, to be kept outside the study.

    Raises
    ------
    LedgerError
        A fact that the checkpoint before covers is no longer there: it is not covered up.
    """
    text = moment_text(moment, "checkpoint")
    connection = ledger.connection
    with (
        refusing(ledger.address.text),
        transaction.atomic(using=connection.alias, durable=True),
        connection.cursor() as cursor,
    ):
        if connection.vendor == "postgresql":
            cursor.execute(_LOCK)
        cursor.execute(_LAST)
        before = FIRST
        if (last := cursor.fetchone()) is not None:
            before = Head("", last[0], last[1])
            _assert_there(cursor, heads_of(last[2]))
        cursor.execute(_HEADS)
        heads = [*(Head(*row) for row in cursor.fetchall()), ledger.accesses.head()]
        heads.sort(key=lambda head: head.subject)
        head = ExportedHead.signed(ledger.study, before, text, heads, ledger.keys)
        row = (head.digest, head.previous, head.hash, head.signature)
        cursor.execute(_INSERT, (head.number, text, heads_text(heads), *row))
    return head


def _assert_there(cursor: Any, heads: Iterable[Head]) -> None:  # noqa: ANN401  Django has no types
    for head in heads:
        if head.subject == ACCESS_CHAIN:
            continue
        cursor.execute(_THERE, (head.subject, head.seq))
        if cursor.fetchone() != (head.hash,):
            raise LedgerError(
                where=f"chain of {head.subject}, fact {head.seq}",
                field="checkpoint before",
                got="another fact, or none",
                wanted=f"the fact {head.hash[:12]}, which that checkpoint covers",
                do="run `petrial audit verify`; restore the ledger from a backup",
            )


def rebuild_projection(ledger: DjangoLedger) -> int:
    """Derive the projection anew from the facts; return the number of its rows."""
    connection = ledger.connection
    with (
        refusing(ledger.address.text),
        transaction.atomic(using=connection.alias, durable=True),
        connection.cursor() as cursor,
    ):
        if connection.vendor == "postgresql":
            cursor.execute("LOCK TABLE ledger_head IN EXCLUSIVE MODE")
        cursor.execute(_EMPTY)
        cursor.execute(_REBUILD)
        return int(cursor.rowcount)
