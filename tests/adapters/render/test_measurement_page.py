"""The page of a measurement: escaped, self-contained, the same each time, whole or not at all."""

import html
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import pytest

from browser import Browser, browser
from made_measurements import (
    NO_INJECTION,
    WHEN,
    facts,
    lesions,
    measured,
    measurement,
    other,
    refused,
    scaling,
)
from needs import tool
from petrial.adapters.render import html as renderer
from petrial.adapters.render.html import render_html, write_html
from petrial.images.series import SeriesKind
from petrial.reports.measurement import measurement_report
from petrial.reports.tree import Block, Cell, Report, Section
from petrial.vocabulary.errors import Problem

ATTACK = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


class Tags(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, attrs)
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        super().handle_data(data)
        self.text += data


def whole_report() -> Report:
    """Return a report with every kind of section."""
    second = measured(
        lesions(method="fixed:4.0"),
        of=facts("HER2 PET", "2.7"),
        scaled=scaling("89Zr-trastuzumab", "89Zr"),
    )
    first = replace(measured(), warnings=("Assumed by the user: sex F.",))
    series = (first, second, refused(), other("CT WB", SeriesKind.CT))
    return measurement_report(measurement(*series), version="1.2.3", when=WHEN)


@pytest.fixture(scope="module")
def page() -> str:
    return render_html(whole_report())


@pytest.fixture(scope="module")
def hostile() -> str:
    """Return the page of a measurement in which every text from outside is an attack."""
    drawn = [replace(r, label=ATTACK, source=ATTACK) for r in lesions()]
    bad = Problem(ATTACK, ATTACK, ATTACK, ATTACK, f"{ATTACK} --assume x={ATTACK}")
    by = replace(scaling(ATTACK), method=ATTACK, notes=(ATTACK,))
    series = replace(
        measured(drawn, of=facts(ATTACK), scaled=by), refused=(bad,), warnings=(ATTACK,)
    )
    gone = refused(bad)
    whole = replace(measurement(series, gone, problems=(bad,)), path=ATTACK, methods=(ATTACK,))
    return render_html(measurement_report(whole, version=ATTACK, when=ATTACK))


def test_text_from_outside_comes_out_as_text(hostile: str) -> None:
    tags = Tags(hostile)
    assert "script" not in {tag for tag, _ in tags.found}
    assert ATTACK in tags.text
    assert [name for _, attrs in tags.found for name in attrs if name.startswith("on")] == []
    images = [attrs["src"] or "" for tag, attrs in tags.found if tag == "img"]
    assert images
    assert all(source.startswith("data:image/svg+xml,") for source in images)


def test_the_page_names_no_address_outside_itself(page: str) -> None:
    tags = Tags(page)
    links = [v or "" for _, a in tags.found for k, v in a.items() if k in {"src", "href", "action"}]
    assert links
    assert [link for link in links if not link.startswith(("data:", "#"))] == []
    style = page[page.index("<style>") : page.index("</style>")]
    assert re.findall(r"url\(|@import|expression\(", style) == []
    assert "http" not in tags.text.replace(style, "")


def test_the_policy_allows_only_what_is_inside(page: str) -> None:
    metas = [a for tag, a in Tags(page).found if tag == "meta"]
    policy = next(m["content"] for m in metas if m.get("http-equiv") == "Content-Security-Policy")
    assert policy
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:;")
    assert "script-src" not in policy


def test_every_link_inside_the_page_has_its_target_and_every_id_is_used_once(page: str) -> None:
    found = Tags(page).found
    names = [a["id"] for _, a in found if "id" in a]
    assert len(names) == len(set(names))
    links = [(a["href"] or "")[1:] for tag, a in found if tag == "a"]
    assert links
    assert set(links) <= set(names)


