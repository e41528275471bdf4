"""Cases of units, doses, bodies, nuclides and kinds of objects."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from petrial.simulation.case import NUCLIDES_SEEN, Form, Must, SuvCase, plain_spec, refused, right
from petrial.simulation.series import AcquisitionClock, InjectionClock, Vendor, Wording

__all__ = [
    "bodies_cases",
    "doses_cases",
    "forms_cases",
    "nuclides_cases",
    "plain_cases",
    "units_cases",
]

DOSE: Final = "RadionuclideTotalDose"
WEIGHT: Final = "PatientWeight"
UNITS: Final = "Units"


def plain_cases() -> Iterator[SuvCase]:
    """Every nuclide, vendor, decay correction and way to state acquisition times."""
    for nuclide in NUCLIDES_SEEN:
        for vendor in Vendor:
            for decay in ("START", "ADMIN", "NONE"):
                for clock in (AcquisitionClock.BED, AcquisitionClock.SCAN):
                    wording = Wording(vendor=vendor, decay_correction=decay, acquisition=clock)
                    name = f"{nuclide}, {vendor.name}, {decay}, {clock.name} clock"
                    case = right(name, plain_spec(nuclide, wording))
                    if decay == "NONE" and clock is AcquisitionClock.SCAN:
                        # every bed would need its own moment, and states that of the first
                        case = replace(case, must=Must.NOT_BE_WRONG)
                    yield case


def units_cases() -> Iterator[SuvCase]:
    """Every unit, the masses of GML, the factors of Philips."""
    for sex in ("F", "M"):
        for kind in (None, "", "BW", "LBM", "LBMJAMES128", "LBMJANMA", "IBW"):
            spec = plain_spec("18F", Wording(units="GML", suv_type=kind))
            yield right(f"GML of type {kind!r}, sex {sex}", replace(spec, sex=sex))
    yield right("CM2ML", plain_spec("18F", Wording(units="CM2ML", suv_type="BSA")))
    gml = Wording(units="GML", suv_type="LBM")
    yield refused("GML LBM, sex O", replace(plain_spec("18F", gml), sex="O"), "PatientSex")
    yield right(
        "GML LBM, sex O, mean assumed", replace(plain_spec("18F", gml), sex="O"), "sex=mean"
    )
    for kind, gone in (("LBM", "PatientSize"), ("LBMJANMA", "PatientSize"), ("IBW", "PatientSex")):
        wording = Wording(units="GML", suv_type=kind, missing=(gone,))
        yield refused(f"GML {kind} without {gone}", plain_spec("18F", wording), gone)
    wording = Wording(units="CM2ML", missing=("PatientSize",))
    yield refused("CM2ML without height", plain_spec("18F", wording), "PatientSize")
    yield refused(
        "GML of unknown type",
        plain_spec("18F", Wording(units="GML", suv_type="BW", changed=(("SUVType", "LEAN"),))),
        "SUVType",
    )
    for nuclide in NUCLIDES_SEEN:
        for decay in ("START", "ADMIN"):
            wording = Wording(vendor=Vendor.PHILIPS, units="CNTS", decay_correction=decay)
            yield right(f"Philips counts, {nuclide}, {decay}", plain_spec(nuclide, wording))
    philips = Wording(vendor=Vendor.PHILIPS, units="CNTS")
    for gone in ("PhilipsSuvFactor", "PhilipsActivityFactor"):
        yield right(
            f"Philips counts without {gone}", plain_spec("18F", replace(philips, missing=(gone,)))
        )
    yield right(
        "Philips counts, SUV factor 0", plain_spec("18F", replace(philips, philips_suv=0.0))
    )
    yield right(
        "Philips counts, activity factor 0",
        plain_spec("18F", replace(philips, philips_activity=0.0)),
    )
    no_factor = (
        replace(philips, philips_suv=0.0, philips_activity=0.0),
        replace(philips, missing=("PhilipsSuvFactor", "PhilipsActivityFactor")),
        Wording(units="CNTS"),
    )
    for number, wording in enumerate(no_factor):
        yield refused(f"counts without factor, way {number}", plain_spec("18F", wording), "7053")
    yield refused(
        "Philips factors that disagree by 5 %",
        plain_spec("18F", replace(philips, philips_suv=1.05)),
        "7053",
    )
    yield right("counts per second with calibration", plain_spec("18F", Wording(units="CPS")))
    yield refused(
        "counts per second without calibration",
        plain_spec("18F", Wording(units="CPS", missing=("DoseCalibrationFactor",))),
        "DoseCalibrationFactor",
    )
    for units in ("PROPCNTS", "PROPCPS", "1CM", "KG"):
        yield refused(f"units {units}", plain_spec("18F", Wording(units=units)), UNITS)
    no_units = plain_spec("18F", Wording(missing=("Units",)))
    yield refused("units missing", no_units, UNITS)
    yield right("units missing, assumed", no_units, "units=BQML")
    nac = Wording(corrected=("SCAT", "DTIM", "RAN", "NORM"))
    yield refused("not attenuation corrected", plain_spec("18F", nac), "CorrectedImage")


def doses_cases() -> Iterator[SuvCase]:
    """State the dose in Bq, in other units, absurd or missing."""
    for nuclide in NUCLIDES_SEEN:
        yield right(f"{nuclide}, dose in MBq", plain_spec(nuclide, Wording(dose_factor=1e-6)))
        yield refused(
            f"{nuclide}, dose in kBq", plain_spec(nuclide, Wording(dose_factor=1e-3)), DOSE
        )
    for stated in (0.0, -250e6, 5e5, 1000.0):
        wording = Wording(changed=(("RadionuclideTotalDose", stated),))
        yield refused(f"dose stated as {stated:g}", plain_spec("18F", wording), DOSE)
    yield refused("dose missing", plain_spec("18F", Wording(missing=(DOSE,))), DOSE)
    yield right(
        "dose missing, assumed", plain_spec("18F", Wording(missing=(DOSE,))), "activity_mbq=250"
    )
    yield right("GML without dose", plain_spec("18F", Wording(units="GML", missing=(DOSE,))))


def bodies_cases() -> Iterator[SuvCase]:
    """Weight and sex, as they are, mistyped or missing."""
    yield right("weight in grams", plain_spec("18F", Wording(weight_factor=1000.0)))
    for stated in (0.0, -68.0, 6.8, 400.0):
        wording = Wording(changed=((WEIGHT, stated),))
        yield refused(f"weight stated as {stated:g}", plain_spec("18F", wording), WEIGHT)
    missing = plain_spec("18F", Wording(missing=(WEIGHT,)))
    yield refused("weight missing", missing, WEIGHT)
    yield right("weight missing, assumed", missing, "weight_kg=68")
    yield right("GML without weight", plain_spec("18F", Wording(units="GML", missing=(WEIGHT,))))
    yield refused(
        "GML LBM without weight",
        plain_spec("18F", Wording(units="GML", suv_type="LBM", missing=(WEIGHT,))),
        WEIGHT,
    )
    for sex in ("F", "M", "O"):
        yield right(f"BQML, sex {sex}", replace(plain_spec("18F"), sex=sex))
    for weight in (25.0, 45.0, 160.0, 300.0):
        yield right(f"a patient of {weight:g} kg", replace(plain_spec("18F"), weight_kg=weight))


def nuclides_cases() -> Iterator[SuvCase]:
    """Half-life and code of the nuclide, missing or wrong."""
    code = ("RadionuclideCodeValue",)
    for nuclide in NUCLIDES_SEEN:
        yield right(
            f"{nuclide}, half-life missing, code present",
            plain_spec(nuclide, Wording(missing=("RadionuclideHalfLife",))),
        )
        yield right(
            f"{nuclide}, half-life present, code missing",
            plain_spec(nuclide, Wording(missing=code)),
        )
        off = plain_spec(nuclide, Wording(half_life_factor=1.2))
        yield refused(f"{nuclide}, half-life 20 % off", off, "HalfLife")
        minutes = plain_spec(nuclide, Wording(half_life_factor=1.0 / 60.0))
        yield refused(f"{nuclide}, half-life in minutes", minutes, "HalfLife")
    neither = Wording(
        missing=(*code, "RadionuclideHalfLife"), changed=(("Radiopharmaceutical", "A"),)
    )
    yield refused("neither half-life nor code", plain_spec("18F", neither), "HalfLife")
    yield right("neither, nuclide assumed", plain_spec("18F", neither), "nuclide=18F")


def forms_cases() -> Iterator[SuvCase]:
    """Enhanced and legacy-converted objects."""
    for nuclide in NUCLIDES_SEEN:
        for vendor in (Vendor.GE, Vendor.SIEMENS, Vendor.SYNTHETIC):
            for decay in ("START", "ADMIN", "NONE"):
                wording = Wording(
                    vendor=vendor, decay_correction=decay, injection=InjectionClock.DATE_TIME
                )
                spec = plain_spec(nuclide, wording)
                for form in (Form.ENHANCED, Form.LEGACY_CONVERTED):
                    name = f"{form.name}, {nuclide}, {vendor.name}, {decay}"
                    yield replace(right(name, spec), form=form)
    spec = plain_spec("18F", Wording(units="GML", suv_type="BW"))
    for form in (Form.ENHANCED, Form.LEGACY_CONVERTED):
        yield replace(right(f"{form.name}, GML", spec), form=form)
    weightless = replace(plain_spec("18F"), wording=Wording(missing=(WEIGHT,)))
    for form in (Form.ENHANCED, Form.LEGACY_CONVERTED):
        yield replace(refused(f"{form.name} without weight", weightless, WEIGHT), form=form)
