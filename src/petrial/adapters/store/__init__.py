"""The ledger of a study in SQLite or PostgreSQL, through Django's models and migrations."""
