"""Numbers as people read them. Rounded for the eye only: nothing is decided on what stands here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from rubric_dsl.numbers import reals
from rubric_dsl.numbers.decimals import decimal_places, decimal_text, integer_text
from rubric_dsl.numbers.limits import MAX_BITS, Undecided
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.numbers.rounding import round_to

Kind = Literal["number", "percent", "duration"]

_LONGEST = 200
"""Digits before the point that are still written out."""

_UNITS = {"en": " s", "zh": "秒"}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its kind, as a fact of a diagnostic."""

    value: Exact
    kind: Kind

    def shown(self, lang: str) -> str:
        return shown(self.value, self.kind, lang)


def quantity(value: Exact, kind: Kind = "number") -> Quantity:
    return Quantity(value, kind)


def shown(value: Exact, kind: Kind = "number", lang: str = "en") -> str:
    """`"22.375"`, `"94.1%"`, `"15 s"` (`"15秒"` in `zh`).

    A number or duration (seconds) stands in full where it needs at most 6 decimals, else rounded half up to 3; a
    percent in full where it needs at most 2, else rounded half up to 1. What was rounded keeps its zeros: `100.0%` is
    not quite 100%.
    """
    if kind == "percent":
        return _with_unit(_digits(reals.multiply(value, Fraction(100)), 2, 1), kind, lang)
    return _with_unit(_digits(value, 6, 3), kind, lang)


def shown_ratios(
    tops: Iterable[int], bottoms: Iterable[int], kind: Kind = "number", lang: str = "en"
) -> list[str]:
    """`shown` of many quotients, without making a number of each; bottoms are positive."""
    factor, most, places = (100, 2, 1) if kind == "percent" else (1, 6, 3)
    full, part, unit = 10**most, 10**places, _with_unit("", kind, lang)
    longest = full * 10**_LONGEST
    found = []
    for top, bottom in zip(tops, bottoms, strict=False):
        size = abs(top) * factor
        whole, rest = divmod(size * full, bottom)
        if whole >= longest:
            text = shown(Fraction(top, bottom), kind, lang).removesuffix(unit)
        elif not rest:
            text = str(whole // full)
            if whole % full:
                text += f".{whole % full:0{most}}".rstrip("0")
            if top < 0:
                text = "-" + text
        else:
            whole = (2 * size * part + bottom) // (2 * bottom)
            text = f"{whole // part}.{whole % part:0{places}}"
            if top < 0 and whole:
                text = "-" + text
        found.append(text + unit)
    return found


def written(value: Fraction, kind: Kind = "number", lang: str = "en") -> str:
    """A number of a rubric as a rubric writes it: every digit of `0.000000001`, `shown` where none suffice."""
    inside = value * 100 if kind == "percent" else value
    places = decimal_places(inside)
    if places is None:
        return shown(value, kind, lang)
    return _with_unit(_shortened(decimal_text(inside, places)), kind, lang)


def _with_unit(digits: str, kind: Kind, lang: str) -> str:
    return digits + {"percent": "%", "duration": _UNITS.get(lang, _UNITS["en"])}.get(kind, "")


def rounded_digits(value: Exact, places: int) -> str:
    """The value rounded half up to `places` decimals, trailing zeros kept: `"0.500"`.

    An irrational that cannot be told apart from a tie of two roundings is shown as the tie, rounded up in size.
    """
    step = Fraction(1, 10**places)
    try:
        rounded = round_to(value, "half up", step)
    except Undecided:
        low, high = reals.enclosure(value, MAX_BITS)
        rounded = round_to(low if high <= 0 else high, "half up", step)
    return decimal_text(rounded, places)


def _digits(value: Exact, most: int, places: int) -> str:
    if isinstance(value, Fraction):
        needed = decimal_places(value)
        if needed is not None and needed <= most:
            return _shortened(decimal_text(value, needed))
    return _shortened(rounded_digits(value, places))


def _shortened(digits: str) -> str:
    """Digits too many to read as `1.234e500`."""
    whole = digits.partition(".")[0].lstrip("-")
    if len(whole) <= _LONGEST:
        return digits
    sign = "-" if digits.startswith("-") else ""
    lead = (int(whole[:5]) + 5) // 10
    exponent = len(whole) - 1
    if lead == 10_000:
        lead, exponent = 1_000, exponent + 1
    return f"{sign}{lead // 1000}.{lead % 1000:03}e{integer_text(exponent)}"
