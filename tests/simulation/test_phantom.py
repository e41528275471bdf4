"""The digital woman and the hot balls: what is put in must be found there."""

import numpy as np
import pytest

from petrial.images.grid import Grid
from petrial.simulation.anatomy import AORTA, LIVER, draw_woman
from petrial.simulation.outlines import outline_sphere
from petrial.simulation.phantom import (
    METASTASES,
    PET_GRID,
    Metastasis,
    Phantom,
    ScannerBlur,
    TracerName,
    hot_spheres,
    woman,
)
from petrial.simulation.shapes import Ellipsoid, Point, Stack, Tube, coverage, paint
from petrial.simulation.tissues import TISSUES, Tissue
from petrial.vocabulary.errors import GeometryError

COARSE = Grid.axial((125, 72, 72), (8.0, 8.0, 8.0), (-284.0, -284.0, -516.0))


@pytest.fixture(scope="module")
def demo() -> Phantom:
    return woman(np.random.default_rng(1), ct_grid=COARSE)


def within(grid: Grid, values: np.ndarray, centre: Point, diameter: float) -> np.ndarray:
    """Return the values of the voxels whose centre lies in a ball."""
    middle = grid.to_index([list(centre)])[0]
    reach = diameter / 2.0 / np.asarray(grid.spacing) + 1.0
    low = np.maximum(np.floor(middle - reach), 0).astype(int)
    block = values[tuple(slice(a, int(b) + 2) for a, b in zip(low, middle + reach, strict=True))]
    index = np.indices(block.shape).reshape(3, -1).T.astype(np.float64) + low
    near = np.linalg.norm(grid.to_patient(index) - np.asarray(centre), axis=1) <= diameter / 2
    return np.asarray(block.reshape(-1)[near])


def test_a_liver_sphere_of_3_cm_has_the_published_mean_and_a_usual_noise(demo: Phantom) -> None:
    """FDG liver: mean 1.85 to 1.9 in healthy liver; good scans show a spread of about 10 %."""
    liver = within(demo.pet.grid, demo.pet.g_per_ml, demo.liver, 30.0)
    assert liver.mean() == pytest.approx(1.9, rel=0.08)
    assert 0.06 < liver.std() / liver.mean() < 0.16


def test_the_aorta_sphere_of_1_cm_lies_in_blood(demo: Phantom) -> None:
    aorta = within(demo.pet.grid, demo.pet.g_per_ml, demo.aorta, 10.0)
    assert aorta.mean() == pytest.approx(TISSUES[Tissue.BLOOD].fdg, rel=0.2)


@pytest.mark.parametrize(
    ("centre", "diameter", "tissue"), [(LIVER, 30.0, Tissue.LIVER), (AORTA, 10.0, Tissue.BLOOD)]
)
def test_reference_spheres_lie_wholly_in_their_organ(
    centre: Point, diameter: float, tissue: Tissue
) -> None:
    fine = Grid.axial(
        (40, 40, 40), (1.0, 1.0, 1.0), (centre[0] - 20, centre[1] - 20, centre[2] - 20)
    )
    assert set(within(fine, draw_woman(fine, couch=False), centre, diameter)) == {tissue}


@pytest.mark.parametrize("metastasis", METASTASES, ids=lambda m: m.name)
def test_each_metastasis_is_hotter_than_what_lies_around_it(
    demo: Phantom, metastasis: Metastasis
) -> None:
    """Blurring lowers a small ball, never below a third of its truth here, and never raises it."""
    suv = within(demo.pet.grid, demo.pet.g_per_ml, metastasis.centre, metastasis.diameter)
    assert metastasis.fdg / 3.0 < suv.max() < 1.35 * metastasis.fdg


def test_no_metastasis_touches_a_reference_sphere_or_another() -> None:
    balls = [(m.centre, m.diameter) for m in METASTASES] + [(LIVER, 30.0), (AORTA, 10.0)]
    for i, (a, wide) in enumerate(balls):
        for b, narrow in balls[i + 1 :]:
            assert np.linalg.norm(np.subtract(a, b)) > (wide + narrow) / 2 + 6.0


def test_without_blur_and_noise_the_volume_holds_the_truth() -> None:
    sharp = ScannerBlur(resolution=1e-3, noise=0.0, texture=0.0)
    found = woman(
        np.random.default_rng(1),
        pet_grid=COARSE,
        ct_grid=COARSE,
        blur=sharp,
        tracer=TracerName.TRASTUZUMAB,
        metastases=(),
    )
    assert set(np.unique(found.pet.g_per_ml)) <= {
        np.float32(a.trastuzumab) for a in TISSUES.values()
    }


def test_blurring_keeps_the_uptake_of_a_ball() -> None:
    """A Gaussian of weight 1 moves activity but loses none (noise off, ball in air)."""
    ball = Metastasis("ball", (200.0, -200.0, -300.0), 30.0, 10.0, 10.0)
    grid = Grid.axial((30, 30, 30), (4.0, 4.0, 4.0), (142.0, -258.0, -358.0))
    clean = ScannerBlur(resolution=6.0, noise=0.0, texture=0.0)
    seen = woman(
        np.random.default_rng(1), pet_grid=grid, ct_grid=COARSE, blur=clean, metastases=(ball,)
    ).pet.g_per_ml
    without = woman(
        np.random.default_rng(1), pet_grid=grid, ct_grid=COARSE, blur=clean, metastases=()
    ).pet.g_per_ml
    total = float((seen - without).sum()) * grid.voxel_volume_ml
    assert total == pytest.approx(10.0 * np.pi / 6.0 * 3.0**3, rel=0.01)


