"""The tree of a measurement: every lesion, every refusal, every source is in it."""

import re
from dataclasses import replace
from datetime import UTC, datetime, time

import numpy as np
import pytest

from made_measurements import (
    LESIONS,
    NO_INJECTION,
    NO_WEIGHT,
    WHEN,
    facts,
    lesions,
    measured,
    measurement,
    other,
    refused,
    scaling,
)
from petrial.images.series import SeriesKind
from petrial.lesions.measured import Measurement
from petrial.lesions.table import LESION_TABLE
from petrial.reports.lesions import COLUMNS
from petrial.reports.measurement import measurement_report
from petrial.reports.tree import (
    Absent,
    Alert,
    Badge,
    Figure,
    KeyValues,
    Level,
    Mark,
    Number,
    Paragraph,
    References,
    Text,
    Tone,
)
from petrial.vocabulary.citations import CITATIONS
from petrial.vocabulary.errors import Problem
from petrial.vocabulary.knowledge import Unknown
from petrial.vocabulary.provenance import Source
from read_reports import column, fact, nodes, report_of, section, table, words


def test_every_lesion_has_its_row_with_its_name_and_largest_suv() -> None:
    regions = table(report_of(measured()), "Lesions")
    assert [row[0] for row in regions.rows] == [Mark(1), Mark(2), Mark(3)]
    assert column(regions, "Lesion") == ["lesion a", "lesion b", "lesion c"]
    assert column(regions, "max", "SUVbw") == [f"{level:.2f}" for *_, level in LESIONS]


def test_sixty_lesions_have_sixty_rows_and_the_long_tables_begin_folded() -> None:
    many = lesions([((4.0 * i - 120.0, 0.0, -20.0 - 9.0 * i), 30.0, 3.0) for i in range(60)])
    report = report_of(measured(many))
    assert [row[0] for row in table(report, "Lesions").rows] == [Mark(i + 1) for i in range(60)]
    assert not table(report, "Lesions").foldable
    assert not table(report, "Uptake in other units").open


def test_every_column_of_the_lesion_table_is_on_the_page() -> None:
    elsewhere = {"series_uid", "id", "label", "source", "method", "candidate"}
    told = {"suv_peak_definition", "suv_peak_reason"}
    assert set(COLUMNS) | elsewhere | told == set(LESION_TABLE.names)
    report = report_of(measured())
    origins = table(report, "Where each lesion came from")
    assert column(origins, "Source") == ["contours.dcm"] * 3
    assert column(origins, "Definition of the peak") == ["sphere-1cm3"] * 3
    assert "2.1" in column(table(report, "Identity of the series"), "SeriesInstanceUID")


def test_the_unit_in_a_header_is_that_of_the_lesion_table() -> None:
    units = {c.name: c.unit for c in LESION_TABLE.columns}
    headers = table(report_of(measured()), "Shape, position and CT").headers
    assert {h.unit for h in headers if h.title == "3D"} == {units["diameter_3d_mm"]} == {"mm"}
    uptake = table(report_of(measured()), "Uptake in other units").headers
    assert {h.unit for h in uptake if h.group == "SUVbsa"} == {"cm\N{SUPERSCRIPT TWO}/mL"}


def test_one_glance_gives_tracer_dose_uptake_weight_and_burden() -> None:
    series = measured()
    report = report_of(series)
    assert fact(report, "Tracer")[0] == "18F-FDG"
    assert fact(report, "Injected activity") == ("250", "MBq", "at 2021-06-01 09:00")
    assert fact(report, "Uptake time")[0] == "62 min"  # 09:00 to 10:02
    assert fact(report, "Body weight")[:2] == ("70.0", "kg")
    assert fact(report, "Largest SUVbw")[:2] == ("9.50", "g/mL")
    assert fact(report, "Lesions")[0] == "3"
    volume = sum(row.voxels for row in series.rows) * 0.512  # voxels of 8 mm
    assert fact(report, "Total volume")[:2] == (f"{volume:.1f}", "mL")
    glycolysis = sum(
        row.voxels * 0.512 * level for row, (*_, level) in zip(series.rows, LESIONS, strict=True)
    )
    assert fact(report, "Total TLG")[0] == f"{glycolysis:.1f}"


