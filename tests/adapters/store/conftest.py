"""Fixtures of the ledger, on both databases."""

from databases import address, intruder, ledger

__all__ = ["address", "intruder", "ledger"]
