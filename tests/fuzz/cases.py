"""Which damage is done, from a seed: the list of cases, and the files of each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import numpy as np

from fuzz.bases import BASES, Base, base_at
from fuzz.headers import PLAUSIBLE, Change, changed, changes, with_values
from fuzz.inputs import (
    ARCHIVES,
    CONTOURS,
    RECORDS,
    STATEMENTS,
    archive,
    changed_contours,
    changed_record,
    label_map,
)
from fuzz.raw import WAYS, damaged

__all__ = ["FAMILIES", "Case", "Order", "Source", "cases", "made"]

Dice = np.random.Generator
Thing = TypeVar("Thing")

FAMILIES: Final = {
    "a header element turned to nonsense": 0.52,
    "a header element with another plausible value": 0.03,
    "bytes of an image file damaged": 0.25,
    "contours damaged": 0.08,
    "a record or statement damaged": 0.07,
    "a zip archive damaged": 0.05,
}
HEADER, PLAUSIBLY, BYTES, DRAWN, STATED, ZIPPED = FAMILIES
SHARE_DRAWN: Final = 0.7
"""The share of cases with a drawn region; the others are searched for uptake."""
SELDOM: Final = 0.04
"""The share of cases with compressed images, which take a process each to decode."""
TRUTHS: Final = [
    "siemens",
    "ge",
    "united",
    "admin",
    "none",
    "philips",
    "gml",
    "gml-james",
    "cm2ml",
    "cps",
    "zirconium",
    "zoned",
    "implicit",
    "big-endian",
    "enhanced",
    "legacy",
]
BY_DOSE: Final = ("siemens", "ge", "united", "none", "implicit")
ENHANCED_ONLY: Final = frozenset(
    [
        "DecayCorrectionDateTime",
        "FrameReferenceDateTime",
        "DecayCorrected",
        "AttenuationCorrected",
        "AcquisitionDateTime",
        "NumberOfFrames",
        "SpacingBetweenSlices",
    ]
)
OWN: Final = {
    "DoseCalibrationFactor": "cps",
    "SUVType": "gml-james",
    "PatientSize": "gml-james",
    "PatientSex": "gml-james",
    "TimezoneOffsetFromUTC": "zoned",
    "ActualFrameDuration": "none",
    "AcquisitionTime": "none",
    "AcquisitionDate": "none",
    "GE scan date and time (0009,100D)": "ge",
    "Siemens decay correction (0071,1022)": "siemens",
    "Philips SUV factor (7053,1000)": "philips",
    "Philips activity factor (7053,1009)": "philips",
    "RadiopharmaceuticalStartDateTime": "zirconium",
}
"""For an element that matters to few series: one of these."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case: its number, family, base and damage in words, and the seed of its dice."""

    number: int
    family: str
    base: str
    what: str
    seed: tuple[int, int]
    change: Change | None = None
    everywhere: bool = True


@dataclass(frozen=True, slots=True)
class Source:
    """Where sound bases lie."""

    folder: Path

    def files(self, base: Base) -> dict[str, bytes]:
        """Return the files of a base by name."""
        return {p.name: p.read_bytes() for p in sorted((self.folder / base.name).iterdir())}

    def drawn(self, base: Base) -> Path:
        """Return its structure set."""
        return self.folder / f"{base.name}-drawn.dcm"

    @property
    def record(self) -> Path:
        """The record that says what the headers say."""
        return self.folder / "record.toml"


@dataclass(slots=True)
class Order:
    """What petrial is asked, and by what the true SUV is multiplied in the answer, if not 1."""

    path: Path
    contours: tuple[Path, ...] = ()
    record: tuple[Path, ...] = ()
    assume: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    scale: float = 1.0


def cases(seed: int, total: int) -> list[Case]:
    """Return ``total`` cases; the same seed and total give the same ones."""
    counts = {family: round(share * total) for family, share in FAMILIES.items()}
    counts[HEADER] += total - sum(counts.values())
    found: list[Case] = []
    for family, count in counts.items():
        dice = np.random.default_rng([seed, len(found)])
        for _, base, what, change, everywhere in zip(
            range(count), *_drawn(family, count, dice), strict=False
        ):
            number = len(found)
            found.append(Case(number, family, base, what, (seed, number), change, everywhere))
    return found


