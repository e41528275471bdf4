"""The papers and standards behind the methods; methods sentences name them by key in brackets."""

import re
from collections.abc import Iterable
from typing import Final

__all__ = ["CITATIONS", "cited_keys"]

CITATIONS: Final[dict[str, str]] = {
    "boellaard2004": (
        "Boellaard R, Krak NC, Hoekstra OS, Lammertsma AA. Effects of noise, image resolution, and "
        "ROI definition on the accuracy of standard uptake values: a simulation study. "
        "J Nucl Med 2004;45:1519-1527."
    ),
    "boellaard2015eanm": (
        "Boellaard R, Delgado-Bolton R, Oyen WJ, et al. FDG PET/CT: EANM procedure guidelines for "
        "tumour imaging: version 2.0. Eur J Nucl Med Mol Imaging 2015;42:328-354."
    ),
    "frings2010": (
        "Frings V, de Langen AJ, Smit EF, et al. Repeatability of metabolically active volume "
        "measurements with 18F-FDG and 18F-FLT PET in non-small cell lung cancer. "
        "J Nucl Med 2010;51:1870-1877."
    ),
    "janmahasatian2005": (
        "Janmahasatian S, Duffull SB, Ash S, Ward LC, Byrne NM, Green B. Quantification of lean "
        "bodyweight. Clin Pharmacokinet 2005;44:1051-1065."
    ),
    "makris2014": (
        "Makris NE, Boellaard R, Visser EP, et al. Multicenter harmonization of 89Zr PET/CT "
        "performance. J Nucl Med 2014;55:264-267."
    ),
    "wahl2009percist": (
        "Wahl RL, Jacene H, Kasamon Y, Lodge MA. From RECIST to PERCIST: evolving considerations "
        "for PET response criteria in solid tumors. J Nucl Med 2009;50(Suppl 1):122S-150S."
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
