"""The ledger sets Django up by itself, and lives in a program that has set it up already."""

import subprocess
import sys

PROGRAM = """
import sys
from pathlib import Path
import django
from django.conf import settings

apps = sys.argv[2:]
settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", *apps],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
)
django.setup()

from petrial.adapters.store.audit import verify
from petrial.adapters.store.keys import Keys
from petrial.adapters.store.ledger import create_ledger

folder = Path(sys.argv[1])
address = f"sqlite:///{folder / 'study.sqlite3'}"
made = create_ledger(address, "IMPACT", Keys.create(folder / "keys"))
print(verify(made).whole, sorted(made.connection.introspection.table_names())[:2])
made.close()
"""
APPS = ("petrial.adapters.store", "petrial.adapters.store.access")


def program(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_ledger_lives_in_a_program_with_settings_of_its_own(tmp_path: object) -> None:
    run = program(tmp_path, *APPS)
    assert run.stdout == "True ['django_migrations', 'ledger_checkpoint']\n", run.stderr


def test_a_program_that_does_not_name_the_ledgers_parts_is_told_so(tmp_path: object) -> None:
    run = program(tmp_path)
    assert run.returncode == 1
    assert "in INSTALLED_APPS" in run.stderr
