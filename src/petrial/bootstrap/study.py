"""The folder of a study, opened: its ledger, its settings, and the desk at which people act."""

import getpass
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from petrial.adapters.files.protocol import parse_protocol
from petrial.adapters.files.study_file import (
    STUDY_FILE,
    SiteSettings,
    StudySettings,
    read_study_file,
    study_settings,
    write_study_file,
)
from petrial.adapters.store.audit import ExportedHead, Verified, seal, verify
from petrial.adapters.store.keys import Keys, keys_folder
from petrial.adapters.store.ledger import DjangoLedger, create_ledger, open_ledger
from petrial.bootstrap.protocols import protocol_text
from petrial.conduct.desk import Desk, Done, enter, study_state
from petrial.conduct.permissions import Act
from petrial.conduct.snapshot import Manifest, SnapshotOrder, create_snapshot
from petrial.conduct.study import found
from petrial.conduct.trail import audited
from petrial.protocol.model import Protocol, Role
from petrial.subjects.routine import Calibration, ClosedDays, Routine
from petrial.vocabulary.errors import Problem, UsageError

__all__ = ["NewStudy", "Study", "init_study", "local_now", "opened_study"]

SNAPSHOTS: Final = "snapshots"
FOLDERS: Final = ("inbox", "quarantine", "images", "derived", SNAPSHOTS, "reports")
SQLITE: Final = "sqlite:///"


def local_now() -> datetime:
    """Return this moment, with the offset of this machine's zone."""
    return datetime.now().astimezone()  # noqa: TID251  the clock; astimezone adds the zone


@dataclass(frozen=True, slots=True)
class Study:
    """An opened study.

    Attributes
    ----------
    folder
        Where it lies.
    settings
        What its ``study.toml`` says.
    ledger
        Its facts.
    """

    folder: Path
    settings: StudySettings
    ledger: DjangoLedger

    def desk(self, user: str = "", role: Role | None = None) -> Desk:
        """Return the desk of a person; without a name, of the account that runs petrial."""
        account = account_name()
        return Desk(
            ledger=self.ledger,
            clock=local_now,
            user=user or account,
            via=account,
            role=role,
            parse=parsed,
            draw=_drawn,
        )

    def closed(self, site: str) -> ClosedDays:
        """Return the days at which a site gives no tracer."""
        settings = self.settings.sites.get(site, SiteSettings())
        return ClosedDays(settings.weekdays, frozenset(settings.closed_dates))

    def routine(self, site: str) -> Routine:
        """Return what a site usually does with its tracers, as far as ``study.toml`` says."""
        settings = self.settings.sites.get(site, SiteSettings())
        times = settings.tracers.items()
        return Routine(
            zone=ZoneInfo(settings.time_zone or "UTC"),
            injected={n: t.injected_at for n, t in times if t.injected_at is not None},
            scanned_for={
                n: timedelta(minutes=t.scan_minutes) for n, t in times if t.scan_minutes is not None
            },
            calibrated={
                n: Calibration(t.calibrated_at, t.calibrated_days_before)
                for n, t in times
                if t.calibrated_at is not None
            },
            residual={
                n: t.residual_percent / 100 for n, t in times if t.residual_percent is not None
            },
        )

    def verified(self, desk: Desk, head: Path | None) -> Verified:
        """Verify the whole ledger, against a head that was exported before where one is given.

        Raises
        ------
        RefusedError
            The role may not.
        LedgerError
            The file of the head cannot be understood.
        """
        audited(desk, "verified the ledger")
        known = None if head is None else ExportedHead.from_json(head.read_text(encoding="utf-8"))
        return verify(self.ledger, known)

    def sealed(self, desk: Desk) -> ExportedHead:
        """Make a checkpoint over all chains, and sign it.

        Raises
        ------
        RefusedError
            The role may not.
        """
        audited(desk, "exported the head of the ledger")
        return seal(self.ledger, desk.clock())

    def chains(self, desk: Desk) -> int:
        """Return over how many chains a checkpoint would be made.

        Raises
        ------
        RefusedError
            The role may not.
        """
        audited(desk, "counted the chains")
        return len(self.ledger.heads())

    def snapshot(self, desk: Desk, *, dry_run: bool) -> tuple[Done, SnapshotOrder]:
        """Take a snapshot of all that is in the ledger now; errors as of ``create_snapshot``."""
        from petrial.adapters.store.snapshots import write_snapshot  # noqa: PLC0415  brings Polars

        place = self.folder / SNAPSHOTS
        return create_snapshot(
            desk, lambda order: write_snapshot(self.ledger, order, place), dry_run=dry_run
        )

    def snapshots(self, desk: Desk) -> tuple[Manifest, ...]:
        """Return the manifests of all snapshots."""
        from petrial.adapters.store.snapshots import list_snapshots  # noqa: PLC0415  brings Polars

        enter(desk, study_state(self.ledger), Act.SEE)
        return list_snapshots(self.folder / SNAPSHOTS)

    def snapshot_problems(self, desk: Desk, name: str, *, again: bool) -> tuple[Problem, ...]:
        """Return what is wrong with a snapshot; nothing where it is as it was written."""
        from petrial.adapters.store.snapshots import verify_snapshot  # noqa: PLC0415  brings Polars

        enter(desk, study_state(self.ledger), Act.SEE)
        folder = self.folder / SNAPSHOTS / Path(name).name
        return verify_snapshot(folder, self.ledger, parsed if again else None)


