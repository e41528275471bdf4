"""The table of sealed reasons for looking."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Make it."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("petrial_access", "0001_initial")]

    operations: ClassVar[list[object]] = [
        migrations.CreateModel(
            name="Purpose",
            fields=[
                ("commitment", models.TextField(primary_key=True, serialize=False)),
                ("ciphertext", models.BinaryField()),
            ],
            options={
                "db_table": "ledger_access_vault",
            },
        ),
    ]