def test_the_page_can_be_read_aloud(page: str) -> None:
    """Language, alternative texts, captions and scopes are there, as WCAG 2.2 asks."""
    found = Tags(page).found
    assert found[0] == ("html", {"lang": "en"})
    assert all(a.get("alt") for tag, a in found if tag == "img")
    assert all(a.get("scope") for tag, a in found if tag == "th")
    tables = sum(tag == "table" for tag, _ in found)
    assert tables == sum(tag == "caption" for tag, _ in found) > 0


def test_the_five_parts_of_a_refusal_are_on_the_page(page: str) -> None:
    text = Tags(page).text
    for part in (NO_INJECTION.where, NO_INJECTION.field, NO_INJECTION.wanted):
        assert part in text
    assert "give --assume injected_at=2021-05-28T09:00 or enter it" in text
    assert "<code>--assume injected_at=2021-05-28T09:00</code>" in page


def test_no_number_of_the_refused_series_is_on_the_page(page: str) -> None:
    assert "86753" not in page


def test_the_same_report_gives_the_same_bytes_in_every_thread(page: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        pages = list(pool.map(lambda _: render_html(whole_report()), range(2)))
    assert [p == page for p in pages] == [True] * 2


def test_the_same_report_gives_the_same_bytes_in_another_process(page: str) -> None:
    """Another hash seed and another process: no random name may reach the page."""
    here = Path(__file__)
    code = (
        "import importlib.util, sys, hashlib;"
        f"sys.path.insert(0, {str(here.parents[2])!r});"
        f"spec = importlib.util.spec_from_file_location('t', {str(here)!r});"
        "t = importlib.util.module_from_spec(spec); spec.loader.exec_module(t);"
        "page = t.render_html(t.whole_report());"
        "print(hashlib.sha256(page.encode()).hexdigest())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONHASHSEED": "7", "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == sha256(page.encode()).hexdigest()


def test_every_kind_of_block_and_cell_has_its_template() -> None:
    assert set(renderer.KINDS) == {*get_args(Block), *get_args(Cell)}


def test_a_page_that_cannot_take_its_place_leaves_no_draft(tmp_path: Path) -> None:
    """A folder of that name is in the way, which only the last step finds out."""
    (tmp_path / "page.html").mkdir()
    with pytest.raises(OSError, match=r"page\.html"):
        write_html(Report("New", "", (), (Section("a", "A", "", ()),)), tmp_path / "page.html")
    assert [p.name for p in tmp_path.iterdir()] == ["page.html"]


def test_a_file_name_that_is_no_unicode_does_not_stop_the_page(tmp_path: Path) -> None:
    """Python reads a byte that is no UTF-8 in a path as a lone surrogate."""
    write_html(Report("a\udcff", "", (), (Section("a", "A", "", ()),)), tmp_path / "page.html")
    assert "<h1>a\\udcff</h1>" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_a_page_replaces_the_old_one_and_can_be_read_by_others(tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    for title in ("Old", "New"):
        write_html(Report(title, "", (), (Section("a", "A", "", ()),)), target)
    assert "<h1>New</h1>" in target.read_text(encoding="utf-8")
    assert target.stat().st_mode & 0o444 == 0o444


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tool("chromium"), tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.mark.parametrize("kind", ["page", "hostile"])
def test_a_browser_loads_the_page_without_complaint_or_request(
    chromium: Browser, request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    target = tmp_path / "page.html"
    target.write_text(request.getfixturevalue(kind), encoding="utf-8")
    session, seen = chromium.open(target)
    assert seen.outside == []
    assert seen.complaints == []
    drawn = "[...document.images].map(i => i.complete && i.naturalWidth > 300)"
    states = chromium.value(session, drawn)
    assert states
    assert set(states) == {True}


@pytest.mark.parametrize("width", [1200, 400])
@pytest.mark.parametrize("dark", [False, True])
def test_a_browser_shows_all_of_it_at_any_width_in_light_and_dark(
    chromium: Browser, page: str, tmp_path: Path, *, width: int, dark: bool
) -> None:
    """Nothing hangs over the edge of the page; ink and ground differ as WCAG AA asks (4.5)."""
    target = tmp_path / "page.html"
    target.write_text(page, encoding="utf-8")
    session, _ = chromium.open(target, width=width, dark=dark)
    assert chromium.value(session, "document.documentElement.scrollWidth") <= width
    assert chromium.value(session, "document.body.innerText").count("lesion a") >= 1
    assert chromium.value(session, CONTRAST) == []


@pytest.mark.parametrize("width", [1300, 1000])
def test_a_browser_breaks_long_names_so_that_no_column_is_cut(
    chromium: Browser, tmp_path: Path, width: int
) -> None:
    """A UID of 64 characters and an option with a long value, in a table of five columns."""
    uid = "1.2.840.113619." + "1234567890." * 4 + "12345"
    do = f"give --assume injected_activity_at_the_moment_of_injection={uid}, or ask the site"
    broken = tuple(
        Problem(f"{uid}/{i}.dcm", "RadiopharmaceuticalInformationSequence", uid, uid, do)
        for i in range(9)
    )
    target = tmp_path / "page.html"
    whole = measurement(measured(), problems=broken)
    target.write_text(render_html(measurement_report(whole, version="1", when=WHEN)))
    session, _ = chromium.open(target, width=width)
    tables = "[...document.querySelectorAll('#warnings .scroll')]"
    over = f"{tables}.map(s => s.scrollWidth - s.clientWidth)"
    assert chromium.value(session, over) == [0]


def test_a_browser_shows_the_warnings_above_the_first_figure(
    chromium: Browser, page: str, tmp_path: Path
) -> None:
    target = tmp_path / "page.html"
    target.write_text(page, encoding="utf-8")
    session, _ = chromium.open(target)
    banner, figure = (
        chromium.value(session, f"document.querySelector('{which}').getBoundingClientRect().top")
        for which in ("#glance .alert.warning", "figure")
    )
    assert banner < figure


CONTRAST = """
(() => {
  const numbers = c => c.match(/[\\d.]+/g).map(Number);
  const light = c => numbers(c).slice(0, 3).map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = e => {
    for (let at = e; at; at = at.parentElement) {
      const c = getComputedStyle(at).backgroundColor;
      if ((numbers(c)[3] ?? 1) > 0) return c;
    }
    return "rgb(255, 255, 255)";
  };
  const low = new Set();
  for (const e of document.body.querySelectorAll("*")) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
    const [a, b] = [light(getComputedStyle(e).color), light(ground(e))].sort((p, q) => q - p);
    if ((a + 0.05) / (b + 0.05) < 4.5) low.add(e.tagName + "." + e.className);
  }
  return [...low];
})()
"""


def test_a_browser_prints_folded_tables_too(chromium: Browser, tmp_path: Path) -> None:
    """Tables that are folded on the screen stand open on paper."""
    target = tmp_path / "page.html"
    many = lesions([((4.0 * i - 60.0, 0.0, -20.0 - 18.0 * i), 30.0, 3.0) for i in range(30)])
    whole = measurement(measured(many))
    target.write_text(render_html(measurement_report(whole, version="1", when=WHEN)))
    session, _ = chromium.open(target)
    height = (
        "[...document.querySelectorAll('details:not([open]) table')]"
        ".map(t => t.checkVisibility({contentVisibilityAuto: true}) && t.offsetHeight > 20)"
    )
    assert set(chromium.value(session, height)) == {False}
    chromium.tell("Emulation.setEmulatedMedia", session, media="print")
    assert set(chromium.value(session, height)) == {True}


def test_the_title_of_the_page_is_its_report_and_subject(page: str) -> None:
    title = re.search(r"<title>(.*?)</title>", page)
    assert title
    assert html.unescape(title.group(1)) == "PET measurement: scans/S-007"
