"""A protocol file is read whole, or refused with the name, place and line of each fault."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from petrial.adapters.files.protocol import (
    BUILT_IN,
    LARGEST_BYTES,
    built_in_text,
    dump_protocol,
    parse_protocol,
    read_protocol,
)
from petrial.protocol.rules import OneOf
from petrial.vocabulary.errors import Problem, ProtocolError, UsageError

SHORT = (Path(__file__).parents[2] / "protocol" / "short_trial.yaml").read_text(encoding="utf-8")


def refused(text: str) -> Problem:
    with pytest.raises(ProtocolError) as caught:
        parse_protocol(text, "trial.yaml")
    return caught.value.problem


def changed(old: str, new: str, text: str = SHORT) -> str:
    assert text.count(old) >= 1
    return text.replace(old, new, 1)


def test_a_trial_of_another_kind_is_only_another_file() -> None:
    trial = parse_protocol(SHORT, "short_trial.yaml")
    assert trial.identity.arms == 2
    assert [event.name for event in trial.events] == ["pet_before", "lutetium", "pet_after"]
    assert len(trial.forms) == 4


def test_names_of_another_trial_are_not_those_of_the_built_in_one() -> None:
    other, built_in = parse_protocol(SHORT, "a"), parse_protocol(built_in_text("impact-mbc"), "b")
    for part in ("sites", "events", "forms", "consents", "tracers", "code_lists", "outcomes"):
        keys = [
            {getattr(one, "name", None) or one.code for one in getattr(trial, part)}
            for trial in (other, built_in)
        ]
        assert keys[0].isdisjoint(keys[1]), part


def test_the_same_file_gives_equal_protocols() -> None:
    assert parse_protocol(SHORT, "a") == parse_protocol(SHORT, "b")


@pytest.mark.parametrize("name", BUILT_IN)
def test_each_built_in_protocol_has_no_fault(name: str) -> None:
    assert parse_protocol(built_in_text(name), name).identity.name == name.replace("-", "_")


def test_a_built_in_protocol_that_does_not_exist_is_refused_with_the_names_of_those_that_do() -> (
    None
):
    with pytest.raises(UsageError) as caught:
        built_in_text("../../../secret")
    assert "impact-mbc" in caught.value.problem.wanted


# What is wrong with one value: its place in the words of the file, its line, what is wanted.
VALUES: dict[str, tuple[str, str, str, str, str]] = {
    "not a number": (
        "offset: {value: 7, unit: d, source: plan}",
        "offset: {value: seven, unit: d, source: plan}",
        "events.lutetium.due.offset.value",
        "'seven'",
        "a number",
    ),
    "number for a text": ("version: '1.0'", "version: 1.0", "identity.version", "1.0", "a text"),
    "missing key": ("  sponsor: Made-up Hospital\n", "", "identity.sponsor", "", "must be there"),
    "unknown key": (
        "  dmc: false",
        "  dmc: false\n  committee: no",
        "identity.committee",
        "'no'",
        "only keys that a protocol knows",
    ),
    "unknown role": (
        "  who: [site-nurse]",
        "  who: [nurse]",
        "visibility.who[1]",
        "'nurse'",
        "'site-nurse'",
    ),
    "unknown test": (
        "{test: below, item: psa.platelets, value: 75}",
        "{test: under, item: psa.platelets, value: 75}",
        "criteria.E1.rule",
        "a mapping with the keys test, item, value",
        "'below'",
    ),
    "fault deep in a rule": (
        "{test: within, item: psa.sampled_on, days: 28}",
        "{test: within, item: psa.sampled_on, days: 28.5}",
        "criteria.I1.rule.rules[2].days",
        "28.5",
        "a whole number",
    ),
    "path without a form": (
        "item: psa.platelets",
        "item: platelets",
        "criteria.E1.rule.item",
        "'platelets'",
        "a text of the form",
    ),
    "required as another word": (
        "title: arm, type: code, codes: arm, required: always",
        "title: arm, type: code, codes: arm, required: sometimes",
        "forms.allocation.items.arm.required",
        "'sometimes'",
        "always|never",
    ),
    "unknown source": (
        "uptake:\n    target: {value: 60, unit: min, source: plan}",
        "uptake:\n    target: {value: 60, unit: min, source: hearsay}",
        "tracers.68Ga-PSMA-11.uptake.target.source",
        "hearsay",
        "unconfirmed",
    ),
    "figure without a source": (
        "gap: {value: 4, unit: wk, source: plan}",
        "gap: {value: 4, unit: wk}",
        "conflicts.pet_after_lutetium.gap.source",
        "",
        "must be there",
    ),
    "not a number at all": (
        "gap: {value: 4, unit: wk, source: plan}",
        "gap: {value: .nan, unit: wk, source: plan}",
        "conflicts.pet_after_lutetium.gap.value",
        "nan",
        "finite",
    ),
    "list for a mapping": (
        "identity:\n",
        "identity: []\nunused:\n",
        "identity",
        "a list of 0",
        "map",
    ),
    "impossible day": (
        "dated: 2024-01-15",
        "dated: '2024-02-30'",
        "identity.dated",
        "'2024-02-30'",
        "a date such as 2024-05-21",
    ),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_wrong_value_is_named_by_its_place_as_people_write_it(name: str) -> None:
    old, new, field, got, wanted = VALUES[name]
    problem = refused(changed(old, new))
    assert (problem.field, problem.got) == (field, got)
    assert wanted in problem.wanted
    assert problem.where.startswith("trial.yaml")
    assert problem.do


def test_a_wrong_value_is_named_with_its_line() -> None:
    """Counted by hand: the line of the file that holds the word."""
    text = changed("minimum: {value: 0,", "minimum: {value: none,")
    line = next(n for n, one in enumerate(text.splitlines(), start=1) if "value: none" in one)
    assert refused(text).where == f"trial.yaml, line {line}"


def test_all_faults_are_told_at_once() -> None:
    text = changed("arms: 2", "arms: two", changed("dmc: false", "dmc: perhaps"))
    with pytest.raises(ProtocolError) as caught:
        parse_protocol(text, "trial.yaml")
    told = (str(caught.value), *caught.value.__notes__)
    assert len(told) == 2
    assert "identity.arms" in told[0]
    assert "identity.dmc" in told[1]


def test_faults_beyond_the_types_are_told_at_once_too() -> None:
    text = changed("anchor: pet_before", "anchor: nowhere", changed("arms: 2", "arms: 0"))
    with pytest.raises(ProtocolError) as caught:
        parse_protocol(text, "trial.yaml")
    told = "\n".join((str(caught.value), *caught.value.__notes__))
    assert "identity.arms" in told
    assert "events.lutetium.due.anchor" in told


@pytest.mark.parametrize("word", ["yes", "no", "on", "off", "Yes", "NO"])
def test_yes_and_no_are_words_as_in_yaml_1_2(word: str) -> None:
    """YAML 1.2.2, section 10.3.2: only true and false are booleans; 1.1 had these as well."""
    text = changed("values: [lutetium]}", f"values: [lutetium, {word}]}}")
    text = changed(
        "  - {code: waiting,", f"  - {{code: {word}, title: word}}\n  - {{code: waiting,", text
    )
    rule = parse_protocol(text, "trial.yaml").events[1].when
    assert isinstance(rule, OneOf)
    assert rule.values == ("lutetium", word)


# What YAML can do beyond plain data, each with what the refusal must say of it.
EVIL: dict[str, tuple[str, str]] = {
    "a call": ("format: !!python/object/apply:os.system ['touch owned']", "python/object/apply"),
    "a name": ("format: !!python/name:os.system", "python/name"),
    "own tag": ("format: !secret 1", "!secret"),
    "key twice": ("format: 1\nidentity: {}\nformat: 1", "second time"),
    "key twice deep down": ("identity:\n  arms: 1\n  arms: 2", "second time"),
    "key twice in braces": ("sources: {plan: a, plan: b}", "second time"),
    "list as key": ("? [a, b]\n: 1", "as a key"),
    "alias of itself": ("sources: &a\n  plan: *a", "alias of what it stands in"),
    "alias of nothing": ("format: *nothing", "undefined alias"),
    "two documents": ("format: 1\n---\nformat: 1", "another document"),
    "tab as indentation": ("identity:\n\tarms: 1", "cannot start any token"),
    "open bracket": ("sites: [a, b", "']'"),
    "no such day": ("identity: {dated: 2024-02-30}", "day is out of range"),
    "control character": ("format: \x01", "control characters"),
    "half a character": ("format: \ud800", "surrogates"),
    "endless number": ("format: " + "9" * 5000, "digits"),
}


@pytest.mark.parametrize("name", EVIL)
def test_what_is_no_plain_data_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text, said = EVIL[name]
    assert said in str(refused(text))
    assert list(tmp_path.iterdir()) == []


def bomb(levels: int) -> str:
    """Return lists of ten aliases each: 10 ** levels values."""
    lines = ["l0: &l0 [x]"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, levels + 1)]
    return "\n".join(lines)


@pytest.mark.parametrize("levels", [6, 9, 50])
def test_aliases_that_explode_are_refused_before_they_do(levels: int) -> None:
    """10^6 values are more than the limit; 10^50 would fit in no memory."""
    assert refused(bomb(levels)).field == "aliases"


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
@pytest.mark.parametrize("levels", [65, 10_000, 500_000])
def test_nesting_without_end_is_refused_and_ends_no_process(opening: str, levels: int) -> None:
    """The C library builds its tree by recursion and dies of such a text."""
    assert "levels of nesting" in str(refused(opening * levels))


def test_a_chain_of_aliases_makes_no_endless_rule() -> None:
    lines = [f"r{n}: &r{n} {{test: not, rule: *r{n - 1}}}" for n in range(1, 900)]
    text = "r0: &r0 {test: stated, item: a.b}\n" + "\n".join(lines)
    rule = "rule: {test: below, item: psa.platelets, value: 75}"
    assert refused(text + "\n" + changed(rule, "rule: *r899")).field


@pytest.mark.parametrize("text", ["", "# only a remark\n", "null", "a text", "- a list"])
def test_what_is_no_mapping_is_no_protocol(text: str) -> None:
    assert refused(text).field == "file"


@given(st.text())
def test_any_text_is_a_protocol_or_refused_in_words(text: str) -> None:
    assert refused(text).wanted


@given(st.data())
def test_a_protocol_with_one_line_gone_is_read_or_refused_in_words(data: st.DataObject) -> None:
    lines = SHORT.splitlines(keepends=True)
    gone = data.draw(st.integers(0, len(lines) - 1))
    try:
        said = parse_protocol("".join(lines[:gone] + lines[gone + 1 :]), "trial.yaml").identity.name
    except ProtocolError as error:
        said = error.problem.do
    assert said


def written(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "trial.yaml"
    path.write_bytes(content)
    return path


def test_a_file_is_read_with_and_without_a_byte_order_mark(tmp_path: Path) -> None:
    plain = read_protocol(written(tmp_path, SHORT.encode()))
    assert read_protocol(written(tmp_path, SHORT.encode("utf-8-sig"))) == plain
    assert read_protocol(written(tmp_path, SHORT.replace("\n", "\r\n").encode())) == plain


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (SHORT.replace("Northern", "Nörthern").encode("latin-1"), "encoding"),
        (SHORT.encode("utf-16"), "encoding"),
        (b"# " + b"x" * LARGEST_BYTES, "size"),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: bytes, field: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        read_protocol(written(tmp_path, content))
    assert caught.value.problem.field == field


def test_a_file_of_the_largest_size_is_read(tmp_path: Path) -> None:
    content = SHORT.encode()
    padded = content + b"#" * (LARGEST_BYTES - len(content))
    assert read_protocol(written(tmp_path, padded)).identity.acronym == "PSMA-PAIR"


@pytest.mark.parametrize("make", [Path.mkdir, lambda _: None])
def test_no_file_is_a_wrong_use(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "absent.yaml"
    make(path)
    with pytest.raises(UsageError) as caught:
        read_protocol(path)
    assert caught.value.problem.where == str(path)


@pytest.mark.parametrize("text", [SHORT, built_in_text("impact-mbc")])
def test_what_is_dumped_is_read_as_the_same_protocol(text: str) -> None:
    protocol = parse_protocol(text, "trial.yaml")
    data: dict[str, Any] = protocol.model_dump(mode="json", exclude_unset=True)
    dumped = dump_protocol(data)
    assert parse_protocol(dumped, "dumped.yaml") == protocol
    assert list(yaml.safe_load(dumped)) == list(data)


def test_a_figure_is_dumped_on_one_line() -> None:
    figure = {"value": 200, "unit": "MBq", "source": "record"}
    assert dump_protocol({"activity": figure}) == (
        "activity: {value: 200, unit: MBq, source: record}\n"
    )


def test_a_word_that_yaml_would_take_for_another_thing_is_dumped_in_quotes() -> None:
    data = {"yes": "no", "version": "1.0", "day": "2024-05-21", "empty": "", "ö": "é"}
    dumped = dump_protocol(data)
    assert yaml.safe_load(dumped) == data
    assert "ö: é" in dumped