def test_the_same_generator_gives_the_same_woman() -> None:
    once, again = (woman(np.random.default_rng(5), pet_grid=COARSE, ct_grid=COARSE) for _ in "12")
    np.testing.assert_array_equal(once.pet.g_per_ml, again.pet.g_per_ml)
    np.testing.assert_array_equal(once.ct.hounsfield, again.ct.hounsfield)


def test_ct_shows_air_lung_fat_soft_tissue_and_bone(demo: Phantom) -> None:
    hounsfield = demo.ct.hounsfield
    shares = [
        np.mean((hounsfield > low) & (hounsfield <= high))
        for low, high in ((-1025, -950), (-870, -730), (-150, -50), (0, 90), (200, 3000))
    ]
    assert all(share > 0.005 for share in shares)


def test_every_number_in_the_table_is_published_with_a_source_or_called_assumed() -> None:
    for tissue, row in TISSUES.items():
        claimed = row.fdg_published or row.trastuzumab_published
        assert claimed == (row.source != "assumed"), tissue.name


def test_hot_spheres_are_where_they_are_said_to_be_and_do_not_touch() -> None:
    grid = Grid.axial((120, 100, 100), (3.0, 4.0, 4.0), (-198.0, -198.0, 0.0))
    volume, balls = hot_spheres(grid, 25, np.random.default_rng(3))
    assert volume.dtype == np.uint16
    assert len(balls) == 25
    for ball in balls:
        z, y, x = np.rint(grid.to_index([list(ball.centre)])[0]).astype(int)
        assert volume[z, y, x] == pytest.approx(1000.0 * ball.fdg, rel=1e-3)
    body = volume[volume > 0]
    assert np.median(body) == pytest.approx(700.0, rel=0.02)
    gram = float(volume.sum()) / 1000.0 * grid.voxel_volume_ml
    assert gram < 70_000.0, "no patient of 70 kg could hold so much"


def test_too_many_hot_spheres_are_refused() -> None:
    grid = Grid.axial((30, 40, 40), (4.0, 4.0, 4.0), (0.0, 0.0, 0.0))
    with pytest.raises(ValueError, match="no room for 300 balls"):
        hot_spheres(grid, 300, np.random.default_rng(3))


@pytest.mark.parametrize(
    ("shape", "millilitre"),
    [
        (Ellipsoid((1.0, -2.0, 3.0), (20.0, 12.0, 30.0)), 4 / 3 * np.pi * 2.0 * 1.2 * 3.0),
        (Ellipsoid((1.0, -2.0, 3.0), (20.0, 12.0, 30.0), 40.0), 4 / 3 * np.pi * 2.0 * 1.2 * 3.0),
        (Tube(((0.0, 0.0, -20.0), (0.0, 0.0, 20.0)), 10.0), np.pi * 4.0 + 4 / 3 * np.pi),
        (
            Stack(((-20.0, 0.0, 0.0, 10.0, 10.0), (20.0, 0.0, 0.0, 20.0, 20.0))),
            np.pi / 3 * 4.0 * (1.0 + 2.0 + 4.0),
        ),
    ],
    ids=["ellipsoid", "turned ellipsoid", "tube", "cone"],
)
def test_painted_volume_is_that_of_solid_geometry(
    shape: Ellipsoid | Tube | Stack, millilitre: float
) -> None:
    grid = Grid.axial((80, 80, 80), (1.0, 1.0, 1.0), (-39.7, -39.2, -39.9))
    labels = np.zeros(grid.shape, dtype=np.uint8)
    paint(labels, grid, shape, 1)
    assert np.count_nonzero(labels) * grid.voxel_volume_ml == pytest.approx(millilitre, rel=0.02)


def test_a_ball_off_the_grid_covers_nothing() -> None:
    assert coverage(COARSE, Ellipsoid((5000.0, 0.0, 0.0), (10.0, 10.0, 10.0)), 2) is None


def test_an_oblique_grid_is_refused() -> None:
    turned = Grid(
        (4, 4, 4),
        (1.0, 1.0, 1.0),
        (0.0, 0.0, 0.0),
        ((0.0, -0.6, 0.8), (0.0, 0.8, 0.6), (1.0, 0.0, 0.0)),
    )
    with pytest.raises(GeometryError) as refusal:
        draw_woman(turned)
    assert refusal.value.problem.wanted == "plain transverse slices"


@pytest.mark.parametrize(
    "axes",
    [
        ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)),
        ((0.0, -0.6, 0.8), (0.0, 0.8, 0.6), (1.0, 0.0, 0.0)),
    ],
    ids=["transverse", "oblique"],
)
def test_an_outline_lies_on_the_ball_and_on_the_slices(axes: tuple[Point, Point, Point]) -> None:
    grid = Grid((60, 60, 60), (3.0, 3.0, 3.0), (-90.0, -90.0, -90.0), axes)
    centre = tuple(float(c) for c in grid.to_patient([[30, 30, 30]])[0])
    drawn = outline_sphere("ball", (centre[0], centre[1], centre[2]), 40.0, grid)
    assert len(drawn.polygons) == 13
    for z, corners in drawn.polygons:
        np.testing.assert_allclose(np.linalg.norm(corners - centre, axis=1), 20.0, rtol=1e-9)
        np.testing.assert_allclose(grid.to_index(corners)[:, 0], z, atol=1e-9)


def test_the_demonstration_grid_holds_the_woman_from_crown_to_thigh() -> None:
    labels = draw_woman(PET_GRID, couch=False)
    assert not labels[-3:, 72 - 15 : 72 + 15, 72 - 15 : 72 + 15].any()
    assert labels[0].any()
    assert not labels[:, 0].any()
    assert not labels[:, :, 0].any()
