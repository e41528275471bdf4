"""Studies on which acts take place: on SQLite, and where databases cross, on both."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from databases import DATABASES, an_address
from made_acts import prepare
from made_studies import IMPACT, TINY, Trial, enrolled, made_trial, opened_trial


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the studies once; each test works on a copy."""
    folder = tmp_path_factory.mktemp("templates")
    for name, text in {"impact": IMPACT, "tiny": TINY, "prepared": IMPACT}.items():
        trial = made_trial(folder / name, text)
        if name == "prepared":
            prepare(trial)
        trial.ledger.close()
    return folder


def _copy(templates: Path, name: str, folder: Path) -> Iterator[Trial]:
    trial = opened_trial(templates / name, folder / name)
    yield trial
    trial.ledger.close()


@pytest.fixture
def impact(templates: Path, tmp_path: Path) -> Iterator[Trial]:
    """Give IMPACT-MBC without subjects."""
    yield from _copy(templates, "impact", tmp_path)


@pytest.fixture
def tiny(templates: Path, tmp_path: Path) -> Iterator[Trial]:
    """Give the tiny trial without subjects."""
    yield from _copy(templates, "tiny", tmp_path)


@pytest.fixture
def prepared(templates: Path, tmp_path: Path) -> Iterator[Trial]:
    """Give IMPACT-MBC in the midst of its course: every act can take place."""
    yield from _copy(templates, "prepared", tmp_path)


@pytest.fixture(params=DATABASES)
def crossing(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Trial]:
    """Give IMPACT-MBC with one enrolled subject, on each kind of database in turn."""
    with an_address(request.param, tmp_path) as address:
        trial = made_trial(tmp_path, IMPACT, address)
        enrolled(trial, "S-001")
        yield trial
        trial.ledger.close()
