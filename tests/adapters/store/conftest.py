"""Fixtures of the ledger, on both databases."""

from databases import address, intruder, ledger
from opened_snapshots import snapped

__all__ = ["address", "intruder", "ledger", "snapped"]
