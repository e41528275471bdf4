"""Figures: true proportions, white for none and black for much, numbers that do not collide."""

import base64
import io
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.image import imread

from petrial.adapters.render.callouts import callouts, spread
from petrial.adapters.render.figures import PALETTE, draw, region_colour
from petrial.reports.tree import Figure, Outline, Panel

HREF = "{http://www.w3.org/1999/xlink}href"
SVG = "{http://www.w3.org/2000/svg}"


def panel(*places: tuple[int, int], shape: tuple[int, int] = (100, 50)) -> Panel:
    """Return an image of 4 mm x 2 mm pixels, hot in its upper left quarter, with outlines."""
    image = np.zeros(shape, dtype=np.float32)
    image[: shape[0] // 2, : shape[1] // 2] = 20.0
    outlines = []
    for number, (row, column) in enumerate(places, start=1):
        mask = np.zeros(shape, dtype=bool)
        mask[row : row + 4, column : column + 4] = True
        outlines.append(Outline(number, mask, dashed=number % 2 == 0))
    return Panel("anterior", image, (4.0, 2.0), ("R", "L"), tuple(outlines))


def figure(*panels: Panel) -> Figure:
    return Figure("Projections", "words", panels, (0.0, 7.0), "SUVbw (g/mL)", "a", "b", "c")


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314  our own drawing, made a moment ago


def images(svg: str) -> list[ET.Element]:
    """Return the images of the panels; the last one in the drawing is the grey scale."""
    return list(parsed(svg).iter(f"{SVG}image"))[:-1]


def pixels(element: ET.Element) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    data = base64.b64decode(element.attrib[HREF].split(",", 1)[1])
    return np.asarray(imread(io.BytesIO(data)), dtype=np.float32)


def test_an_image_keeps_the_proportions_of_the_body() -> None:
    """100 rows of 4 mm over 50 columns of 2 mm are 400 by 100 mm."""
    (shown,) = images(draw(figure(panel())))
    height, width = pixels(shown).shape[:2]
    assert height / width == pytest.approx(4.0, rel=0.02)


def test_panels_share_one_scale() -> None:
    """Twice the columns are twice the width on the page."""
    one, two = images(draw(figure(panel(), panel(shape=(100, 100)))))
    assert pixels(two).shape[1] / pixels(one).shape[1] == pytest.approx(2.0, rel=0.02)
    assert pixels(two).shape[0] == pixels(one).shape[0]


def test_much_is_black_and_none_is_white_with_the_head_on_top() -> None:
    (shown,) = images(draw(figure(panel())))
    grey = pixels(shown)[..., 0]
    if "scale(1 -1)" in shown.attrib["transform"] or ",-" in shown.attrib["transform"]:
        grey = grey[::-1]
    rows, columns = grey.shape
    assert grey[rows // 4, columns // 4] == pytest.approx(0.0, abs=0.01)
    assert grey[3 * rows // 4, columns // 4] == pytest.approx(1.0, abs=0.01)
    assert grey[rows // 4, 3 * columns // 4] == pytest.approx(1.0, abs=0.01)


def words(svg: str) -> list[str]:
    return [t.text or "" for t in parsed(svg).iter(f"{SVG}text")]


def test_numbers_sides_scale_and_window_are_written() -> None:
    said = words(draw(figure(panel((10, 10), (60, 30)))))
    assert {"1", "2", "R", "L", "Anterior", "0", "SUVbw (g/mL)"} <= set(said)
    assert any("7" in text for text in said)
    assert any(re.fullmatch(r"\d+ cm", text) for text in said)


def test_outlines_have_the_colours_of_their_numbers_and_candidates_are_dashed() -> None:
    svg = draw(figure(panel((10, 10), (60, 30))))
    for number in (1, 2):
        assert region_colour(number).lower() in svg.lower()
    assert "stroke-dasharray" in svg
    assert "stroke-dasharray" not in draw(figure(panel((10, 10))))


def test_a_drawing_carries_no_date_and_is_the_same_each_time() -> None:
    svg = draw(figure(panel((10, 10))))
    assert svg == draw(figure(panel((10, 10))))
    assert "<dc:date>" not in svg


def test_an_empty_or_invalid_image_is_drawn_white() -> None:
    """A mask without a pixel has no outline and no number; what is not a number is white."""
    bare = panel()
    bare.image[:] = np.nan
    empty = Panel(
        "anterior", bare.image, (4.0, 2.0), ("R", "L"), (Outline(5, bare.image > 0, dashed=False),)
    )
    svg = draw(figure(empty))
    assert "5" not in words(svg)
    assert pixels(images(svg)[0])[..., :3].min() == 1.0


def test_the_colours_differ_and_return_only_after_the_sixth() -> None:
    assert len(set(PALETTE)) == len(PALETTE) == 6
    assert [region_colour(n) for n in (1, 6, 7)] == [PALETTE[0], PALETTE[5], PALETTE[0]]


@given(st.lists(st.floats(0.0, 400.0), max_size=60), st.floats(1.0, 6.0))
def test_numbers_in_a_margin_keep_their_order_and_distance(
    wishes: list[float], step: float
) -> None:
    places = spread(sorted(wishes), step=step, end=400.0)
    assert len(places) == len(wishes)
    gaps = np.diff(places)
    assert (gaps >= step - 1e-6).all()
    assert all(step / 2.0 - 1e-6 <= place <= 400.0 - step / 2.0 + 1e-6 for place in places)


@given(st.floats(0.0, 400.0))
def test_a_lone_number_stands_beside_its_region(wish: float) -> None:
    (place,) = spread([wish], step=4.0, end=400.0)
    assert place == pytest.approx(min(max(wish, 2.0), 398.0))


@given(st.lists(st.tuples(st.integers(0, 96), st.integers(0, 46)), max_size=80))
def test_every_region_has_one_number_that_points_into_it_from_outside_the_image(
    places: list[tuple[int, int]],
) -> None:
    drawn = panel(*places)
    found = callouts(drawn, margin_mm=20.0, label_mm=7.0)
    assert sorted(c.number for c in found) == list(range(1, len(places) + 1))
    for callout in found:
        x, y = callout.to_mm
        mask = drawn.outlines[callout.number - 1].mask
        assert mask[int(y / 4.0), int(x / 2.0)]
        assert callout.from_mm[0] < 0.0 if callout.leftward else callout.from_mm[0] > 100.0