def _drawn(lowest: int, highest: int) -> int:
    return lowest + secrets.randbelow(highest - lowest + 1)


@lru_cache(maxsize=16)
def parsed(text: str, where: str) -> Protocol:
    """Return the protocol in a text that the ledger keeps; read once in a process."""
    return parse_protocol(text, where)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStudy:
    """What a new study needs.

    Attributes
    ----------
    folder
        Where; made if absent, and without a study yet.
    protocol
        A built-in name such as ``impact-mbc``, or the path of a protocol file.
    study
        Its name in each fact; empty for the folder's name.
    database
        Address of the database.
    administrator
        Who may grant roles; empty for the account that runs petrial.
    owner
        On PostgreSQL, address for the role that is to own the tables; empty for that of
        ``database``, which then could drop their triggers.
    """

    folder: Path
    protocol: str
    study: str = ""
    database: str = "sqlite:///study.sqlite3"
    administrator: str = ""
    owner: str = ""


def init_study(order: NewStudy) -> tuple[Study, Path]:
    """Make the folder of a study, its keys and its ledger; return it and the folder of the keys.

    Raises
    ------
    UsageError
        There is a study in the folder already, or its name cannot be used.
    ProtocolError
        The protocol file has a fault.
    LedgerError
        The database cannot be used, or there are keys of a study of this name already.
    """
    folder = order.folder
    if (folder / STUDY_FILE).exists():
        raise UsageError(
            where=str(folder),
            field=STUDY_FILE,
            got="a study",
            wanted="a folder without one",
            do="choose another folder; a study is never written over",
        )
    text, protocol = protocol_text(order.protocol)
    settings = study_settings(
        {"study": order.study or folder.resolve().name, "database": order.database}, "study init"
    )
    place = keys_folder(settings.study, os.environ)
    _assert_outside(place, folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in FOLDERS:
        (folder / name).mkdir(mode=0o700, exist_ok=True)
    keys = Keys.create(place)
    account = account_name()
    try:
        ledger = create_ledger(
            _address(folder, settings),
            settings.study,
            keys,
            owner=order.owner or None,
            clock=local_now,
        )
        found(ledger, text, protocol, order.administrator or account, local_now(), via=account)
        write_study_file(folder, settings, tuple(site.code for site in protocol.sites))
    except BaseException:
        _undo(place, folder, settings)
        raise
    return Study(folder, read_study_file(folder), ledger), place


def _undo(keys: Path, folder: Path, settings: StudySettings) -> None:
    """Remove the keys and the files of a study that was not made; nothing is sealed with them.

    Tables on a server stay; the refusal of the next try names them.
    """
    shutil.rmtree(keys)
    address = _address(folder, settings)
    if address.startswith(SQLITE):
        file = Path(address.removeprefix(SQLITE))
        for path in folder.glob(f"{file.stem}*{file.suffix}*"):
            path.unlink()


def account_name() -> str:
    """Return the account of the operating system that runs petrial.

    Not what the environment says: anybody can set LOGNAME.
    """
    try:
        import pwd  # noqa: PLC0415  absent on Windows

        return pwd.getpwuid(os.getuid()).pw_name
    except ImportError:
        return getpass.getuser()


def _assert_outside(keys: Path, folder: Path) -> None:
    if keys.resolve().is_relative_to(folder.resolve()):
        raise UsageError(
            where="keys of the study",
            field="PETRIAL_KEYS",
            got=f"{keys}, inside the folder of the study",
            wanted="a folder outside: who copies the study must not copy its keys with it",
            do="set PETRIAL_KEYS to another folder",
        )


@contextmanager
def opened_study(folder: Path) -> Iterator[Study]:
    """Open the study in a folder, and close it in the end.

    Raises
    ------
    UsageError
        There is none.
    LedgerError
        Its ledger cannot be opened or is not sound, or its keys are missing.
    """
    settings = read_study_file(folder)
    keys = Keys.read(keys_folder(settings.study, os.environ))
    ledger = open_ledger(_address(folder, settings), settings.study, keys, clock=local_now)
    try:
        yield Study(folder, settings, ledger)
    finally:
        ledger.close()


def _address(folder: Path, settings: StudySettings) -> str:
    """Return the address with a relative file taken from the folder of the study."""
    rest = settings.database.removeprefix(SQLITE)
    if rest == settings.database or rest.startswith("/"):
        return settings.database
    return f"{SQLITE}{(folder / rest).resolve()}"