def test_an_antibody_scanned_on_day_four_says_days_and_no_glycolysis() -> None:
    by = replace(scaling("89Zr-trastuzumab", "89Zr"), injected_at=datetime(2021, 5, 28, 9, 2))  # noqa: DTZ001  as the header
    report = report_of(measured(scaled=by))
    assert fact(report, "Uptake time")[0] == "4 d 1 h"
    assert not any("TLG" in text for text in words(section(report, "glance")))
    assert "TLG" not in [h.title for h in table(report, "Lesions").headers]


@pytest.mark.parametrize("began", [time(8, 0), None])
def test_no_uptake_time_is_said_before_the_injection_or_without_a_clock(began: time | None) -> None:
    stated = facts(began=began) if began else replace(facts(), pet=None)
    assert fact(report_of(measured(of=stated)), "Uptake time")[0] == "not stated"


def test_a_moment_with_an_offset_is_not_compared_with_one_without() -> None:
    by = replace(scaling(), injected_at=datetime(2021, 6, 1, 7, 0, tzinfo=UTC))
    assert fact(report_of(measured(scaled=by)), "Uptake time")[0] == "not stated"


def test_candidates_are_called_candidates_and_never_lesions() -> None:
    report = report_of(measured(lesions(method="fixed:4.0")))
    cells = [row[1] for row in table(report, "Candidates").rows]
    assert all(isinstance(c, Text) and c.badge and c.badge.text == "candidate" for c in cells)
    assert fact(report, "Candidates")[0] == "3"
    shown = next(n for n in nodes(report) if isinstance(n, KeyValues))
    assert "Lesions" not in [f.name for f in shown.facts]
    assert not any("lesion" in text for text in words(section(report, "glance")))
    assert fact(report, "Total volume")[0] == "not added"
    assert "Total TLG" not in words(section(report, "glance"))


def test_volumes_of_regions_that_overlap_are_not_added() -> None:
    drawn = lesions()
    report = report_of(measured((*drawn, drawn[0])))
    assert fact(report, "Total volume")[0] == "not added"
    assert "Total TLG" not in words(section(report, "glance"))


def test_lesions_of_several_methods_are_summed_by_method() -> None:
    report = report_of(measured((*lesions(), *lesions(method="fixed:4.0"))))
    totals = table(report, "Totals by delineation")
    assert column(totals, "Delineation") == ["drawn", "fixed:4.0"]
    assert column(totals, "Number") == ["3", "3"]
    assert len(set(column(totals, "Volume"))) == 1


def test_a_lesion_measured_by_two_methods_is_not_counted_as_two_lesions() -> None:
    report = report_of(measured((*lesions(), *lesions(method="percent:50"))))
    shown = next(n for n in nodes(report) if isinstance(n, KeyValues)).facts
    assert "Lesions" not in [f.name for f in shown]
    assert fact(report, "Delineations of lesions") == ("6", "", "by 2 methods: see the totals")
    assert column(table(report, "Lesions"), "Lesion")[3] == "lesion a percent:50"


def test_each_refusal_stands_once_with_its_five_parts_and_warnings_lead_to_it() -> None:
    report = report_of(measured(), refused())
    problems = [n.problem for n in nodes(report) if isinstance(n, Alert) and n.problem]
    alerts = [n.problem for n in nodes(section(report, "refused")) if isinstance(n, Alert)]
    assert alerts == [NO_INJECTION, NO_WEIGHT]
    assert [problems.count(p) for p in (NO_INJECTION, NO_WEIGHT)] == [1, 1]
    for problem in (NO_INJECTION, NO_WEIGHT):
        assert words(report).count(problem.do) == 1
    ways = [n.target for n in nodes(section(report, "warnings")) if isinstance(n, Paragraph)]
    assert ways[0] == "refused"


def test_no_number_of_a_refused_series_is_anywhere() -> None:
    """The series is made with values, regions and projections, which must not be read."""
    nothing_ran = replace(measurement(refused()), methods=())
    bare = measurement_report(nothing_ran, version="9.8.7", when=WHEN)
    assert [n for n in nodes(bare) if isinstance(n, Number | Figure | KeyValues | Mark)] == []
    said = " ".join(words(bare))
    assert "86753" not in said
    own = {*re.findall(r"\d+", " ".join(str(p) for p in (NO_INJECTION, NO_WEIGHT)))}
    page = {"9", "8", "7", "2021", "06", "01", "12", "00", "007", "2", "4", "1"}
    assert set(re.findall(r"\d+", said)) <= own | page


