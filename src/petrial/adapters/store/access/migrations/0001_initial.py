"""The table of the access chain."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Make them."""

    initial = True

    dependencies: ClassVar[list[tuple[str, str]]] = []

    operations: ClassVar[list[object]] = [
        migrations.CreateModel(
            name="Access",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                ("study", models.TextField()),
                ("moment", models.TextField()),
                ("act", models.TextField()),
                ("author", models.TextField()),
                ("role", models.TextField()),
                ("subject", models.TextField()),
                ("what", models.TextField()),
                ("why", models.TextField()),
                ("previous", models.TextField()),
                ("hash", models.TextField()),
            ],
            options={
                "db_table": "ledger_access",
            },
        ),
    ]
