"""Migrations of the ledger. The table of facts is never altered; new needs get new tables."""
