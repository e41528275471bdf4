"""Methods on one image: where each starts, what is a candidate, how methods are combined."""

import numpy as np
import pytest

from petrial.images.grid import Grid
from petrial.images.volumes import SuvVolume
from petrial.lesions.measured import ReferenceMeasurement
from petrial.lesions.orders import MethodOrder, check_declared, parse_method
from petrial.lesions.plan import Delineation, Plan, delineate
from petrial.lesions.region import Region
from petrial.protocol.tracers import TRACERS
from petrial.vocabulary.errors import MethodError, Problem

FDG, FES, ZIRCONIUM = (TRACERS[n] for n in ("18F-FDG", "18F-FES", "89Zr-trastuzumab"))
GRID = Grid.axial((1, 1, 12), (10.0, 10.0, 10.0), (0.0, 0.0, 0.0))
IMAGE = SuvVolume(np.array([[[1, 3, 5, 10, 5, 3, 1, 1, 4.5, 8, 4.5, 1]]], dtype=np.float32), GRID)
"""Two lesions along x (voxels of 1 mL): 1-3-5-10-5-3-1 and 1-4.5-8-4.5-1."""
GOOD_LIVER = ReferenceMeasurement("liver", "sphere", 20, 14.0, 2.0, 0.25, ())


def drawn(first: int, last: int) -> Region:
    mask = np.ones((1, 1, last - first + 1), dtype=bool)
    return Region.from_crop(GRID, (0, 0, first), mask, label="drawn", source="file", method="drawn")


def run(*methods: str, **plan: object) -> Delineation:
    orders = tuple(parse_method(text) for text in methods)
    stated = {"where": "PET", "methods": orders, "tracer": FDG, **plan}
    return delineate(IMAGE, Plan(**stated))  # type: ignore[arg-type]  # a test names its own fields


def spans(found: Delineation) -> list[tuple[int, int]]:
    """Return first and last voxel along x of every region."""
    return [(r.start[2], r.start[2] + r.mask.shape[2] - 1) for r in found.regions]


def test_without_a_method_the_drawn_regions_are_measured_as_drawn() -> None:
    found = run(drawn=(drawn(1, 5),))
    assert spans(found) == [(1, 5)]
    assert not any(r.candidate for r in found.regions)


def test_a_fixed_threshold_searches_the_image_and_finds_candidates() -> None:
    """At 4: 5-10-5 and 4.5-8-4.5."""
    found = run("fixed:4.0")
    assert spans(found) == [(2, 4), (8, 10)]
    assert [r.candidate for r in found.regions] == [True, True]


def test_percent_searches_from_candidates_and_may_leave_them() -> None:
    """25 % of 10 is 2.5, which takes the 3s in that the candidate at SUV 4 lacks."""
    found = run("percent:25", minimum_ml=0.0)
    assert spans(found)[0] == (1, 5)
    assert [r.candidate for r in found.regions] == [True, True]


def test_percist_takes_the_liver() -> None:
    """1.5 x 2.0 + 2 x 0.25 = 3.5."""
    assert spans(run("percist", liver=GOOD_LIVER)) == [(2, 4), (8, 10)]


def test_percist_is_refused_without_a_liver_fit_for_it() -> None:
    assert "liver" in run("percist").problems[0].field
    bad = Problem("liver", "spread", "0.9", "less", "move it")
    unfit = ReferenceMeasurement("liver", "sphere", 20, 14.0, 2.0, 1.8, (bad,))
    assert run("percist", liver=unfit).problems[0].got == "spread 0.9"


@pytest.mark.parametrize(
    ("method", "span"),
    [("fixed:4.0", (2, 4)), ("percent:50", (2, 4)), ("percent:41", (2, 4)), ("percist", (2, 4))],
)
def test_a_method_stays_within_a_drawn_region(method: str, span: tuple[int, int]) -> None:
    """The second lesion is not drawn and not found."""
    found = run(method, drawn=(drawn(1, 5),), liver=GOOD_LIVER)
    assert spans(found) == [(1, 5), span]
    assert not any(r.candidate for r in found.regions)


@pytest.mark.parametrize(
    ("method", "span"),
    [("grow:2.0", (1, 5)), ("percent:41", (2, 4)), ("a50", (3, 3)), ("fixed:4.0", (2, 4))],
)
def test_a_method_grows_from_a_seed(method: str, span: tuple[int, int]) -> None:
    """Seed on the voxel of SUV 10; A50: (10 + 3) / 2 = 6.5 over the shell of 5s less, and 1s."""
    found = run(method, seeds=((30.0, 0.0, 0.0),))
    assert spans(found) == [span]


def test_seeds_without_a_method_are_refused_by_name() -> None:
    assert run(seeds=((30.0, 0.0, 0.0),)).problems[0].field == "method for the seeds"


def test_growing_without_a_seed_is_refused_by_name() -> None:
    assert run("grow:2.0").problems[0].field == "seed"


