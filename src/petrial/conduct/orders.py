"""What a person orders of a check or a measurement, parsed from words, faults named."""

from dataclasses import dataclass, field

from petrial.conduct.ports import ContourSet
from petrial.images.suv.statements import AdministrationRecord, Assumptions
from petrial.lesions.orders import MethodOrder
from petrial.lesions.peak import PeakDefinition
from petrial.vocabulary.errors import MethodError, Problem

__all__ = ["CheckOrders", "MeasureOrders", "ReferenceOrder", "parse_point"]

Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOrders:
    """What is stated beside the images: administration records and assumptions."""

    records: tuple[AdministrationRecord, ...] = ()
    assumed: Assumptions = field(default_factory=Assumptions)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceOrder:
    """A reference region: a sphere around a point, or a drawn region. One of the two is given."""

    centre_mm: Point | None = None
    drawn: ContourSet | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureOrders:
    """What to measure, and how.

    Attributes
    ----------
    stated
        Records and assumptions.
    contours
        Files of drawn regions.
    unreadable
        What could not be read of them.
    seeds
        Points (x, y, z) in patient mm from which regions grow.
    methods
        Delineations by name, in the order in which they were asked for.
    peak
        Definition of the peak.
    liver, blood_pool
        Reference regions.
    minimum_ml
        Candidates below this volume are left out.
    projections
        Whether projections for pages are wanted.
    """

    stated: CheckOrders = field(default_factory=CheckOrders)
    contours: tuple[ContourSet, ...] = ()
    unreadable: tuple[Problem, ...] = ()
    seeds: tuple[Point, ...] = ()
    methods: tuple[MethodOrder, ...] = ()
    peak: PeakDefinition = PeakDefinition.SPHERE_1CM3
    liver: ReferenceOrder | None = None
    blood_pool: ReferenceOrder | None = None
    minimum_ml: float = 0.5
    projections: bool = False


def parse_point(text: str, option: str) -> Point:
    """Return the point (x, y, z) in patient mm of a text such as ``-12.5,40,-743``.

    Raises
    ------
    MethodError
        The text is not three finite numbers.

    Examples
    --------
    >>> parse_point("-12.5,40,-743", "--seed")
    (-12.5, 40.0, -743.0)
    """
    parts = text.split(",")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = []
    if len(numbers) != 3 or not all(abs(n) < 1e6 for n in numbers):  # noqa: PLR2004  x, y and z
        raise MethodError(
            where=option,
            field="X,Y,Z",
            got=text,
            wanted="three numbers, patient position in mm, such as -12.5,40,-743",
            do="read the position off the viewer, in DICOM patient coordinates",
        )
    return numbers[0], numbers[1], numbers[2]
