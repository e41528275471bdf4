"""Every method and peak has a sentence, and every citation in it a reference."""

import re

import pytest

from petrial.lesions.methods import (
    MEASURES_SENTENCE,
    METHODS,
    PEAKS,
    methods_text,
)
from petrial.lesions.peak import PeakDefinition
from petrial.vocabulary.citations import CITATIONS, cited_keys

SENTENCES = [method.sentence for method in METHODS.values()] + [*PEAKS.values(), MEASURES_SENTENCE]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_each_bracket_in_a_methods_sentence_is_a_key_of_the_references(sentence: str) -> None:
    assert sentence.endswith(".")
    brackets = re.findall(r"\[(.*?)\]", sentence)
    assert tuple(dict.fromkeys(brackets)) == cited_keys([sentence])
    assert set(brackets) <= set(CITATIONS)


def test_each_definition_of_the_peak_has_a_sentence() -> None:
    assert set(PEAKS) == set(PeakDefinition)


@pytest.mark.parametrize(("key", "reference"), CITATIONS.items())
def test_a_reference_holds_the_author_and_the_year_of_its_key(key: str, reference: str) -> None:
    match = re.fullmatch(r"([a-z]+)(\d{4})\w*", key)
    assert match is not None
    assert reference.lower().startswith(match[1])
    assert match[2] in reference


def test_the_text_says_once_what_ran_in_its_order() -> None:
    text = methods_text(
        ["fixed:4.0", "majority of fixed:4.0, percent:41 of percist:3.3", "anything"],
        PeakDefinition.SPHERE_1CM3,
    )
    names = ("fixed", "majority", "percent", "percist", "drawn")
    assert text[:5] == tuple(METHODS[name].sentence for name in names)
    assert text[5:] == (PEAKS[PeakDefinition.SPHERE_1CM3], MEASURES_SENTENCE)
