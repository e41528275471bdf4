"""The page of a protocol leaves nothing out, and nothing in a text becomes markup."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from made_protocol import made_data, made_protocol
from petrial.adapters.files.protocol import built_in_text, parse_protocol
from petrial.protocol.figures import Figure
from petrial.protocol.model import Protocol
from petrial.protocol.places import figures_of, places
from petrial.protocol.words import figure_words
from petrial.reports.markdown import markdown_text
from petrial.reports.protocol import protocol_markdown

RULE_PATH = re.compile(r"\.(rule|rules\[\d+\]|when|required|extravasated)(\.|$)")
SAID_OTHERWISE = re.compile(
    r"""(?x)
    ^format$
    | \.(happened|injected|scanned|item|where|of|anchor)$   # an item or event, by its title
    | \.(injection|scan|at)$                                # an event, by its title
    | \.values\[\d+\]$                                      # a code, by its title
    | \.kind$                                               # underscores as blanks
    | \.(value|unit|source|note)$                           # of figures: looked at as figures
    """
)


def tables() -> MarkdownIt:
    return MarkdownIt().enable("table")


def shown(markdown: str) -> str:
    """Return the text that a reader of the page sees, on one line."""
    texts: list[str] = []
    for token in tables().parse(markdown):
        texts += ["".join(child.content for child in token.children or ())]
    return " ".join(" ".join(texts).split())


def texts(protocol: Protocol) -> Iterator[tuple[str, str]]:
    """Yield every text of a protocol with its path, but rules, which are said in words."""
    for path, value in places(protocol):
        rule = RULE_PATH.search(path) or SAID_OTHERWISE.search(path)
        if isinstance(value, str) and value and not rule:
            yield path, " ".join(value.split())


def missing(protocol: Protocol) -> list[str]:
    page = shown(protocol_markdown(protocol))
    return [path for path, text in texts(protocol) if text not in page]


PROTOCOLS = {
    "tiny": made_protocol(),
    "impact-mbc": parse_protocol(built_in_text("impact-mbc"), "impact-mbc"),
}


@pytest.mark.parametrize("name", PROTOCOLS)
def test_every_text_of_a_protocol_stands_on_its_page(name: str) -> None:
    assert len(list(texts(PROTOCOLS[name]))) > 50
    assert missing(PROTOCOLS[name]) == []


@pytest.mark.parametrize("name", PROTOCOLS)
def test_every_figure_stands_on_the_page_with_its_source_and_note(name: str) -> None:
    page = shown(protocol_markdown(PROTOCOLS[name]))
    lost = [path for path, figure in figures_of(PROTOCOLS[name]) if _said(figure) not in page]
    assert lost == []


def _said(figure: Figure) -> str:
    note = f": {' '.join(figure.note.split())}" if figure.note else ""
    return f"{figure_words(figure)} [{figure.source}]{note}"


def test_criteria_stand_there_with_their_rules_in_words() -> None:
    page = shown(protocol_markdown(made_protocol()))
    assert (
        "all of these: (WHO performance status (Visit and history, at Screening) is at most 2); "
        "(Bilirubin (Visit and history) is stated)"
    ) in page
    assert (
        "Bilirubin rose by more than half in two weeks [plan]: "
        "the newest Bilirubin (Visit and history) "
        "is more than 50 % above the lowest of the 14 days before it"
    ) in page


def test_windows_stand_there_in_words() -> None:
    page = protocol_markdown(made_protocol())
    assert (
        "| Start of therapy (`therapy`) | 7 d after FES-PET | "
        "from 6 d earlier until 7 d later |" in page
    )


def test_what_nobody_confirmed_is_listed_at_the_end() -> None:
    """By hand: three figures; a form and a reading added here."""
    data = made_data()
    data["readings"][0]["source"] = "unconfirmed"
    data["forms"][2]["assumed"] = True
    last = protocol_markdown(Protocol.model_validate(data)).partition("## Not confirmed")[2]
    for words in (
        "| `tracers.18F-FES.tolerance` | 10 % |",
        "| `tracers.18F-FES.effective_dose` | 0.022 mSv/MBq |",
        "| `conflicts.fes_before_therapy.gap` | 6 wk |",
        "- `readings.18F-FES lesion`",
        "- PET scan (`scan`)",
    ):
        assert words in last


def test_a_page_has_one_table_row_for_each_item() -> None:
    """A bar or a line break in a text would break its row."""
    data = made_data()
    for item in data["forms"][0]["items"]:
        item["title"] = f"{item['title']} | *really*\n<script>1</script>"
    protocol = Protocol.model_validate(data)
    rows = [t for t in tables().parse(protocol_markdown(protocol)) if t.type == "tr_open"]
    plain = [t for t in tables().parse(protocol_markdown(made_protocol())) if t.type == "tr_open"]
    assert len(rows) == len(plain)
    assert missing(protocol) == []


WORDS = st.text(st.sampled_from("ab1 -+*_`#<>|[]()!&~\\.=\n$"), min_size=1, max_size=30)


@given(WORDS.filter(lambda text: text.strip() != ""))
def test_any_text_is_shown_as_it_is(text: str) -> None:
    """What a reader sees is the text, its white space as blanks; there is no markup and no HTML."""
    line = markdown_text(text)
    for page in (line, f"x {line}", f"# {line}", f"| a |\n| --- |\n| {line} |"):
        tokens = tables().parse(page)
        kinds = {child.type for token in tokens for child in token.children or ()}
        assert kinds <= {"text", "text_special"}
        assert " ".join(text.split()) in shown(page)
        assert not {t.type for t in tokens} & {"bullet_list_open", "html_block", "hr", "fence"}


def test_what_ends_a_course_stands_there_with_its_source() -> None:
    """The item's title and form, what is said of it, its source, what follows."""
    page = shown(protocol_markdown(PROTOCOLS["impact-mbc"]))
    assert (
        "day of death (Vital status): died [record], and nothing is due from that day on"
    ) in page


def test_when_an_injection_counts_as_extravasated_stands_there_in_words() -> None:
    """The title of the item and that of its code, after Style rule 5: rules can be printed."""
    page = shown(protocol_markdown(PROTOCOLS["impact-mbc"]))
    assert "extravasated when activity left beside the vein" in page
    assert "tolerance 10 % [unconfirmed]" in page
