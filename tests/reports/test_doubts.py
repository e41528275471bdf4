"""What must be read with the numbers stands above them, in the methods, and at the end."""

from dataclasses import replace

import numpy as np
import pytest

from made_measurements import GRID, LESIONS, facts, lesions, measured, scaling
from petrial.images.grid import Grid
from petrial.images.suv.scaling import Difference
from petrial.lesions.measured import MeasuredSeries
from petrial.reports.tree import Alert, Fact, KeyValues, Level, Paragraph, Report, Table, Text
from petrial.vocabulary.errors import Problem
from petrial.vocabulary.provenance import Input, Source
from read_reports import column, fact, nodes, report_of, section, table, words

FORCED = "Method fixed:4.0 was forced: it is not declared for 89Zr-trastuzumab."
FAR = "The record is far from the header in weight."


def warned(*sentences: str) -> MeasuredSeries:
    return replace(measured(), warnings=sentences)


def text_of(report: Report, key: str) -> str:
    return " ".join(n.text for n in nodes(section(report, key)) if isinstance(n, Paragraph))


def doubt(report: Report, name: str) -> str:
    return next(n.doubt for n in nodes(report) if isinstance(n, Fact) and n.name == name)


def test_warnings_stand_in_full_directly_under_the_facts_and_once_more_at_the_end() -> None:
    report = report_of(warned(FORCED, FAR))
    blocks = section(report, "glance").blocks
    assert isinstance(blocks[0], KeyValues)
    banner = blocks[1]
    assert isinstance(banner, Alert)
    assert (banner.level, banner.sentences) == (Level.WARNING, (FORCED, FAR))
    for sentence in (FORCED, FAR):
        assert words(section(report, "warnings")).count(sentence) == 1
        assert words(report).count(sentence) == 2


def test_the_warnings_of_two_series_name_their_series() -> None:
    second = replace(measured(of=facts("HER2 PET", "2.7")), warnings=(FORCED,))
    titles = [n.title for n in nodes(report_of(warned(FAR), second)) if isinstance(n, Alert)]
    said = [t for t in titles if t.startswith("Read before any number of ")]
    assert said == [
        "Read before any number of PET whole body is used",
        "Read before any number of HER2 PET is used",
    ]


def test_a_remark_on_the_suv_is_counted_above_with_a_link_and_written_once() -> None:
    report = report_of(measured())
    (remark,) = scaling().notes
    assert words(report).count(remark) == 1
    assert remark in words(section(report, "warnings"))
    ways = [n for n in section(report, "glance").blocks if isinstance(n, Paragraph)]
    assert ("1 remark on the SUV: see Warnings.", "warnings") in [(w.text, w.target) for w in ways]


def test_a_remark_that_is_a_warning_too_is_said_as_a_warning_only() -> None:
    report = report_of(warned(*scaling().notes))
    assert not any("remark" in text for text in words(section(report, "glance")))
    assert words(section(report, "warnings")).count(scaling().notes[0]) == 1


def test_the_methods_say_what_the_user_assumed_and_forced() -> None:
    report = report_of(warned("Assumed by the user: sex F.", FORCED))
    text = text_of(report, "methods")
    assert "Decided by the user for PET whole body: sex F." in text
    assert FORCED in text
    assert "Assumed by the user" not in text


def test_the_methods_say_nothing_of_decisions_where_none_was_taken() -> None:
    stated = tuple(i for i in scaling().inputs if i.source is not Source.ASSUMPTION)
    report = report_of(measured(scaled=replace(scaling(), inputs=stated)))
    assert "Decided" not in text_of(report, "methods")


def test_a_weight_typed_wrong_shows_the_weight_of_the_header_at_once() -> None:
    """7.1 kg for 71 kg: by the header SUV would be ten times as high, so +900 %."""
    typed = replace(
        scaling(),
        weight_kilogram=7.1,
        differences=(
            Difference("weight", "7.1 kg", "71 kg", 900.0),
            Difference("SUV factor altogether", "0.00002", "0.0002", 900.0),
        ),
    )
    report = report_of(measured(scaled=typed))
    assert fact(report, "Body weight")[:2] == ("7.1", "kg")
    assert doubt(report, "Body weight") == "header: 71 kg"
    assert doubt(report, "Injected activity") == ""


