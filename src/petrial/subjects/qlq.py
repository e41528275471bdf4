"""Scores of the EORTC questionnaires QLQ-C30 (version 3) and QLQ-BR23.

Numbers of items and codes of scales only: the texts of the items are licensed and stay out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from petrial.vocabulary.errors import FieldError

__all__ = [
    "QLQ_BR23",
    "QLQ_C30",
    "SUMMARY",
    "Direction",
    "Only",
    "Scale",
    "ScaleScore",
    "score_br23",
    "score_c30",
]


class Direction(StrEnum):
    """Which formula turns the mean answer into a score."""

    FUNCTION = "function"
    """The lowest answer gives 100."""
    SYMPTOM = "symptom"
    """The lowest answer gives 0."""


@dataclass(frozen=True, slots=True)
class Only:
    """A scale applies only where ``item`` was answered with more than the lowest answer."""

    item: int
    reason: str


@dataclass(frozen=True, slots=True)
class Scale:
    """One scale.

    Attributes
    ----------
    code, title
        Its code, and a short title.
    items
        Numbers of its items.
    highest
        Highest answer; the lowest is 1.
    direction
        Formula.
    only
        Where it applies; None for everybody.
    """

    code: str
    title: str
    items: tuple[int, ...]
    highest: int
    direction: Direction
    only: Only | None = None


@dataclass(frozen=True, slots=True)
class ScaleScore:
    """A score from 0 to 100, or None and why there is none.

    ``answered`` is the number of items (for the summary: of scales) that it rests on.
    """

    code: str
    value: float | None
    answered: int
    reason: str = ""


_F, _S = Direction.FUNCTION, Direction.SYMPTOM
SUMMARY: Final = "SUMMARY"
"""Code of the summary score."""

_SUMMARY_WITHOUT: Final = ("QL", "FI")

QLQ_C30: Final = (
    Scale("QL", "global health status", (29, 30), 7, _S),
    Scale("PF", "physical functioning", (1, 2, 3, 4, 5), 4, _F),
    Scale("RF", "role functioning", (6, 7), 4, _F),
    Scale("EF", "emotional functioning", (21, 22, 23, 24), 4, _F),
    Scale("CF", "cognitive functioning", (20, 25), 4, _F),
    Scale("SF", "social functioning", (26, 27), 4, _F),
    Scale("FA", "fatigue", (10, 12, 18), 4, _S),
    Scale("NV", "nausea and vomiting", (14, 15), 4, _S),
    Scale("PA", "pain", (9, 19), 4, _S),
    Scale("DY", "dyspnoea", (8,), 4, _S),
    Scale("SL", "insomnia", (11,), 4, _S),
    Scale("AP", "appetite loss", (13,), 4, _S),
    Scale("CO", "constipation", (16,), 4, _S),
    Scale("DI", "diarrhoea", (17,), 4, _S),
    Scale("FI", "financial difficulties", (28,), 4, _S),
)
"""Scales of the QLQ-C30; the formula of symptoms also serves the global scale."""

QLQ_BR23: Final = (
    Scale("BRBI", "body image", (39, 40, 41, 42), 4, _F),
    Scale("BRFU", "future perspective", (43,), 4, _F),
    Scale("BRSEF", "sexual functioning", (44, 45), 4, _S),
    Scale("BRSEE", "sexual enjoyment", (46,), 4, _S, Only(45, "not sexually active")),
    Scale("BRST", "systemic therapy side effects", (31, 32, 33, 34, 36, 37, 38), 4, _S),
    Scale("BRHL", "upset by hair loss", (35,), 4, _S, Only(34, "no hair loss")),
    Scale("BRAS", "arm symptoms", (47, 48, 49), 4, _S),
    Scale("BRBS", "breast symptoms", (50, 51, 52, 53), 4, _S),
)
"""Scales of the QLQ-BR23, items numbered on from the QLQ-C30.

