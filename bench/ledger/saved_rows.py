"""The same by Django's models, a row at a time: each is saved, and then a copy as its history.

So do libraries that keep a history of a model by listening to its signals. A part of the rows is
enough to tell the rate.
"""

import csv
from itertools import islice
from pathlib import Path
from typing import Any, Final

import django
from django.conf import settings

from bench.laps import Laps
from bench.ledger.cohort import Row
from bench.ledger.place import Place

__all__ = ["run"]

_ROWS: Final = 50_000


def run(folder: Path, laps: Laps) -> dict[str, Any]:
    """Save the first rows of the export, in one transaction."""
    path = folder / "saved-rows.sqlite3"
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}
    settings.configure(DATABASES={"default": database}, LOGGING_CONFIG=None)
    django.setup()
    from django.db import connection, models, transaction  # noqa: PLC0415  after the settings

    def model(name: str, **more: object) -> Any:  # noqa: ANN401  Django has no types
        """Return a model with a text column for each field of a row."""
        texts = {field: models.TextField() for field in Row._fields}
        meta = type("Meta", (), {"app_label": "bench"})
        return type(name, (models.Model,), {**texts, **more, "Meta": meta, "__module__": __name__})

    data, history = model("Data"), model("History", moment=models.DateTimeField(auto_now=True))
    with connection.schema_editor() as editor:
        editor.create_model(data)
        editor.create_model(history)
    saved = 0
    with (
        laps.lap("values"),
        transaction.atomic(),
        Place.of(folder).values.open(encoding="utf-8", newline="") as file,
    ):
        for row in islice(csv.DictReader(file), _ROWS):
            data(**row).save()
            history(**row).save()
            saved += 1
    laps.finish()
    return {"stated": saved}
