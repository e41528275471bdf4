"""``petrial protocol`` as people call it: what it prints, what it writes, its exit codes."""

import json
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from made_protocol import made_data
from made_record import made_record
from petrial.adapters.files.protocol import built_in_text, dump_protocol, parse_protocol
from petrial.entrypoints.cli import main
from petrial.protocol.model import Protocol


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    error: str

    @property
    def json(self) -> Any:  # noqa: ANN401  any JSON
        return json.loads(self.out)

    @property
    def line(self) -> str:
        """All that was printed, without the breaks of the table."""
        return " ".join((self.out + self.error).split())


Call = Callable[..., Said]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Return a function that runs ``petrial protocol`` with some words."""

    def run(*words: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["petrial", "protocol", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        return Said(int(end.value.code or 0), said.out, said.err)

    return run


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Return the tiny trial as a file."""
    return written(tmp_path / "tiny.yaml")


def written(path: Path, *changes: tuple[tuple[str | int, ...], object]) -> Path:
    """Write the tiny trial, with values put at the ends of steps."""
    data = made_data()
    for steps, value in changes:
        part: Any = data
        for step in steps[:-1]:
            part = part[step]
        part[steps[-1]] = value
    path.write_text(dump_protocol(data), encoding="utf-8")
    return path


def test_a_protocol_is_shown_by_name_and_by_file(call: Call, tiny: Path) -> None:
    """NCT01957332: 217 enrolled, FES about 200 MBq."""
    built_in, own = call("show", "impact-mbc"), call("show", tiny)
    assert (built_in.code, own.code) == (0, 0)
    assert "NCT01957332" in built_in.out
    assert "217 (actual)" in built_in.out
    assert "200 MBq" in built_in.out
    assert "A tiny trial of one tracer" in own.out
    for title in ("Sites", "Schedule", "Criteria", "Outcomes", "Not confirmed by any source"):
        assert title in own.out


def test_one_part_is_shown_alone(call: Call, tiny: Path) -> None:
    said = call("show", tiny, "--part", "criteria", "--part", "sites")
    assert "North Hospital" in said.out
    assert "Age above 18 years" in said.out
    assert "200 MBq" not in said.out


def test_what_is_shown_as_json_is_the_protocol(call: Call, tiny: Path) -> None:
    """Read back, it is the same protocol."""
    said = call("show", tiny, "--json").json
    content = {key: value for key, value in said.items() if key in Protocol.model_fields}
    assert Protocol.model_validate(content) == parse_protocol(tiny.read_text(), "tiny")
    assert call("show", tiny, "--json", "--part", "sites").json == {"sites": made_data()["sites"]}
    alone = call("show", tiny, "--json", "--part", "unconfirmed").json
    assert [one["path"] for one in alone["unconfirmed"]] == [
        "tracers.18F-FES.tolerance",
        "tracers.18F-FES.effective_dose",
        "conflicts.fes_before_therapy.gap",
    ]


def test_a_whole_protocol_passes_and_its_unconfirmed_figures_are_told(
    call: Call, tiny: Path
) -> None:
    said = call("check", tiny)
    assert said.code == 0
    assert "TINY, version 1.0: nothing is wrong." in said.out
    assert "conflicts.fes_before_therapy.gap" in said.out
    assert said.error == ""


def test_every_fault_of_a_protocol_is_told_in_five_parts(call: Call, tmp_path: Path) -> None:
    bad = written(
        tmp_path / "bad.yaml",
        (("events", 2, "due", "anchor"), "injektion"),
        (("forms", 0, "group"), "clinic"),
    )
    said = call("check", bad)
    assert said.code == 3
    assert said.out == ""
    for words in (
        "refused bad.yaml field events.scan.due.anchor found injektion",
        "do write injection, or add an event of this name",
        "field forms.history.group found clinic",
    ):
        assert words in said.line


def test_faults_as_json_have_five_parts_and_the_exit_code_stays(call: Call, tmp_path: Path) -> None:
    bad = written(tmp_path / "bad.yaml", (("events", 3, "tracer"), "18F-FDG"))
    said = call("check", bad, "--json")
    assert said.code == 3
    assert said.json["whole"] is False
    (problem,) = said.json["problems"]
    assert problem == {
        "where": "bad.yaml",
        "field": "events.therapy.tracer",
        "got": "18F-FDG",
        "wanted": "the name of a tracer: 18F-FES",
        "do": "write 18F-FES, or add a tracer of this name",
    }
    assert call("check", "impact-mbc", "--json").json["whole"] is True


def test_a_value_of_another_type_is_told_too(call: Call, tmp_path: Path) -> None:
    bad = written(
        tmp_path / "bad.yaml", (("identity", "arms"), "many"), (("identity", "dmc"), "perhaps")
    )
    said = call("check", bad)
    assert said.code == 3
    assert "field identity.arms found 'many' wanted a whole number" in said.line
    assert "field identity.dmc" in said.line


@pytest.mark.parametrize("verb", ["show", "check", "export"])
def test_a_protocol_that_is_not_there_is_wrong_usage(call: Call, verb: str) -> None:
    said = call(verb, "impact-mcb")
    assert said.code == 2
    assert "one that petrial brings with it: impact-mbc" in said.line