def test_a_refused_start_does_not_stop_the_others() -> None:
    """No voxel of the second drawn region reaches 9."""
    found = run("fixed:9.0", drawn=(drawn(1, 5), drawn(8, 10)))
    assert spans(found) == [(1, 5), (8, 10), (3, 3)]
    assert len(found.problems) == 1
    assert "SUV 9" in found.problems[0].got


@pytest.mark.parametrize(
    ("vote", "span"), [("union", (1, 5)), ("intersection", (3, 3)), ("majority", (2, 4))]
)
def test_methods_are_combined_lesion_by_lesion(vote: str, span: tuple[int, int]) -> None:
    """Of 1-5, 2-4 and 3-3 the majority of three is 2-4."""
    found = run("percent:25", "fixed:4.0", "fixed:9.0", vote)
    last = [r for r in found.regions if r.method.startswith(vote)]
    assert (last[0].start[2], last[0].start[2] + last[0].mask.shape[2] - 1) == span


def test_a_lesion_that_most_methods_miss_has_no_majority() -> None:
    """At 9 and 9.5 only the first lesion is there: the second has one vote of three."""
    found = run("fixed:4.0", "fixed:9.0", "fixed:9.5", "majority")
    kept = [r for r in found.regions if r.method.startswith("majority")]
    assert [r.start[2] for r in kept] == [3]
    assert found.problems[0].got == "1 of 3 methods found a region"


def test_a_method_that_finds_nothing_keeps_its_vote() -> None:
    """At 50 and 60 there is nothing: two of four votes are no majority, no intersection."""
    methods = ("fixed:4.0", "percent:25", "fixed:50", "fixed:60")
    for vote in ("majority", "intersection"):
        found = run(*methods, vote)
        assert not any(r.method.startswith(vote) for r in found.regions)
    united = run(*methods, "union")
    assert any(r.method.startswith("union of fixed:4.0, percent:25") for r in united.regions)


def test_combinations_do_not_vote_on_each_other() -> None:
    """Whatever the order of the words, each combines the methods alone."""
    methods = ("percent:25", "fixed:4.0", "fixed:9.0")
    votes = ("union", "intersection", "majority")

    def spans_of(*words: str) -> dict[str, tuple[int, int]]:
        found = run(*words)
        return {r.method: span for r, span in zip(found.regions, spans(found), strict=True)}

    forward, backward = spans_of(*methods, *votes), spans_of(*votes[::-1], *methods)
    assert forward == backward


def test_a_refused_method_spoils_the_combination_by_name() -> None:
    found = run("fixed:4.0", "percist", "fixed:3.0", "majority")
    assert any(problem.got == "percist refused" for problem in found.problems)


def test_drawn_regions_that_overlap_are_combined_each_by_itself() -> None:
    """Two contours over the first lesion, of which the second holds only its right half."""
    found = run("fixed:4.0", "percent:50", "union", drawn=(drawn(1, 5), drawn(4, 6)))
    unions = [s for r, s in zip(found.regions, spans(found), strict=True) if "union" in r.method]
    assert unions == [(2, 4), (4, 5)]


def test_regions_in_drawn_contours_are_no_candidates_and_say_where_they_are() -> None:
    found = run("fixed:4.0", "percent:50", "a50", "majority", drawn=(drawn(1, 5),))
    assert not any(r.candidate for r in found.regions)
    assert [r.method for r in found.regions[1:4]] == [
        "fixed:4.0 in drawn",
        "percent:50 in drawn",
        "a50 in drawn",
    ]


def test_one_method_cannot_be_combined() -> None:
    assert "at least two other" in run("fixed:4.0", "majority").problems[0].wanted


@pytest.mark.parametrize("tracer", [FES, ZIRCONIUM, None])
@pytest.mark.parametrize("method", ["fixed:4.0", "percent:41", "percist"])
def test_rules_of_fdg_are_refused_for_other_tracers(tracer: object, method: str) -> None:
    found = run(method, tracer=tracer, liver=GOOD_LIVER, drawn=(drawn(1, 5),))
    assert spans(found) == [(1, 5)]
    assert found.problems[0].field == "tracer"


@pytest.mark.parametrize("method", ["fixed", "percent", "percist"])
def test_a_rule_of_fdg_can_be_forced_by_name(method: str) -> None:
    order = MethodOrder(method, "41" if method == "percent" else "4.0" * (method == "fixed"), True)  # noqa: FBT003  forced
    check_declared(order, ZIRCONIUM, automatic=True)


def test_other_tracers_need_drawn_or_seeded_regions() -> None:
    found = run("percent:50", tracer=ZIRCONIUM)
    assert found.problems[0].wanted == "drawn or seeded regions for 89Zr-trastuzumab"
    assert spans(run("percent:50", tracer=ZIRCONIUM, drawn=(drawn(1, 5),)))[1] == (2, 4)


@pytest.mark.parametrize(
    "text", ["magic", "grow", "grow:x", "fixed:0", "percent:100", "a50:3", "percent:nan", ""]
)
def test_an_order_that_cannot_be_carried_out_says_what_is_wanted(text: str) -> None:
    with pytest.raises(MethodError) as caught:
        parse_method(text)
    assert caught.value.problem.where == "--method"
