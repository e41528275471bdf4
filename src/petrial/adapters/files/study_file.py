"""The file ``study.toml`` of a study's folder: its name, its database, the sites' closed days."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from petrial.vocabulary.errors import UsageError

__all__ = ["STUDY_FILE", "SiteSettings", "StudySettings", "read_study_file", "write_study_file"]

STUDY_FILE: Final = "study.toml"

_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Weekday = Annotated[str, Field(pattern="^(" + "|".join(_DAYS) + ")$")]


class SiteSettings(BaseModel):
    """When a site gives no tracer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    closed_weekdays: tuple[Weekday, ...] = ()
    closed_dates: tuple[date, ...] = ()

    @property
    def weekdays(self) -> frozenset[int]:
        """The closed days of the week, Monday 0."""
        return frozenset(_DAYS.index(day) for day in self.closed_weekdays)


class StudySettings(BaseModel):
    """What ``study.toml`` holds; no secret among it.

    Attributes
    ----------
    study
        Name of the study, as it stands in each fact.
    database
        ``sqlite:///study.sqlite3``, relative to the folder, or ``postgresql://user@host/name``;
        a password comes from the environment or the password file of PostgreSQL.
    sites
        By code.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    study: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
    database: str = "sqlite:///study.sqlite3"
    sites: dict[str, SiteSettings] = {}


def read_study_file(folder: Path) -> StudySettings:
    """Return the settings of the study in ``folder``.

    Raises
    ------
    UsageError
        There is no such file, or it cannot be understood.
    """
    path = folder / STUDY_FILE
    if not path.is_file():
        raise UsageError(
            where=str(folder),
            field=STUDY_FILE,
            got="no such file",
            wanted="the folder of a study",
            do="name it with --study DIR, or make one: `petrial study init DIR`",
        )
    try:
        return StudySettings.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        fault, spot = str(error), STUDY_FILE
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        fault, spot = str(first["msg"]), ".".join(str(part) for part in first["loc"])
    raise UsageError(
        where=str(path),
        field=spot,
        got=fault,
        wanted="study, database and sites, as docs/look-up/study-folder.md says",
        do="correct the file",
    )


def write_study_file(folder: Path, settings: StudySettings, sites: tuple[str, ...]) -> None:
    """Write ``study.toml`` with a table for each site, closed at the weekend."""
    lines = [
        "# A study of petrial. No secrets here: keys live outside this folder.",
        f'study = "{settings.study}"',
        f'database = "{settings.database}"',
    ]
    for site in sites:
        lines += [
            "",
            f"[sites.{site}]",
            'closed_weekdays = ["saturday", "sunday"] # no tracer is made or given',
            "closed_dates = []",
        ]
    (folder / STUDY_FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")