def _drawn(
    family: str, count: int, dice: Dice
) -> tuple[list[str], list[str], list[Change | None], list[bool]]:
    """Return for each case of a family its base, damage, change, and whether all files get it."""
    everywhere = [bool(dice.random() < 0.7) for _ in range(count)]
    nothing: list[Change | None] = [None] * count
    if family == HEADER:
        chosen = _some(changes(), count, dice)
        bases = [_base_for(change, dice) for change in chosen]
        return bases, [f"{c.element}: {c.what}" for c in chosen], list(chosen), everywhere
    words: dict[str, Sequence[str]] = {
        PLAUSIBLY: tuple(PLAUSIBLE),
        BYTES: tuple(WAYS),
        DRAWN: (*CONTOURS, *(f"structure set: {w}" for w in WAYS), *(f"NIfTI: {w}" for w in WAYS)),
        STATED: (
            *(f"record: {key} = {value[:40]}" for key in RECORDS for value in RECORDS[key]),
            *(f"record: {w}" for w in WAYS),
            *(f"statement {number}" for number in range(len(STATEMENTS))),
        ),
        ZIPPED: ARCHIVES,
    }
    chosen_words = _some(words[family], count, dice)
    own: dict[str, Sequence[str]] = {PLAUSIBLY: BY_DOSE, BYTES: (), STATED: BY_DOSE}
    bases = [_base(dice, own.get(family, ())) for _ in range(count)]
    return bases, chosen_words, nothing, everywhere


def _some(things: Sequence[Thing], count: int, dice: Dice) -> list[Thing]:
    """Return ``count`` of them, all once before any comes twice."""
    found: list[Thing] = []
    while len(found) < count:
        found += [things[int(i)] for i in dice.permutation(len(things))]
    return found[:count]


def _base(dice: Dice, among: Sequence[str] = ()) -> str:
    if not among and dice.random() < SELDOM:
        return str(dice.choice([base.name for base in BASES if base.packed]))
    return str(dice.choice(list(among or TRUTHS)))


def _base_for(change: Change, dice: Dice) -> str:
    if change.element in ENHANCED_ONLY:
        return str(dice.choice(["enhanced", "legacy"]))
    if change.element in OWN and dice.random() < 0.6:
        return OWN[change.element]
    return _base(dice)


def made(case: Case, source: Source, folder: Path) -> Order:
    """Write the damaged input of a case below ``folder``; return what petrial is asked."""
    base = base_at(case.base)
    dice = np.random.default_rng(case.seed)
    files = source.files(base)
    images = folder / "images"
    images.mkdir(parents=True)
    order = Order(path=images, methods=("fixed:4.0",) if base.searched else ())
    if not base.searched or (base.form != "legacy" and dice.random() < SHARE_DRAWN):
        order.contours = (source.drawn(base),)
    acts: dict[str, Callable[[], None]] = {
        HEADER: lambda: _change_headers(case, files, dice),
        PLAUSIBLY: lambda: _change_plausibly(case, files, order),
        BYTES: lambda: _damage_one(case, files, dice),
        DRAWN: lambda: _damage_contours(case, (base, source), folder, order),
        STATED: lambda: _damage_statements(case, folder, order, dice),
        ZIPPED: lambda: None,
    }
    acts[case.family]()
    if case.family == ZIPPED:
        order.path = folder / "images.zip"
        archive(files, case.what, order.path, dice)
        return order
    for name, content in files.items():
        (images / name).write_bytes(content)
    return order


def _pet(files: dict[str, bytes]) -> list[str]:
    return [name for name in files if name.startswith("PT")]


def _change_headers(case: Case, files: dict[str, bytes], dice: Dice) -> None:
    names = _pet(files)
    chosen = names if case.everywhere else [str(dice.choice(names))]
    for name in chosen:
        assert case.change is not None
        files[name] = changed(files[name], case.change)


def _change_plausibly(case: Case, files: dict[str, bytes], order: Order) -> None:
    other = PLAUSIBLE[case.what]
    order.scale = other.scale
    for name in _pet(files):
        files[name] = with_values(files[name], other.values)


def _damage_one(case: Case, files: dict[str, bytes], dice: Dice) -> None:
    name = str(dice.choice(_pet(files)))
    files[name] = damaged(files[name], case.what, dice)


def _damage_contours(case: Case, sound: tuple[Base, Source], folder: Path, order: Order) -> None:
    base, source = sound
    dice = np.random.default_rng([*case.seed, 1])
    kind, _, way = case.what.partition(": ")
    if kind == "NIfTI":
        path = folder / "drawn.nii"
        path.write_bytes(damaged(label_map(), way, dice))
    else:
        path = folder / "drawn.dcm"
        content = source.drawn(base).read_bytes()
        path.write_bytes(
            damaged(content, way, dice) if way else changed_contours(content, case.what)
        )
    order.contours = (path,)


def _damage_statements(case: Case, folder: Path, order: Order, dice: Dice) -> None:
    kind, _, number = case.what.rpartition(" ")
    if kind == "statement":
        order.assume = (STATEMENTS[int(number)],)
        return
    path = folder / "record.toml"
    key, _, value = case.what.removeprefix("record: ").partition(" = ")
    if key in WAYS:
        path.write_bytes(damaged(changed_record("", "").encode(), key, dice))
    else:
        whole = next(v for v in RECORDS[key] if v[:40] == value)
        path.write_text(changed_record(key, whole))
    order.record = (path,)