@pytest.mark.parametrize(("whole", "shown"), [(10.1, "header: 222 MBq"), (9.9, "")])
def test_what_differs_is_marked_where_suv_altogether_moves_by_more_than_ten_percent(
    whole: float, shown: str
) -> None:
    apart = (
        Difference("injected activity", "2.4e+08 Bq", "2.21722e+08 Bq", 8.0),
        Difference("SUV factor altogether", "1", "2", -whole),
    )
    report = report_of(measured(scaled=replace(scaling(), differences=apart)))
    assert doubt(report, "Injected activity") == shown


def test_a_weight_that_was_assumed_says_so_beside_its_number() -> None:
    entry = Input("weight", 70.0, "kg", Source.ASSUMPTION, "decided by the user with --assume")
    report = report_of(measured(scaled=replace(scaling(), inputs=(entry,))))
    assert doubt(report, "Body weight") == "weight assumed by the user"
    assert "weight 70 kg" in text_of(report, "methods")


def test_where_nothing_was_measured_no_number_of_lesions_is_said() -> None:
    report = report_of(measured(()))
    assert fact(report, "Lesions") == (
        "not measured",
        "",
        "no contour, seed or method gave a lesion",
    )
    gone = Problem("contours.dcm", "GTV 2", "outside", "inside the image", "check the file")
    report = report_of(replace(measured(()), refused=(gone,)))
    assert "refused" in fact(report, "Lesions")[2]


def test_drawn_regions_and_candidates_in_one_table_are_called_both() -> None:
    drawn, found = measured().rows, measured(lesions(method="fixed:4.0")).rows
    both = tuple(replace(row, id=row.id + 3, label="candidate 1") for row in found)
    series = replace(measured((*lesions(), *lesions())), rows=(*drawn, *both))
    shown = table(report_of(series), "Lesions and candidates")
    assert shown.headers[1].title == "Lesion or candidate"
    standing = column(
        table(report_of(series), "Where each lesion or candidate came from"), "Standing"
    )
    assert standing == ["lesion, given by a person"] * 3 + ["candidate, not judged"] * 3


def test_no_table_has_a_column_that_is_empty_in_all_rows_among_the_warnings() -> None:
    broken = tuple(Problem(f"{i}.dcm", "file", "", "a whole file", "send it") for i in range(9))
    report = report_of(warned(FORCED), problems=broken)
    shown = table(section(report, "warnings"), "Inputs that could not be used")
    assert len(shown.rows) == 9
    empty = [
        h.title
        for i, h in enumerate(shown.headers)
        if not any(isinstance(row[i], Text) and words(row[i]) for row in shown.rows)
    ]
    assert empty == []
    few = report_of(measured(), problems=broken[:2])
    assert not any(isinstance(n, Table) for n in nodes(section(few, "warnings")))


def test_the_slice_of_the_maximum_is_counted_from_the_feet() -> None:
    """Slices are 8 mm apart and the first lies at z = -600 mm; the spheres are uniform.

    The first voxel of a uniform sphere in storage order, so its lowest slice, may be the one
    named as maximum; whichever it is, its slice lies within the sphere.
    """
    shape = table(report_of(measured()), "Shape, position and CT")
    assert "the first being nearest the feet" in shape.note
    slices = [int(text) for text in column(shape, "slice", "Maximum")]
    for number, ((_, _, z), diameter, _) in zip(slices, LESIONS, strict=True):
        assert abs(-600.0 + 8.0 * (number - 1) - z) <= diameter / 2.0
    rows = measured().rows
    assert slices == [round((row.max_z_mm + 600.0) / 8.0) + 1 for row in rows]


def test_a_grid_that_begins_at_the_head_says_so() -> None:
    (z, y, x), (x0, y0, z0) = GRID.axes, GRID.origin
    top = (x0, y0, z0 + 8.0 * (GRID.shape[0] - 1))
    turned = Grid(GRID.shape, GRID.spacing, top, ((-z[0], -z[1], -z[2]), y, (-x[0], -x[1], -x[2])))
    shape = table(report_of(replace(measured(), grid=turned)), "Shape, position and CT")
    assert "the first being nearest the head" in shape.note
    from_feet = np.array([(row.max_z_mm + 600.0) / 8.0 + 1 for row in measured().rows])
    slices = [int(text) for text in column(shape, "slice", "Maximum")]
    assert slices == (GRID.shape[0] + 1 - np.rint(from_feet)).astype(int).tolist()


def test_percent_of_the_injected_dose_is_named_as_in_the_literature() -> None:
    headers = table(report_of(measured()), "Uptake in other units").headers
    assert [(h.unit, h.group) for h in headers if h.title == "%ID"] == [("%", "")]
    assert {h.unit for h in headers if h.group == "%ID/kg"} == {"%/kg"}
