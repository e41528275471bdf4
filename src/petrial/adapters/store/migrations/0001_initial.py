"""The tables of the ledger."""

from typing import Any, ClassVar

from django.db import migrations, models

BYTE_ORDERED = {
    "ledger_fact": ("subject",),
    "ledger_head": ("subject",),
    "ledger_current": ("subject", "event", "form", "item"),
    "ledger_vault": ("commitment",),
}


def order_by_bytes(_: object, editor: Any) -> None:  # noqa: ANN401  Django has no types
    """Have PostgreSQL order names as SQLite and Python do, whatever the database's language."""
    if editor.connection.vendor == "postgresql":
        for table, columns in BYTE_ORDERED.items():
            parts = ", ".join(f'ALTER COLUMN {c} TYPE text COLLATE "C"' for c in columns)
            editor.execute(f"ALTER TABLE {table} {parts}")


class Migration(migrations.Migration):
    """Make them."""

    initial = True

    dependencies: ClassVar[list[tuple[str, str]]] = []

    operations: ClassVar[list[object]] = [
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("moment", models.TextField()),
                ("heads", models.TextField()),
                ("digest", models.TextField()),
                ("previous", models.TextField()),
                ("hash", models.TextField()),
                ("signature", models.TextField()),
            ],
            options={
                "db_table": "ledger_checkpoint",
            },
        ),
        migrations.CreateModel(
            name="Current",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "subject",
                        "event",
                        "event_repeat",
                        "form",
                        "form_repeat",
                        "item",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("subject", models.TextField()),
                ("event", models.TextField()),
                ("event_repeat", models.BigIntegerField()),
                ("form", models.TextField()),
                ("form_repeat", models.BigIntegerField()),
                ("item", models.TextField()),
                ("seq", models.BigIntegerField()),
            ],
            options={
                "db_table": "ledger_current",
                "indexes": [models.Index(fields=["form", "item"], name="ledger_current_item")],
            },
        ),
        migrations.CreateModel(
            name="Fact",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "subject",
                        "seq",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("study", models.TextField()),
                ("site", models.TextField()),
                ("subject", models.TextField()),
                ("seq", models.BigIntegerField()),
                ("act", models.TextField()),
                ("act_seq", models.BigIntegerField()),
                ("event", models.TextField()),
                ("event_repeat", models.BigIntegerField()),
                ("form", models.TextField()),
                ("form_repeat", models.BigIntegerField()),
                ("item", models.TextField()),
                ("value", models.TextField(null=True)),
                ("unit", models.TextField()),
                ("absent", models.TextField()),
                ("observed", models.TextField()),
                ("recorded", models.TextField()),
                ("author", models.TextField()),
                ("role", models.TextField()),
                ("reason", models.TextField()),
                ("replaces", models.BigIntegerField(null=True)),
                ("protocol", models.TextField()),
                ("previous", models.TextField()),
                ("hash", models.TextField()),
            ],
            options={
                "db_table": "ledger_fact",
            },
        ),
        migrations.CreateModel(
            name="Head",
            fields=[
                ("subject", models.TextField(primary_key=True, serialize=False)),
                ("site", models.TextField()),
                ("seq", models.BigIntegerField()),
                ("hash", models.TextField()),
            ],
            options={
                "db_table": "ledger_head",
            },
        ),
        migrations.CreateModel(
            name="ProtocolText",
            fields=[
                ("sha256", models.TextField(primary_key=True, serialize=False)),
                ("text", models.TextField()),
            ],
            options={
                "db_table": "ledger_protocol",
            },
        ),
        migrations.CreateModel(
            name="Study",
            fields=[
                ("study", models.TextField(primary_key=True, serialize=False)),
                ("vault_key", models.TextField()),
                ("public_key", models.TextField()),
            ],
            options={
                "db_table": "ledger_study",
            },
        ),
        migrations.CreateModel(
            name="Vault",
            fields=[
                ("commitment", models.TextField(primary_key=True, serialize=False)),
                ("ciphertext", models.BinaryField()),
            ],
            options={
                "db_table": "ledger_vault",
            },
        ),
        migrations.RunPython(order_by_bytes, migrations.RunPython.noop),
    ]
