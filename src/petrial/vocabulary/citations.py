"""The papers and standards behind the methods; methods sentences name them by key in brackets."""

import re
from collections.abc import Iterable
from typing import Final

__all__ = ["CITATIONS", "cited_keys"]

CITATIONS: Final[dict[str, str]] = {
    "allison2020": (
        "Allison KH, Hammond MEH, Dowsett M, et al. Estrogen and progesterone receptor testing in "
        "breast cancer: ASCO/CAP guideline update. J Clin Oncol 2020;38:1346-1366."
    ),
    "armbruster2008": (
        "Armbruster DA, Pry T. Limit of blank, limit of detection and limit of quantitation. Clin "
        "Biochem Rev 2008;29(Suppl 1):S49-S52."
    ),
    "boellaard2004": (
        "Boellaard R, Krak NC, Hoekstra OS, Lammertsma AA. Effects of noise, image resolution, and "
        "ROI definition on the accuracy of standard uptake values: a simulation study. "
        "J Nucl Med 2004;45:1519-1527."
    ),
    "boellaard2015eanm": (
        "Boellaard R, Delgado-Bolton R, Oyen WJ, et al. FDG PET/CT: EANM procedure guidelines for "
        "tumour imaging: version 2.0. Eur J Nucl Med Mol Imaging 2015;42:328-354."
    ),
    "cristofanilli2004": (
        "Cristofanilli M, Budd GT, Ellis MJ, et al. Circulating tumor cells, disease progression, "
        "and survival in metastatic breast cancer. N Engl J Med 2004;351:781-791."
    ),
    "fayers2001": (
        "Fayers PM, Aaronson NK, Bjordal K, Groenvold M, Curran D, Bottomley A. The EORTC QLQ-C30 "
        "scoring manual, 3rd edition. Brussels: European Organisation for Research and Treatment "
        "of Cancer, 2001."
    ),
    "frings2010": (
        "Frings V, de Langen AJ, Smit EF, et al. Repeatability of metabolically active volume "
        "measurements with 18F-FDG and 18F-FLT PET in non-small cell lung cancer. "
        "J Nucl Med 2010;51:1870-1877."
    ),
    "giesinger2016": (
        "Giesinger JM, Kieffer JM, Fayers PM, et al. Replication and validation of higher order "
        "models demonstrated that a summary score for the EORTC QLQ-C30 is robust. J Clin "
        "Epidemiol 2016;69:79-88."
    ),
    "hammond2010": (
        "Hammond MEH, Hayes DF, Dowsett M, et al. American Society of Clinical Oncology/College "
        "of American Pathologists guideline recommendations for immunohistochemical testing of "
        "estrogen and progesterone receptors in breast cancer. J Clin Oncol 2010;28:2784-2795."
    ),
    "ignatiadis2011": (
        "Ignatiadis M, Reinholz M. Minimal residual disease and circulating tumor cells in breast "
        "cancer. Breast Cancer Res 2011;13:222, table 2."
    ),
    "janmahasatian2005": (
        "Janmahasatian S, Duffull SB, Ash S, Ward LC, Byrne NM, Green B. Quantification of lean "
        "bodyweight. Clin Pharmacokinet 2005;44:1051-1065."
    ),
    "lamers2006": (
        "Lamers LM, McDonnell J, Stalmeier PFM, Krabbe PFM, Busschbach JJV. The Dutch tariff: "
        "results and arguments for an effective design for national EQ-5D valuation studies. "
        "Health Econ 2006;15:1121-1132."
    ),
    "makris2014": (
        "Makris NE, Boellaard R, Visser EP, et al. Multicenter harmonization of 89Zr PET/CT "
        "performance. J Nucl Med 2014;55:264-267."
    ),
    "nabon2012": (
        "NABON. Breast cancer: Dutch national guideline, 2012, section on pathology, hormone "
        "receptor and HER2 status. richtlijnendatabase.nl."
    ),
    "sprangers1996": (
        "Sprangers MA, Groenvold M, Arraras JI, et al. The European Organization for Research and "
        "Treatment of Cancer breast cancer-specific quality-of-life questionnaire module: first "
        "results from a three-country field study. J Clin Oncol 1996;14:2756-2768."
    ),
    "versteegh2016": (
        "Versteegh MM, Vermeulen KM, Evers SMAA, de Wit GA, Prenger R, Stolk EA. Dutch tariff for "
        "the five-level version of EQ-5D. Value Health 2016;19:343-352."
    ),
    "wahl2009percist": (
        "Wahl RL, Jacene H, Kasamon Y, Lodge MA. From RECIST to PERCIST: evolving considerations "
        "for PET response criteria in solid tumors. J Nucl Med 2009;50(Suppl 1):122S-150S."
    ),
    "wolff2007": (
        "Wolff AC, Hammond MEH, Schwartz JN, et al. American Society of Clinical Oncology/College "
        "of American Pathologists guideline recommendations for human epidermal growth factor "
        "receptor 2 testing in breast cancer. J Clin Oncol 2007;25:118-145."
    ),
    "wolff2013": (
        "Wolff AC, Hammond MEH, Hicks DG, et al. Recommendations for human epidermal growth "
        "factor receptor 2 testing in breast cancer: American Society of Clinical "
        "Oncology/College of American Pathologists clinical practice guideline update. J Clin "
        "Oncol 2013;31:3997-4013."
    ),
    "wolff2018": (
        "Wolff AC, Hammond MEH, Allison KH, et al. Human epidermal growth factor receptor 2 "
        "testing in breast cancer: American Society of Clinical Oncology/College of American "
        "Pathologists clinical practice guideline focused update. J Clin Oncol 2018;36:2105-2122."
    ),
    "wolff2023": (
        "Wolff AC, Somerfield MR, Dowsett M, et al. Human epidermal growth factor receptor 2 "
        "testing in breast cancer: ASCO-College of American Pathologists guideline update. J Clin "
        "Oncol 2023;41:3867-3872."
    ),
    "zwanenburg2020ibsi": (
        "Zwanenburg A, Vallieres M, Abdalah MA, et al. The Image Biomarker Standardization "
        "Initiative: standardized quantitative radiomics for high-throughput image-based "
        "phenotyping. Radiology 2020;295:328-338."
    ),
}
"""Key to full reference. A methods sentence that names a key outside this table fails a test."""


def cited_keys(sentences: Iterable[str]) -> tuple[str, ...]:
    """Return the citation keys in brackets in ``sentences``, each once, in order of appearance.

    >>> cited_keys(["Peak of 1 cm3 [wahl2009percist].", "Mesh [zwanenburg2020ibsi]."])
    ('wahl2009percist', 'zwanenburg2020ibsi')
    """
    found = (key for sentence in sentences for key in re.findall(r"\[([a-z]+\d{4}\w*)\]", sentence))
    return tuple(dict.fromkeys(found))