def test_a_refused_series_does_not_stop_the_other() -> None:
    report = report_of(refused(), measured())
    assert column(table(report, "Lesions"), "Lesion") == ["lesion a", "lesion b", "lesion c"]
    assert [s.key for s in report.sections][:3] == ["glance", "refused", "series-1"]


def test_a_region_that_was_refused_is_shown_with_the_series() -> None:
    gone = Problem("contours.dcm", "GTV 2", "outside", "inside the image", "check the file")
    report = report_of(replace(measured(), refused=(gone,)))
    alerts = [n for n in nodes(section(report, "series-1")) if isinstance(n, Alert)]
    assert (Level.REFUSAL, gone) in [(a.level, a.problem) for a in alerts]
    assert words(report).count("check the file") == 1
    for key in ("glance", "warnings"):
        ways = [n for n in nodes(section(report, key)) if isinstance(n, Paragraph)]
        led = [(w.text, w.target) for w in ways if "refused" in w.text]
        assert [target for _, target in led] == ["series-1"]
        assert "1 contour, seed or method refused" in led[0][0]


def test_each_input_stands_with_its_source_and_its_place() -> None:
    inputs = table(report_of(measured()), "Inputs of the SUV")
    badges = [row[3].text for row in inputs.rows if isinstance(row[3], Badge)]
    assert badges == [str(entry.source) for entry in scaling().inputs]
    marks = [row[3] for row in inputs.rows if isinstance(row[3], Badge)]
    assert [b.text for b in marks if b.tone is Tone.CAUTION] == ["assumption", "inference"]
    assert set(badges) == {str(source) for source in Source}
    assert column(inputs, "Value")[0].strip() == "250000000"
    assert "0.000242902977" in section(report_of(measured()), "series-1-suv").lead


def test_factors_that_differ_by_slice_are_given_as_a_range() -> None:
    by = replace(scaling(), factor_bw=None, factors_bw=(0.0002, 0.0003))
    lead = section(report_of(measured(scaled=by)), "series-1-suv").lead
    assert "from 0.0002 to 0.0003" in lead


def test_readings_of_the_reference_moment_and_differences_carry_their_effect() -> None:
    report = report_of(measured())
    moments = table(report, "Readings of the moment to which decay was corrected")
    assert column(moments, "Change of SUV with it") == ["0.00", "\N{MINUS SIGN}4.32"]
    assert [c.split()[0] for c in column(moments, "Verdict")] == ["accepted", "not"]
    record = table(report, "Record against header")
    assert column(record, "Change of SUV with the header") == ["+10.0"]


def test_a_reference_region_that_is_not_fit_says_why() -> None:
    """The second sphere lies across the edge of a lesion, so its spread is large."""
    series = measured()
    report = report_of(series)
    liver, aorta = table(report, "Reference regions").rows
    assert [" ".join(words(row[-1])).split(" ")[0] for row in (liver, aorta)] == ["fit", "not"]
    problems = series.references[1].problems
    assert problems
    shown = [n.problem for n in nodes(section(report, "series-1")) if isinstance(n, Alert)]
    assert [p for p in problems if p not in shown] == []


def test_lean_mass_that_is_unknown_leaves_the_first_table_and_is_explained() -> None:
    no_height = Unknown((Problem("series", "PatientSize (0010,1020)", "", "metres", "measure"),))
    ratios = replace(scaling().ratios, lean_janmahasatian=no_height, lean_james=no_height)
    report = report_of(measured(scaled=replace(scaling(), ratios=ratios)))
    assert "SUL (Janmahasatian)" not in {h.group for h in table(report, "Lesions").headers}
    details = table(report, "Uptake in other units")
    assert "PatientSize (0010,1020): found nothing, wanted metres" in details.note
    lean = [i for i, h in enumerate(details.headers) if h.group == "SUL (James)"]
    assert all(isinstance(row[i], Absent) for row in details.rows for i in lean)


