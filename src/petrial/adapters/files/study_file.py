"""The file ``study.toml`` of a study's folder: its name, its database, the sites' closed days."""

import tomllib
from collections.abc import Mapping
from datetime import date, time
from pathlib import Path
from typing import Annotated, Final, Self
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from petrial.vocabulary.errors import UsageError

__all__ = [
    "STUDY_FILE",
    "SiteSettings",
    "StudySettings",
    "TracerTimes",
    "read_study_file",
    "study_settings",
    "write_study_file",
]

STUDY_FILE: Final = "study.toml"

_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Weekday = Annotated[str, Field(pattern="^(" + "|".join(_DAYS) + ")$")]


class TracerTimes(BaseModel):
    """What a site usually does with a tracer; what is not stated is not proposed.

    Attributes
    ----------
    injected_at
        Clock time of the injection.
    scan_minutes
        How long the scan takes.
    calibrated_at, calibrated_days_before
        Clock time for which the activity is ordered, and how many days before the injection.
    residual_percent
        Share that usually stays in the syringe.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    injected_at: time | None = None
    scan_minutes: Annotated[int, Field(gt=0, le=600)] | None = None
    calibrated_at: time | None = None
    calibrated_days_before: Annotated[int, Field(ge=0, le=30)] = 0
    residual_percent: Annotated[float, Field(ge=0, lt=100)] | None = None


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        message = "no time zone of this name; such as Europe/Amsterdam"
        raise ValueError(message)
    return name


class SiteSettings(BaseModel):
    """The clock of a site, when it gives no tracer, and what it usually does with each."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    time_zone: Annotated[str, AfterValidator(_known_zone)] | None = None
    tracers: dict[str, TracerTimes] = {}
    closed_weekdays: tuple[Weekday, ...] = ()
    closed_dates: tuple[date, ...] = ()

    @property
    def weekdays(self) -> frozenset[int]:
        """The closed days of the week, Monday 0."""
        return frozenset(_DAYS.index(day) for day in self.closed_weekdays)

    @model_validator(mode="after")
    def _clock(self) -> Self:
        if self.tracers and self.time_zone is None:
            message = "clock times of tracers need time_zone, such as Europe/Amsterdam"
            raise ValueError(message)
        return self


def _no_password(address: str) -> str:
    if urlsplit(address).password is not None:
        message = "an address with a password; leave it to PGPASSWORD or the file .pgpass"
        raise ValueError(message)
    return address


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
    database: Annotated[str, AfterValidator(_no_password)] = "sqlite:///study.sqlite3"
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
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _wrong(str(path), STUDY_FILE, str(error)) from error
    return study_settings(content, str(path))


def study_settings(content: Mapping[str, object], where: str) -> StudySettings:
    """Return the settings that ``content`` states.

    Raises
    ------
    UsageError
        Something in it cannot be.
    """
    try:
        return StudySettings.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        spot = ".".join(str(part) for part in first["loc"])
        raise _wrong(where, spot, str(first["msg"])) from None


def _wrong(where: str, field: str, got: str) -> UsageError:
    return UsageError(
        where=where,
        field=field,
        got=got,
        wanted="study, database and sites, as docs/look-up/study-folder.md says",
        do="correct it",
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
            '# time_zone = "Europe/Amsterdam" # needed for clock times, and for orders of tracers',
            f'# [sites.{site}.tracers."18F-FES"]',
            "# injected_at = 10:30:00",
            "# scan_minutes = 90",
            "# calibrated_at = 09:00:00",
        ]
    (folder / STUDY_FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")
