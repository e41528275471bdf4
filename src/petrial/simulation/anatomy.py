"""A digital woman: where her organs lie.

She lies on her back, arms raised, from the crown of the head (z = 460 mm) to the thighs. Sizes are
those of a woman of about 165 cm and 68 kg, drawn by hand from common anatomy; they are a likeness,
not a measured atlas. What her tissues show stands in ``tissues``.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from petrial.images.grid import Grid
from petrial.simulation.shapes import Ellipsoid, Point, Shape, Stack, Tube, paint
from petrial.simulation.tissues import Tissue

__all__ = ["AORTA", "LIVER", "draw_woman"]

LIVER: Final[Point] = (-85.0, 0.0, -45.0)
"""Middle of the right lobe of the liver, patient (x, y, z) in mm: a 3 cm sphere fits."""
AORTA: Final[Point] = (18.0, 36.0, 45.0)
"""Middle of the descending aorta, patient (x, y, z) in mm: a 1 cm sphere fits."""


_TORSO: Final = (
    (-405.0, 0.0, 5.0, 182.0, 112.0),
    (-330.0, 0.0, 8.0, 186.0, 116.0),
    (-250.0, 0.0, 8.0, 172.0, 106.0),
    (-150.0, 0.0, 5.0, 140.0, 98.0),
    (-90.0, 0.0, 5.0, 138.0, 98.0),
    (0.0, 0.0, 5.0, 150.0, 104.0),
    (80.0, 0.0, 8.0, 162.0, 106.0),
    (130.0, 0.0, 15.0, 178.0, 88.0),
    (165.0, 0.0, 25.0, 150.0, 66.0),
    (195.0, 0.0, 28.0, 78.0, 56.0),
    (215.0, 0.0, 28.0, 56.0, 54.0),
    (260.0, 0.0, 22.0, 54.0, 56.0),
)
_SPINE: Final[tuple[Point, ...]] = (
    (0.0, 68.0, -330.0),
    (0.0, 44.0, -260.0),
    (0.0, 38.0, -200.0),
    (0.0, 44.0, -120.0),
    (0.0, 62.0, -20.0),
    (0.0, 70.0, 60.0),
    (0.0, 62.0, 130.0),
    (0.0, 44.0, 190.0),
    (0.0, 34.0, 250.0),
    (0.0, 34.0, 290.0),
)


def draw_woman(grid: Grid, *, couch: bool = True) -> NDArray[np.uint8]:
    """Return the ``Tissue`` of each voxel, uint8, shape (z, y, x), on a transverse ``grid``."""
    labels = np.zeros(grid.shape, dtype=np.uint8)
    layers = (_skin, _muscle, _head, _chest, _belly, _pelvis, _skeleton, _vessels)
    if couch:
        for shape, tissue in _couch(grid):
            paint(labels, grid, shape, tissue)
    for layer in layers:
        for shape, tissue in layer():
            paint(labels, grid, shape, tissue)
    return labels


Layer = list[tuple[Shape, Tissue]]


def _mirrored(point: Point) -> tuple[Point, Point]:
    return point, (-point[0], point[1], point[2])


def _couch(grid: Grid) -> Layer:
    low = grid.origin[2] - grid.spacing[0]
    high = grid.origin[2] + grid.spacing[0] * grid.shape[0]
    shell = Stack(((low, 0.0, 100.0, 205.0, 52.0), (high, 0.0, 100.0, 205.0, 52.0)), 3.0)
    hollow = Stack(((low, 0.0, 92.0, 199.0, 48.0), (high, 0.0, 92.0, 199.0, 48.0)), 3.0)
    lid = Stack(((low, 0.0, 40.0, 240.0, 62.0), (high, 0.0, 40.0, 240.0, 62.0)), 8.0)
    return [(shell, Tissue.COUCH), (hollow, Tissue.AIR), (lid, Tissue.AIR)]


def _grown(rows: tuple[tuple[float, float, float, float, float], ...], by: float) -> Stack:
    return Stack(tuple((z, x, y, a + by, b + by) for z, x, y, a, b in rows), 2.4)


def _skin() -> Layer:
    found: Layer = [(_grown(_TORSO, 0.0), Tissue.FAT)]
    for x, y, z in _mirrored((88.0, 5.0, -390.0)):
        thigh = Stack(((z - 260.0, 0.9 * x, y, 66.0, 72.0), (z + 30.0, x, y, 92.0, 104.0)))
        found.append((thigh, Tissue.FAT))
    for x, y, z in _mirrored((150.0, 22.0, 132.0)):
        arm = ((x, y, z), (1.24 * x, y - 8.0, z + 70.0), (1.34 * x, y - 24.0, z + 400.0))
        found.append((Tube(arm, 42.0), Tissue.FAT))
    for centre in _mirrored((82.0, -98.0, 38.0)):
        found.append((Ellipsoid(centre, (66.0, 52.0, 62.0)), Tissue.FAT))
        inner = (centre[0], centre[1] + 8.0, centre[2])
        found.append((Ellipsoid(inner, (42.0, 38.0, 40.0)), Tissue.BREAST))
    return found


def _muscle() -> Layer:
    found: Layer = [(_grown(_TORSO, -20.0), Tissue.MUSCLE)]
    for x, y, z in _mirrored((86.0, 6.0, -390.0)):
        thigh = Stack(((z - 260.0, 0.9 * x, y, 52.0, 56.0), (z + 30.0, x, y, 74.0, 82.0)))
        found.append((thigh, Tissue.MUSCLE))
    for x, y, z in _mirrored((150.0, 22.0, 132.0)):
        arm = ((x, y, z), (1.24 * x, y - 8.0, z + 70.0), (1.34 * x, y - 24.0, z + 400.0))
        found.append((Tube(arm, 31.0), Tissue.MUSCLE))
    return found


def _head() -> Layer:
    found: Layer = [
        (Ellipsoid((0.0, 8.0, 365.0), (76.0, 96.0, 95.0)), Tissue.FAT),
        (Ellipsoid((0.0, -32.0, 300.0), (58.0, 58.0, 68.0)), Tissue.MUSCLE),
        (Ellipsoid((0.0, 8.0, 366.0), (72.0, 92.0, 91.0)), Tissue.CORTEX),
        (Ellipsoid((0.0, 10.0, 370.0), (66.0, 85.0, 76.0)), Tissue.FLUID),
        (Ellipsoid((0.0, -62.0, 318.0), (16.0, 16.0, 26.0)), Tissue.AIR),
        (Ellipsoid((0.0, -66.0, 268.0), (40.0, 22.0, 8.0)), Tissue.CORTEX),
        (Ellipsoid((0.0, -46.0, 282.0), (26.0, 30.0, 14.0)), Tissue.MUSCLE),
        (Tube(((0.0, 4.0, 300.0), (0.0, 4.0, 90.0)), 8.0), Tissue.AIR),
        (Ellipsoid((0.0, 20.0, 345.0), (15.0, 15.0, 30.0)), Tissue.WHITE_MATTER),
    ]
    for side in (-1.0, 1.0):
        found += [
            (Ellipsoid((33.0 * side, 10.0, 384.0), (31.0, 80.0, 58.0)), Tissue.BRAIN),
            (Ellipsoid((32.0 * side, 10.0, 388.0), (17.0, 58.0, 34.0)), Tissue.WHITE_MATTER),
            (Ellipsoid((16.0 * side, 8.0, 376.0), (10.0, 24.0, 12.0)), Tissue.BRAIN),
            (Ellipsoid((8.0 * side, 12.0, 392.0), (6.0, 34.0, 12.0)), Tissue.FLUID),
            (Ellipsoid((25.0 * side, 58.0, 326.0), (25.0, 24.0, 20.0)), Tissue.BRAIN),
            (Ellipsoid((32.0 * side, -66.0, 346.0), (13.0, 13.0, 13.0)), Tissue.FLUID),
            (Ellipsoid((20.0 * side, -18.0, 212.0), (11.0, 11.0, 22.0)), Tissue.GLAND),
            (Ellipsoid((46.0 * side, -4.0, 278.0), (9.0, 12.0, 16.0)), Tissue.GLAND),
        ]
    return found


def _chest() -> Layer:
    found: Layer = []
    for side in (-1.0, 1.0):
        lung = Stack(
            (
                (-48.0, 96.0 * side, 52.0, 12.0, 18.0),
                (-20.0, 88.0 * side, 32.0, 36.0, 50.0),
                (20.0, 78.0 * side, 8.0, 50.0, 74.0),
                (80.0, 74.0 * side, 10.0, 52.0, 74.0),
                (130.0, 64.0 * side, 20.0, 42.0, 54.0),
                (165.0, 46.0 * side, 28.0, 20.0, 24.0),
                (172.0, 44.0 * side, 30.0, 4.0, 6.0),
            ),
            2.3,
        )
        found.append((lung, Tissue.LUNG))
    found += [
        (Ellipsoid((24.0, -18.0, 28.0), (52.0, 42.0, 48.0), 30.0), Tissue.FAT),
        (Ellipsoid((34.0, -18.0, 16.0), (38.0, 34.0, 48.0), -38.0), Tissue.HEART),
        (Ellipsoid((33.0, -18.0, 22.0), (25.0, 22.0, 38.0), -38.0), Tissue.BLOOD),
        (Ellipsoid((-8.0, -28.0, 28.0), (30.0, 24.0, 36.0), -15.0), Tissue.BLOOD),
        (Ellipsoid((2.0, 6.0, 58.0), (30.0, 18.0, 18.0)), Tissue.BLOOD),
    ]
    return found


def _belly() -> Layer:
    found: Layer = [
        (Ellipsoid((0.0, -10.0, -190.0), (116.0, 62.0, 130.0)), Tissue.FAT),
        (Ellipsoid((-72.0, -2.0, -48.0), (62.0, 76.0, 66.0), 12.0), Tissue.LIVER),
        (Ellipsoid((-70.0, 0.0, -100.0), (48.0, 58.0, 56.0), 8.0), Tissue.LIVER),
        (Ellipsoid((-8.0, -38.0, -42.0), (64.0, 38.0, 28.0), 14.0), Tissue.LIVER),
        (Ellipsoid((-42.0, -38.0, -112.0), (14.0, 18.0, 28.0)), Tissue.FLUID),
        (Ellipsoid((96.0, 36.0, -48.0), (24.0, 44.0, 48.0), -14.0), Tissue.SPLEEN),
        (Ellipsoid((58.0, -28.0, -58.0), (36.0, 34.0, 42.0), -30.0), Tissue.BOWEL),
        (Ellipsoid((60.0, -30.0, -54.0), (24.0, 22.0, 30.0), -30.0), Tissue.FLUID),
    ]
    colon = (
        (-92.0, -8.0, -268.0),
        (-98.0, -12.0, -170.0),
        (-72.0, -40.0, -168.0),
        (0.0, -58.0, -192.0),
        (84.0, -34.0, -126.0),
        (100.0, 4.0, -180.0),
        (92.0, 4.0, -262.0),
        (44.0, 16.0, -306.0),
        (4.0, 50.0, -322.0),
        (0.0, 62.0, -360.0),
    )
    found.append((Tube(colon, 18.0), Tissue.BOWEL))
    for turn in range(7):
        z = -172.0 - 19.0 * turn
        loop = tuple(
            (62.0 * np.cos(a), -28.0 + 24.0 * np.sin(2.0 * a + turn), z - 9.0 * np.sin(a))
            for a in np.linspace(0.0, np.pi, 9) + np.pi * (turn % 2)
        )
        found.append(
            (Tube(tuple((float(a), float(b), float(c)) for a, b, c in loop), 10.0), Tissue.BOWEL)
        )
    for side, drop in ((-1.0, -12.0), (1.0, 0.0)):
        z = -122.0 + drop
        found += [
            (Ellipsoid((64.0 * side, 46.0, z), (28.0, 25.0, 54.0), -10.0 * side), Tissue.KIDNEY),
            (Ellipsoid((54.0 * side, 44.0, z - 2.0), (10.0, 9.0, 17.0)), Tissue.URINE),
            (
                Tube(((50.0 * side, 42.0, z - 18.0), (38.0 * side, 30.0, z - 70.0)), 2.5),
                Tissue.URINE,
            ),
            (Tube(((44.0 * side, 44.0, -285.0), (22.0 * side, 30.0, -330.0)), 2.0), Tissue.URINE),
        ]
    return found


def _pelvis() -> Layer:
    return [
        (Ellipsoid((0.0, 6.0, -318.0), (28.0, 22.0, 24.0)), Tissue.GLAND),
        (Ellipsoid((0.0, -26.0, -348.0), (40.0, 33.0, 28.0)), Tissue.URINE),
    ]


def _skeleton() -> Layer:
    found: Layer = [
        (Tube(_SPINE, 17.0), Tissue.CORTEX),
        (Tube(_SPINE, 15.0), Tissue.MARROW),
        (Tube(((0.0, -72.0, 130.0), (0.0, -88.0, -5.0)), 9.0), Tissue.MARROW),
        (Ellipsoid((0.0, 74.0, -290.0), (44.0, 18.0, 46.0)), Tissue.MARROW),
    ]
    spine = np.asarray(_SPINE)
    for z in np.arange(-240.0, 260.0, 31.0):
        y = float(np.interp(z, spine[:, 2], spine[:, 1]))
        found.append((Ellipsoid((0.0, y, float(z)), (18.0, 18.0, 4.0)), Tissue.MUSCLE))
        spinous = (0.0, min(y + 40.0, 92.0), float(z) + 16.0)
        found.append((Ellipsoid(spinous, (4.0, 14.0, 9.0)), Tissue.CORTEX))
    canal = tuple((x, y + 23.0, z) for x, y, z in _SPINE)
    found.append((Tube(canal, 8.0), Tissue.FLUID))
    for number in range(10):
        found += _rib(number)
    for side in (-1.0, 1.0):
        found += _limb_bones(side)
    return found


def _rib(number: int) -> Layer:
    """Return one pair: from the spine round the side, falling to the front."""
    z = 152.0 - 20.0 * number
    width, depth = np.interp(number, [0, 2, 5, 9], [62.0, 100.0, 126.0, 120.0]), 84.0
    reach = 2.75 if number < 7 else 2.1  # noqa: PLR2004  ribs 8 to 10 end before the breastbone
    found: Layer = []
    for side in (-1.0, 1.0):
        angles = np.linspace(0.12, reach, 15)
        path = tuple(
            (
                float(side * width * np.sin(a)),
                float(6.0 + (depth - 8.0 * (number == 0)) * np.cos(a)),
                float(z - 30.0 * (a / np.pi)),
            )
            for a in angles
        )
        found.append((Tube(path, 5.0), Tissue.CORTEX))
        found.append((Tube(path, 3.0), Tissue.MARROW))
    return found


def _limb_bones(side: float) -> Layer:
    found: Layer = []
    wing = tuple(
        (side * (48.0 + 66.0 * t), 70.0 - 74.0 * t, -262.0 + 40.0 * t * (1.0 - t))
        for t in np.linspace(0.0, 1.0, 7).tolist()
    )
    for drop, radius in ((0.0, 9.0), (20.0, 8.0), (40.0, 8.0), (60.0, 9.0)):
        shrink = 1.0 - drop / 260.0
        path = tuple((x * shrink, y, z - drop) for x, y, z in wing)
        found.append((Tube(path, radius), Tissue.MARROW))
    hip = (side * 88.0, 10.0, -350.0)
    upper_arm = ((side * 152.0, 24.0, 138.0), (side * 187.0, 14.0, 202.0))
    bones = (
        Tube(((side * 88.0, 4.0, -320.0), (side * 52.0, -30.0, -378.0)), 11.0),
        Tube(((side * 52.0, -30.0, -378.0), (side * 10.0, -48.0, -378.0)), 9.0),
        Tube(((side * 70.0, 34.0, -330.0), (side * 56.0, 40.0, -400.0)), 11.0),
        Tube((hip, (side * 124.0, 14.0, -372.0)), 13.0),
        Tube(((side * 124.0, 14.0, -362.0), (side * 86.0, 6.0, -650.0)), 13.0),
        Tube((*upper_arm, (side * 201.0, -2.0, 530.0)), 11.0),
        Tube(((side * 12.0, -62.0, 138.0), (side * 130.0, 6.0, 158.0)), 6.0),
        Tube(((side * 70.0, 84.0, 134.0), (side * 84.0, 86.0, 30.0)), 5.0),
        Tube(((side * 84.0, 82.0, 128.0), (side * 92.0, 84.0, 50.0)), 6.0),
        Tube(((side * 72.0, 82.0, 132.0), (side * 142.0, 32.0, 146.0)), 7.0),
    )
    for bone in bones:
        found.append((bone, Tissue.CORTEX))
        found.append((Tube(bone.path, 0.72 * bone.radius), Tissue.MARROW))
    found.append((Ellipsoid(hip, (23.0, 23.0, 23.0)), Tissue.MARROW))
    return found


def _vessels() -> Layer:
    arch = (
        (4.0, -22.0, 60.0),
        (-6.0, -20.0, 92.0),
        (4.0, -4.0, 112.0),
        (18.0, 24.0, 102.0),
        (18.0, 36.0, 70.0),
        (18.0, 36.0, 20.0),
        (12.0, 30.0, -60.0),
        (8.0, 14.0, -150.0),
        (8.0, 12.0, -205.0),
    )
    found: Layer = [
        (Tube(arch, 12.0), Tissue.BLOOD),
        (
            Tube(((-20.0, 10.0, -205.0), (-20.0, 14.0, -60.0), (-20.0, 0.0, 10.0)), 10.0),
            Tissue.BLOOD,
        ),
        (Tube(((-22.0, -20.0, 40.0), (-22.0, -14.0, 130.0)), 8.0), Tissue.BLOOD),
    ]
    for side in (-1.0, 1.0):
        iliac = (
            (side * 8.0, 12.0, -205.0),
            (side * 46.0, 20.0, -275.0),
            (side * 66.0, -44.0, -370.0),
        )
        found.append((Tube(iliac, 6.0), Tissue.BLOOD))
        neck = ((side * 20.0, -4.0, 130.0), (side * 32.0, 2.0, 290.0))
        found.append((Tube(neck, 5.0), Tissue.BLOOD))
    return found
