"""The administration record: a TOML file, checked on load, each fault named with its key."""

import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from petrial.images.suv.statements import (
    PLAUSIBLE_CM,
    PLAUSIBLE_KG,
    PLAUSIBLE_MBQ,
    AdministrationRecord,
    Sex,
    parse_moment,
)
from petrial.vocabulary.errors import RecordError
from petrial.vocabulary.nuclides import NUCLIDES, nuclide_of

__all__ = ["read_record"]

LARGEST_BYTES: Final = 1_000_000


MOMENT_WANTED: Final = "date and time, such as 2024-05-21T10:42:00"


def _moment(value: object) -> object:
    if isinstance(value, datetime):
        return value
    try:
        return parse_moment(str(value))
    except ValueError:
        raise ValueError(MOMENT_WANTED) from None


def _symbol(value: object) -> object:
    nuclide = nuclide_of(value) if isinstance(value, str) else None
    if nuclide is None:
        message = "not one of " + ", ".join(NUCLIDES)
        raise ValueError(message)
    return nuclide.symbol


Moment = Annotated[datetime, BeforeValidator(_moment)]
Megabecquerel = Annotated[float, Field(ge=PLAUSIBLE_MBQ[0], le=PLAUSIBLE_MBQ[1], strict=True)]


class _Administration(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    tracer: Annotated[str, Field(min_length=1)] | None = None
    nuclide: Annotated[str, BeforeValidator(_symbol)] | None = None
    activity_mbq: Megabecquerel | None = None
    activity_measured_at: Moment | None = None
    residual_mbq: Annotated[float, Field(ge=0.0, le=PLAUSIBLE_MBQ[1], strict=True)] | None = None
    residual_measured_at: Moment | None = None
    injected_at: Moment | None = None


class _Patient(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    weight_kg: (
        Annotated[float, Field(ge=PLAUSIBLE_KG[0], le=PLAUSIBLE_KG[1], strict=True)] | None
    ) = None
    height_cm: (
        Annotated[float, Field(ge=PLAUSIBLE_CM[0], le=PLAUSIBLE_CM[1], strict=True)] | None
    ) = None
    sex: Sex | None = None


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    series_uid: str | None = None
    study_uid: str | None = None
    administration: _Administration = _Administration()
    patient: _Patient = _Patient()


def read_record(path: Path) -> AdministrationRecord:
    """Return the administration record in a TOML file.

    Tables ``[administration]`` (tracer, nuclide, activity_mbq, activity_measured_at,
    residual_mbq, residual_measured_at, injected_at) and ``[patient]`` (weight_kg, height_cm,
    sex), each key optional; ``series_uid`` or ``study_uid`` above them binds the record.

    Raises
    ------
    RecordError
        The file cannot be read, is no TOML, has an unknown key or an impossible value.
    """
    content = _toml(path)
    try:
        record = _Record.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = [str(part) for part in first["loc"]]
        raise RecordError(
            where=path.name,
            field=".".join(place) or "record",
            got=_short(first["input"]),
            wanted=_wanted(place, first),
            do="correct the record; docs/do/write-a-record.md lists its keys",
        ) from error
    given, patient = record.administration, record.patient
    return AdministrationRecord(
        origin=path.name,
        series_uid=record.series_uid,
        study_uid=record.study_uid,
        tracer=given.tracer,
        nuclide=given.nuclide,
        activity_becquerel=_scaled(given.activity_mbq, 1e6),
        activity_measured_at=given.activity_measured_at,
        residual_becquerel=_scaled(given.residual_mbq, 1e6),
        residual_measured_at=given.residual_measured_at,
        injected_at=given.injected_at,
        weight_kilogram=patient.weight_kg,
        height_metre=_scaled(patient.height_cm, 0.01),
        sex=patient.sex,
    )


def _wanted(place: list[str], error: Mapping[str, Any]) -> str:
    """Return what would have been right, in words that need no knowledge of programs."""
    match error["type"]:
        case "extra_forbidden":
            tables: dict[str, type[BaseModel]] = {
                "administration": _Administration,
                "patient": _Patient,
            }
            table = tables.get(place[0], _Record) if len(place) > 1 else _Record
            return "one of the keys " + ", ".join(table.model_fields)
        case "float_type" | "float_parsing":
            return "a number, without quotes"
        case "greater_than_equal" | "less_than_equal":
            limits = error.get("ctx", {})
            bound = limits.get("ge", limits.get("le"))
            side = "at least" if "ge" in limits else "at most"
            return f"{side} {bound:g}, in the unit of the key's name"
        case "enum":
            return "F, M or mean"
        case "value_error":
            return str(error["msg"]).removeprefix("Value error, ")
        case _:
            return str(error["msg"]).lower()


def _toml(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise RecordError(
                where=path.name,
                field="size",
                got=f"{path.stat().st_size} bytes",
                wanted="a small TOML file",
                do="give the administration record, not an image",
            )
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RecordError(
            where=str(path),
            field="file",
            got=str(error),
            wanted="a TOML file that can be read",
            do="check the path; numbers have a point (71.5), moments a T and seconds "
            "(2024-05-21T10:42:00), words stand in quotes",
        ) from error


def _scaled(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _short(value: object) -> str:
    text = str(value)
    longest = 60
    return text if len(text) <= longest else text[:longest] + "..."