def test_every_sentence_of_methods_is_there_with_numbers_that_resolve() -> None:
    whole = measurement(measured())
    report = measurement_report(whole, version="1", when=WHEN)
    text = " ".join(words(section(report, "methods")))
    references = next(n for n in nodes(report) if isinstance(n, References)).items
    for sentence in whole.methods:
        assert re.sub(r"\[.*?\]", "", sentence).split("  ")[0][:40] in text
    numbers = {int(n) for n in re.findall(r"\[(\d+)\]", text)}
    assert numbers == set(range(1, len(references) + 1))
    assert set(references) <= set(CITATIONS.values())
    assert not re.search(r"\[[a-z]", text)


def test_a_citation_without_reference_is_kept_and_warned_of() -> None:
    whole = replace(measurement(measured()), methods=("Done as in [nobody1999].",))
    report = measurement_report(whole, version="1", when=WHEN)
    assert any("[nobody1999]" in t for t in words(section(report, "methods")))
    assert any("nobody1999" in t for t in words(section(report, "warnings")))


def test_the_end_is_always_about_methods_warnings() -> None:
    for report in (report_of(), report_of(measured()), report_of(refused())):
        assert [s.key for s in report.sections][-3:] == ["about", "methods", "warnings"]


def test_series_that_are_no_pet_are_listed_and_files_that_cannot_be_read_are_warned_of() -> None:
    broken = Problem("a/b.dcm", "file", "200 bytes", "a whole DICOM file", "send it again")
    nac = other("PET NAC", SeriesKind.PET_NOT_CORRECTED)
    report = report_of(measured(), other("CT WB", SeriesKind.CT), nac, problems=(broken,))
    listed = table(report, "Series not measured for SUV")
    assert [c.strip() for c in column(listed, "Series")] == ["CT WB", "PET NAC"]
    assert "never quantified" in column(listed, "Remark")[1]
    assert "send it again" in words(section(report, "warnings"))


def test_every_kind_of_series_has_a_remark() -> None:
    report = report_of(*(other(kind.name, kind) for kind in SeriesKind))
    remarks = column(table(report, "Series not measured for SUV"), "Remark")
    assert len(remarks) == len(SeriesKind)
    assert all(remark.strip() for remark in remarks)


def test_two_pet_series_are_compared_first_and_shown_one_by_one() -> None:
    second = measured(of=facts("HER2 PET", "2.7"), scaled=scaling("89Zr-trastuzumab", "89Zr"))
    report = report_of(measured(), second)
    overview = table(section(report, "glance"), "Measured series")
    assert [c.strip() for c in column(overview, "Series")] == ["PET whole body", "HER2 PET"]
    assert {"series-1", "series-2"} <= {s.key for s in report.sections}
    figures = [n for n in nodes(report) if isinstance(n, Figure)]
    assert [f.window[1] for f in figures][:1] == [7.0]


def test_the_figure_shows_both_views_with_sides_outlines_and_candidates_dashed() -> None:
    figure = next(
        n for n in nodes(report_of(measured(lesions(method="fixed:4.0")))) if isinstance(n, Figure)
    )
    assert [(p.title, p.sides) for p in figure.panels] == [
        ("anterior", ("R", "L")),
        ("left lateral", ("A", "P")),
    ]
    assert figure.window == (0.0, 7.0)
    assert "SUV 7" in figure.see
    assert "black from SUV 7" in figure.alternative
    assert "draw it again" in figure.act
    for panel in figure.panels:
        assert [(o.number, o.dashed) for o in panel.outlines] == [(1, True), (2, True), (3, True)]
        assert all(o.mask.shape == panel.image.shape for o in panel.outlines)


def test_cutting_empty_margins_keeps_every_lesion_and_its_side() -> None:
    """Lesion a lies at x = +60 mm, the patient's left, so on the right of the anterior view."""
    figure = next(n for n in nodes(report_of(measured())) if isinstance(n, Figure))
    anterior = figure.panels[0]
    assert anterior.image.shape[1] < 60
    columns = [np.flatnonzero(o.mask.any(axis=0)).mean() for o in anterior.outlines]
    middle = anterior.image.shape[1] / 2.0
    assert columns[0] > middle > columns[1]
    whole = measured().projections[0].outlines
    assert [o.mask.sum() for o in anterior.outlines] == [m.sum() for _, m in whole]


def test_the_moment_may_be_given_as_text() -> None:
    empty = Measurement("x", (), (), (), refused=False)
    report = measurement_report(empty, version="1", when="Tuesday")
    assert (report.subtitle, report.facts[0].value) == ("x", "Tuesday")
    assert report.sections[0].lead == "No PET series measured."