Sexual functioning and enjoyment take the formula of symptoms: a high score is good there.
"""

SOURCES: Final = {
    "QLQ-C30": "scoring manual [fayers2001], summary score [giesinger2016]",
    "QLQ-BR23": "module [sprangers1996], scoring manual [fayers2001]",
}
"""Where the rules of each questionnaire are from."""


def score_c30(answers: Mapping[int, int | None]) -> dict[str, ScaleScore]:
    """Return all scores of the QLQ-C30 and its summary score, by code.

    Raw score R is the mean of the items answered; function 100 (1 - (R - 1) / range), others
    100 (R - 1) / range, range being the highest answer less 1. A scale needs half of its items.
    The summary is the mean of 13 scales (all but QL and FI), symptoms turned round, and needs all
    13. Source: ``SOURCES``.

    Parameters
    ----------
    answers
        Answer by number of item, 1 to 30; missing or None where not answered.

    Raises
    ------
    FieldError
        When an answer is out of range, or an item does not exist.

    Examples
    --------
    >>> scores = score_c30({item: 2 for item in range(1, 6)})
    >>> round(scores["PF"].value, 2)
    66.67
    >>> scores["FA"].value, scores["FA"].reason
    (None, '0 of 3 items answered')
    """
    scores = _scored(answers, QLQ_C30, "QLQ-C30")
    parts = [scale for scale in QLQ_C30 if scale.code not in _SUMMARY_WITHOUT]
    return scores | {SUMMARY: _summary(parts, scores)}


def score_br23(answers: Mapping[int, int | None]) -> dict[str, ScaleScore]:
    """Return all scores of the QLQ-BR23, by code.

    Formulas as in ``score_c30``. Sexual enjoyment is scored only for who is sexually active, upset
    by hair loss only for who lost hair; where the item that tells was not answered, an answer to
    the other one says that it applied. Source: ``SOURCES``.

    Parameters
    ----------
    answers
        Answer by number of item, 31 to 53; missing or None where not answered.

    Raises
    ------
    FieldError
        When an answer is out of range, or an item does not exist.

    Examples
    --------
    >>> score_br23({34: 1})["BRHL"].reason
    'no hair loss'
    """
    return _scored(answers, QLQ_BR23, "QLQ-BR23")


def _scored(
    answers: Mapping[int, int | None], scales: Iterable[Scale], questionnaire: str
) -> dict[str, ScaleScore]:
    highest = {item: scale.highest for scale in scales for item in scale.items}
    for item, answer in answers.items():
        _check(questionnaire, item, answer, highest)
    return {scale.code: _score(scale, answers) for scale in scales}


def _check(questionnaire: str, item: int, answer: int | None, highest: Mapping[int, int]) -> None:
    if item not in highest:
        raise FieldError(
            where=questionnaire,
            field=f"item {item}",
            got=item,
            wanted=f"an item from {min(highest)} to {max(highest)}",
            do="leave it out, or number the items as in the questionnaire",
        )
    whole = isinstance(answer, int) and not isinstance(answer, bool)
    if answer is not None and not (whole and 1 <= answer <= highest[item]):
        raise FieldError(
            where=questionnaire,
            field=f"item {item}",
            got=answer,
            wanted=f"a whole number from 1 to {highest[item]}",
            do="correct it after the form; leave it empty where it was not answered",
        )


def _score(scale: Scale, answers: Mapping[int, int | None]) -> ScaleScore:
    given = [answer for item in scale.items if (answer := answers.get(item)) is not None]
    if scale.only is not None and answers.get(scale.only.item) == 1:
        reason = scale.only.reason
        if given:
            reason += f" by item {scale.only.item}, yet item {scale.items[0]} is answered"
        return ScaleScore(scale.code, None, len(given), reason)
    if 2 * len(given) < len(scale.items) or not given:
        reason = f"{len(given)} of {len(scale.items)} items answered"
        return ScaleScore(scale.code, None, len(given), reason)
    share = (sum(given) - len(given)) / (len(given) * (scale.highest - 1))
    value = 1.0 - share if scale.direction is Direction.FUNCTION else share
    return ScaleScore(scale.code, 100.0 * value, len(given))


def _summary(parts: list[Scale], scores: Mapping[str, ScaleScore]) -> ScaleScore:
    good = []
    missing = []
    for scale in parts:
        value = scores[scale.code].value
        if value is None:
            missing.append(scale.code)
        else:
            good.append(value if scale.direction is Direction.FUNCTION else 100.0 - value)
    if missing:
        return ScaleScore(SUMMARY, None, len(good), "not scored: " + ", ".join(missing))
    return ScaleScore(SUMMARY, sum(good) / len(good), len(good))
