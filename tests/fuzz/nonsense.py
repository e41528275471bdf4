"""Values that no scanner means, by the kind of element in which they are put."""

import struct
from typing import Final

__all__ = ["SENSELESS_VR", "nonsense_for"]

LONG: Final = 10_240
TEXTS: Final[dict[str, bytes]] = {
    "empty": b"",
    "blanks": b"    ",
    "words": b"unknown",
    "two values": b"1\\2",
    "two values that differ": b"68\\71",
    "empty values": b"\\\\\\",
    "control characters": b"6\x008\x07\x1b[31m",
    "a new line": b"68\r\n",
    "not ASCII": "٦٨".encode(),
    "bytes of no character set": b"\xff\xfe\xfd\x80",
    "a lone surrogate": b"\xed\xa0\x80",
    "10 kB of nines": b"9" * LONG,
    "10 kB of letters": b"A" * LONG,
    "10 kB of backslashes": b"\\" * LONG,
    "markup": b"[/bold]<script>alert(1)</script>",
}
NUMBERS: Final[dict[str, bytes]] = {
    "zero": b"0",
    "minus zero": b"-0.0",
    "negative": b"-68",
    "nan": b"nan",
    "NaN": b"NaN",
    "inf": b"inf",
    "minus infinity": b"-Infinity",
    "1e30": b"1e30",
    "1e-30": b"1e-30",
    "1e308": b"1e308",
    "1e999": b"1e999",
    "1e-999": b"1e-999",
    "a decimal comma": b"68,5",
    "a unit behind": b"68 kg",
    "hexadecimal": b"0x44",
    "underscores": b"6_8",
    "a lone sign": b"-",
    "a lone point": b".",
    "65535": b"65535",
    "1000000000": b"1000000000",
    "2 ** 63": b"9223372036854775808",
}
DATES: Final[dict[str, bytes]] = {
    "year 0001": b"00010101",
    "year 9999": b"99991231",
    "year 0000": b"00000000",
    "month 13": b"20241314",
    "30 February": b"20240230",
    "a range": b"20240514-20240515",
    "old form of a date": b"2024.05.14",
    "day first": b"14052024",
    "four years before": b"20200514",
    "a century after": b"21240514",
}
TIMES: Final[dict[str, bytes]] = {
    "hour 25": b"250000",
    "minute 61": b"106100",
    "second 61": b"101061",
    "seven digits": b"1010101",
    "a fraction of nothing": b"101010.",
    "an offset": b"101010+9900",
    "colons": b"10:10:10",
    "odd digits": b"1",
    "a range": b"1000-1100",
}
MOMENTS: Final[dict[str, bytes]] = {
    "year 0001": b"00010101000000",
    "year 9999": b"99991231235959.999999",
    "an offset of a week": b"20240514093000+9999",
    "an offset past the last year": b"99991231235959-1200",
    "an offset before the first year": b"00010101000000+1400",
    "a date only": b"20240514",
    "a year only": b"2024",
    "month 13": b"20241314093000",
    "hour 25": b"20240514253000",
    "a letter T": b"2024-05-14T09:30:00",
    "four years before": b"20200514093000",
    "a day after": b"20240515093000",
    "a century after": b"21240514093000",
}
WORDS: Final[dict[str, bytes]] = {
    "another word": b"NONSENSE",
    "NONE": b"NONE",
    "lower case": b"bqml",
    "a number": b"12345",
    "1CM": b"1CM",
    "many values": b"A\\B\\C\\D",
    "PROPCNTS": b"PROPCNTS",
}
TRIPLES: Final[dict[str, bytes]] = {
    "zeros": b"0\\0\\0\\0\\0\\0",
    "ones": b"1\\1\\1\\1\\1\\1",
    "not at right angles": b"1\\0\\0\\0.7\\0.7\\0",
    "nan": b"nan\\nan\\nan",
    "nan six times": b"nan\\nan\\nan\\nan\\nan\\nan",
    "infinite": b"inf\\0\\0",
    "huge": b"1e30\\1e30\\1e30",
    "huge six times": b"1e30\\0\\0\\0\\1e30\\0",
    "equal": b"0\\0\\0",
    "zero twice": b"0\\0",
    "negative twice": b"-4\\-4",
    "huge twice": b"1e30\\1e30",
    "tiny twice": b"1e-30\\1e-30",
    "infinite twice": b"inf\\inf",
    "one of two": b"4",
}
NUMBERS_OF_FLOATS: Final = {
    "nan": float("nan"),
    "infinite": float("inf"),
    "negative": -1.0,
    "zero": 0.0,
    "1e30": 1e30,
    "1e-300": 1e-300,
}
SENSELESS_VR: Final = ("OB", "SQ", "FD", "US", "UN", "ZZ", "AT", "UT")
KINDS: Final = {
    "DS": (NUMBERS, TEXTS),
    "IS": (NUMBERS, TEXTS),
    "DA": (DATES, TEXTS),
    "TM": (TIMES, TEXTS),
    "DT": (MOMENTS, TEXTS),
    "CS": (WORDS, TEXTS),
    "UI": (WORDS, TEXTS),
    "LO": (WORDS, TEXTS),
    "SH": (TEXTS, NUMBERS),
    "PN": (TEXTS,),
}


def nonsense_for(vr: str, count: int) -> dict[str, bytes]:
    """Return named bytes of nonsense for an element of ``vr`` that holds ``count`` values."""
    if vr in {"US", "UL"}:
        form, limit = ("<H", 0xFFFF) if vr == "US" else ("<I", 0xFFFFFFFF)
        numbers = {str(n): struct.pack(form, n) for n in (0, 1, 3, 7, 9, 17, 255, 32768, limit)}
        return numbers | {"empty": b"", "three bytes": b"\1\2\3", "two numbers": b"\x10\0" * 4}
    if vr in {"FD", "FL"}:
        form = "<d" if vr == "FD" else "<f"
        floats = {name: struct.pack(form, n) for name, n in NUMBERS_OF_FLOATS.items() if n < 1e31}
        return floats | {"empty": b"", "three bytes": b"\1\2\3", "two numbers": bytes(16)}
    found: dict[str, bytes] = {}
    for table in (*((TRIPLES,) if count > 1 else ()), *KINDS.get(vr, (TEXTS,))):
        found |= table
    return found
