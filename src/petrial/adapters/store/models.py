"""The tables of the ledger.

Moments stand as fixed text, so that both databases hold the bytes that are hashed. The tables
``ledger_fact``, ``ledger_study``, ``ledger_checkpoint`` and ``ledger_protocol`` only grow.
"""

# ruff: noqa: DJ008  Django shows these rows to nobody

from django.db import models

from petrial.adapters.store import framework  # noqa: F401  sets Django up where nobody has

__all__ = ["Checkpoint", "Current", "Fact", "Head", "ProtocolText", "Study", "Vault"]


class Study(models.Model):
    """Which study this is, and by which keys it is sealed and signed; one row."""

    study = models.TextField(primary_key=True)
    vault_key = models.TextField()
    public_key = models.TextField()

    class Meta:
        """Its table."""

        db_table = "ledger_study"


class Fact(models.Model):
    """What was stated. Columns are the fields of ``petrial.subjects.facts.Fact``, in order."""

    pk = models.CompositePrimaryKey("subject", "seq")
    study = models.TextField()
    site = models.TextField()
    subject = models.TextField()
    seq = models.BigIntegerField()
    act = models.TextField()
    act_seq = models.BigIntegerField()
    event = models.TextField()
    event_repeat = models.BigIntegerField()
    form = models.TextField()
    form_repeat = models.BigIntegerField()
    item = models.TextField()
    value = models.TextField(null=True)  # noqa: DJ001  no value is not an empty one
    unit = models.TextField()
    absent = models.TextField()
    observed = models.TextField()
    recorded = models.TextField()
    author = models.TextField()
    role = models.TextField()
    reason = models.TextField()
    replaces = models.BigIntegerField(null=True)
    protocol = models.TextField()
    previous = models.TextField()
    hash = models.TextField()

    class Meta:
        """Its table."""

        db_table = "ledger_fact"


class Head(models.Model):
    """The end of each chain; locked while someone writes to it."""

    subject = models.TextField(primary_key=True)
    site = models.TextField()
    seq = models.BigIntegerField()
    hash = models.TextField()

    class Meta:
        """Its table."""

        db_table = "ledger_head"


class Current(models.Model):
    """The projection: number of the newest fact at each place."""

    pk = models.CompositePrimaryKey(
        "subject", "event", "event_repeat", "form", "form_repeat", "item"
    )
    subject = models.TextField()
    event = models.TextField()
    event_repeat = models.BigIntegerField()
    form = models.TextField()
    form_repeat = models.BigIntegerField()
    item = models.TextField()
    seq = models.BigIntegerField()

    class Meta:
        """Its table."""

        db_table = "ledger_current"
        indexes = (models.Index(fields=["form", "item"], name="ledger_current_item"),)


class Vault(models.Model):
    """Sealed texts with their salts, encrypted; rows can be erased."""

    commitment = models.TextField(primary_key=True)
    ciphertext = models.BinaryField()

    class Meta:
        """Its table."""

        db_table = "ledger_vault"


class Checkpoint(models.Model):
    """The ends of all chains at one moment, signed."""

    number = models.BigIntegerField(primary_key=True)
    moment = models.TextField()
    heads = models.TextField()
    digest = models.TextField()
    previous = models.TextField()
    hash = models.TextField()
    signature = models.TextField()

    class Meta:
        """Its table."""

        db_table = "ledger_checkpoint"


class ProtocolText(models.Model):
    """Text of a protocol file, by its SHA-256."""

    sha256 = models.TextField(primary_key=True)
    text = models.TextField()

    class Meta:
        """Its table."""

        db_table = "ledger_protocol"
