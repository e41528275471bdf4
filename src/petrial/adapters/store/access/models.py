"""The table of the access chain: who saw or exported what, and why."""

# ruff: noqa: DJ008  Django shows these rows to nobody

from django.db import models

from petrial.adapters.store import framework  # noqa: F401  sets Django up where nobody has

__all__ = ["Access", "Purpose"]


class Access(models.Model):
    """That someone saw or exported something; the table only grows."""

    seq = models.BigIntegerField(primary_key=True)
    study = models.TextField()
    moment = models.TextField()
    act = models.TextField()
    author = models.TextField()
    role = models.TextField()
    subject = models.TextField()
    what = models.TextField()
    why = models.TextField()
    previous = models.TextField()
    hash = models.TextField()

    class Meta:
        """Its table."""

        db_table = "ledger_access"


class Purpose(models.Model):
    """Sealed reasons for looking, with their salts, encrypted; rows can be erased."""

    commitment = models.TextField(primary_key=True)
    ciphertext = models.BinaryField()

    class Meta:
        """Its table."""

        db_table = "ledger_access_vault"