def test_two_versions_are_compared_and_what_it_means_is_told(
    call: Call, tiny: Path, tmp_path: Path
) -> None:
    later = written(
        tmp_path / "later.yaml",
        (("identity", "version"), "1.1"),
        (("consents", 1, "text"), "To hear all findings."),
        (("events", 2, "due", "after", "value"), 1),
    )
    said = call("diff", tiny, later)
    assert said.code == 0
    assert "events.scan.due.after" in said.out
    assert "Consents change (findings): decide who must consent again." in said.line
    answer = call("diff", tiny, later, "--json").json
    assert answer["after"]["version"] == "1.1"
    assert answer["headlines"][0].startswith("Consents change")
    assert {"path": "events.scan.due.after", "before": "0 d", "after": "1 d"} in answer[
        "differences"
    ]
    assert len(answer["differences"]) == 3


def test_a_protocol_does_not_differ_from_itself(call: Call) -> None:
    assert call("diff", "impact-mbc", "impact-mbc", "--json").json["differences"] == []


def test_a_protocol_is_written_for_people(call: Call, tiny: Path, tmp_path: Path) -> None:
    out = tmp_path / "tiny.md"
    assert call("export", tiny, "--out", out).code == 0
    text = out.read_text(encoding="utf-8")
    assert text.startswith("# TINY: A tiny trial of one tracer\n")
    assert call("export", tiny).out == text


def test_a_protocol_is_written_as_odm(call: Call, tiny: Path) -> None:
    """ODM 1.3.2: the root, its version, and a FormDef for each form."""
    text = call("export", tiny, "--format", "odm").out
    root = ET.fromstring(text)  # noqa: S314  our own output
    space = "{http://www.cdisc.org/ns/odm/v1.3}"
    assert root.tag == f"{space}ODM"
    assert root.get("ODMVersion") == "1.3.2"
    assert len(list(root.iter(f"{space}FormDef"))) == 3


def test_a_protocol_that_petrial_brings_can_be_had_as_a_file(call: Call, tmp_path: Path) -> None:
    """The file with its remarks, so that an amendment can begin from it."""
    out = tmp_path / "own.yaml"
    assert call("export", "impact-mbc", "--format", "yaml", "--out", out).code == 0
    assert out.read_text(encoding="utf-8") == built_in_text("impact-mbc")
    assert call("diff", "impact-mbc", out, "--json").json["differences"] == []


def test_an_unknown_form_of_export_is_wrong_usage(call: Call) -> None:
    said = call("export", "impact-mbc", "--format", "pdf")
    assert said.code == 2
    assert "wanted one of: md, odm, yaml" in said.line


def test_a_place_that_cannot_be_written_is_refused_before_work(call: Call, tmp_path: Path) -> None:
    said = call("export", "impact-mbc", "--out", tmp_path / "none" / "x.md")
    assert said.code == 2


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """Return the record of a register as a file."""
    path = tmp_path / "record.json"
    path.write_text(json.dumps(made_record()), encoding="utf-8")
    return path


def test_a_protocol_is_begun_from_a_record_and_does_not_pass(
    call: Call, record: Path, tmp_path: Path
) -> None:
    """The draft says what to add, on the terminal and in the file; the check names each spot."""
    draft = tmp_path / "draft.yaml"
    said = call("from-registry", record, "--out", draft)
    assert said.code == 0
    assert "To add:" in said.out
    assert "criteria: the rule of each (I1, I2, I3, I4, E1, E2)" in said.out
    text = draft.read_text(encoding="utf-8")
    assert all(
        f"# - {line.removeprefix('- ')}" in text
        for line in said.out.splitlines()
        if line.startswith("- ")
    )
    checked = call("check", draft)
    assert checked.code == 3
    for number in ("I1", "I4", "E2"):
        assert f"criteria.{number}.rule.item" in checked.error
    assert "the place of a rule that is still to be written" in checked.line


def test_without_a_file_the_draft_goes_to_the_terminal(
    call: Call, record: Path, tmp_path: Path
) -> None:
    draft = tmp_path / "draft.yaml"
    call("from-registry", record, "--out", draft)
    assert call("from-registry", record).out == draft.read_text(encoding="utf-8")


def test_what_was_added_by_hand_is_never_written_over(
    call: Call, record: Path, tmp_path: Path
) -> None:
    draft = tmp_path / "draft.yaml"
    draft.write_text("by hand", encoding="utf-8")
    assert call("from-registry", record, "--out", draft).code == 2
    assert draft.read_text(encoding="utf-8") == "by hand"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "JSON"),
        ("[]", "found a list"),
        ("[" * 200_000, "JSON"),
        ('{"studies": []}', "field protocolSection found studies"),
        ("\xff", "JSON"),
    ],
)
def test_what_is_no_record_is_refused(call: Call, tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "record.json"
    path.write_text(content, encoding="latin-1")
    said = call("from-registry", path)
    assert said.code == 3
    assert words in said.line
