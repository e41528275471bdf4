"""A report as a frozen tree: sections of blocks, which an adapter turns into a page."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from petrial.vocabulary.errors import Problem

__all__ = [
    "Absent",
    "Alert",
    "Align",
    "Badge",
    "Block",
    "Cell",
    "Fact",
    "Figure",
    "Header",
    "KeyValues",
    "Level",
    "Mark",
    "Number",
    "Outline",
    "Panel",
    "Paragraph",
    "References",
    "Report",
    "Section",
    "Table",
    "Text",
    "Tone",
]


class Tone(StrEnum):
    """How a badge is meant."""

    NEUTRAL = "neutral"
    GOOD = "good"
    CAUTION = "caution"
    BAD = "bad"


class Level(StrEnum):
    """How grave an alert is."""

    REFUSAL = "refusal"
    WARNING = "warning"
    NOTE = "note"


class Align(StrEnum):
    """On which side the cells of a column stand."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Badge:
    """A word or two in a coloured frame; the word alone carries the meaning."""

    text: str
    tone: Tone = Tone.NEUTRAL


@dataclass(frozen=True, slots=True)
class Text:
    """Words; ``note`` is a second, smaller line; ``badge`` stands behind the words."""

    text: str
    note: str = ""
    badge: Badge | None = None


@dataclass(frozen=True, slots=True)
class Number:
    """A number and how many decimals of it are printed; its unit stands in the header.

    ``signed`` numbers, which are changes, show their plus too.

    >>> Number(-3.14159, 2).text == "\N{MINUS SIGN}3.14", Number(3.14159, 1, signed=True).text
    (True, '+3.1')
    """

    value: float
    decimals: int
    signed: bool = False

    @property
    def text(self) -> str:
        """The number as printed, with a true minus sign; what rounds to zero has no sign."""
        text = f"{self.value:{'+' if self.signed else ''}.{self.decimals}f}"
        if not text.strip("+-0."):
            return text.lstrip("+-")
        return text.replace("-", "\N{MINUS SIGN}")


@dataclass(frozen=True, slots=True)
class Mark:
    """The number of a region; page and figure give it the same colour."""

    number: int


@dataclass(frozen=True, slots=True)
class Absent:
    """There is no value, and why."""

    reason: str = ""


Cell: TypeAlias = Text | Number | Badge | Mark | Absent


@dataclass(frozen=True, slots=True)
class Header:
    """A column's title, its unit ("" for none), side, and the group it belongs to."""

    title: str
    unit: str = ""
    align: Align = Align.LEFT
    group: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One or more sentences; ``target`` is the key of the section they point to, "" for none."""

    text: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under headers.

    Attributes
    ----------
    caption
        What the table holds; it names the table.
    headers, rows
        One header and, in each row, one cell for each column.
    note
        Sentences below the table, "" for none.
    foldable
        Whether a reader may want to fold it away; on paper it is always open.
    open
        Whether a foldable table begins open.
    """

    caption: str
    headers: tuple[Header, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    foldable: bool = False
    open: bool = True

    def __post_init__(self) -> None:
        if any(len(row) != len(self.headers) for row in self.rows):
            message = f"table {self.caption!r}: each row needs one cell for each header"
            raise ValueError(message)

    @property
    def groups(self) -> tuple[tuple[str, int], ...]:
        """Neighbouring headers of one group, as group and number of columns; () without groups.

        >>> Table("t", (Header("a"), Header("b", group="g"), Header("c", group="g")), ()).groups
        (('', 1), ('g', 2))
        """
        runs: list[tuple[str, int]] = []
        for header in self.headers:
            if runs and header.group and runs[-1][0] == header.group:
                runs[-1] = (header.group, runs[-1][1] + 1)
            else:
                runs.append((header.group, 1))
        return tuple(runs) if any(group for group, _ in runs) else ()


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """The outline of a projected region: its number, its pixels, and whether it is dashed."""

    number: int
    mask: NDArray[np.bool_]
    dashed: bool


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """One image of a figure.

    Attributes
    ----------
    title
        What is seen, such as ``anterior``.
    image
        Shape (rows, columns), row 0 on top.
    pixel_mm
        Height and width of a pixel in mm.
    sides
        What lies on the left and on the right side of the image, such as ``("R", "L")``.
    outlines
        Masks of the shape of ``image``.
    """

    title: str
    image: NDArray[np.float32]
    pixel_mm: tuple[float, float]
    sides: tuple[str, str]
    outlines: tuple[Outline, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """Images side by side on one physical scale and one grey scale, and how to read them.

    Attributes
    ----------
    title, alternative
        The subtitle, and the figure in words for whoever cannot see it.
    panels
        The images, from left to right.
    window, quantity
        The values shown white and black, and what they are, such as ``SUVbw (g/mL)``.
    see, judge, act
        What you see; what good and bad look like; what to do then.
    """

    title: str
    alternative: str
    panels: tuple[Panel, ...]
    window: tuple[float, float]
    quantity: str
    see: str
    judge: str
    act: str


@dataclass(frozen=True, slots=True)
class Alert:
    """A refusal, a warning or a note: a title with a problem in its five parts, or sentences."""

    level: Level
    title: str
    problem: Problem | None = None
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """A named value for the eye, with its unit and a remark below it.

    ``doubt`` is a second remark that must not be overlooked.
    """

    name: str
    value: str
    unit: str = ""
    remark: str = ""
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class KeyValues:
    """Facts side by side, to be taken in at one glance."""

    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class References:
    """Numbered references, the first being number 1."""

    items: tuple[str, ...]


Block: TypeAlias = Paragraph | Table | Figure | Alert | KeyValues | References


@dataclass(frozen=True, slots=True)
class Section:
    """A title, sentences that say the main thing, and blocks. ``key`` names it within a page."""

    key: str
    title: str
    lead: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A title, what or whom it is about, facts for the head of the page, and sections."""

    title: str
    subtitle: str
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
