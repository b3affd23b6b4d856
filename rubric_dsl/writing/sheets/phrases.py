"""Thresholds, points and standards as people write them, as words of the language; None where more than one reading,
or none, is plain.

What the language itself reads is taken as it stands. By the usage of Chinese law 以上, 以下 and 以内 include their
number, 超过, 不足, 不满 and 以外 do not (Civil Code, article 1259).
"""

from __future__ import annotations

import functools
import re
from fractions import Fraction

from rubric_dsl.numbers.decimals import decimal_places, decimal_text
from rubric_dsl.surface import tree
from rubric_dsl.surface.from_text import parse
from rubric_dsl.text.files import Source
from rubric_dsl.text.record import dataclass
from rubric_dsl.writing.sheets.grid import WIDE

LONGEST = 1_000
"""Characters of a text that is read as a threshold or a standard."""
_DASH = r"(?:\s*(?:-{1,2}|[‐‑‒–—―−~～∼至到]{1,2})\s*)"
_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
_UNIT = r"\s*(?:%|秒钟|秒|分钟|小时|天|s\b|sec\b|seconds?\b|min\b|minutes?\b|h\b|hours?\b|days?\b)?"
_VALUE = f"{_NUMBER}{_UNIT}"
_FROM = ("≥", ">=", "不低于", "不少于", "不小于", "大于等于", "大于或等于", "至少", "at least", "not less than")
_OVER = (">", "超过", "大于", "高于", "多于", "more than", "over", "above")
_UP_TO = (
    "≤",
    "<=",
    "不超过",
    "不大于",
    "不高于",
    "不多于",
    "小于等于",
    "小于或等于",
    "至多",
    "at most",
    "not more than",
    "within",
)
_UNDER = ("<", "不足", "小于", "低于", "少于", "不到", "不满", "未满", "less than", "under", "below")
_BEHIND = {
    "from": ("(含)以上", "含以上", "及以上", "或以上", "以上", "or more", "and above", "+"),
    "up to": (
        "(含)以内", "(含)内", "(含)以下", "及以下", "或以下", "以下", "以内", "之内", "内", "or less", "or fewer",
    ),
    "over": ("以外", "之外"),
}
_REST = (
    "其余",
    "其他",
    "其它",
    "其余情况",
    "其他情况",
    "其余情形",
    "其他情形",
    "otherwise",
    "other",
    "others",
    "all others",
)
_YES = ("是", "有", "√", "✓", "yes", "符合", "做到", "达到", "满足", "合格", "达标")
_NO = ("否", "无", "×", "✗", "no", "不符合", "未做到", "未达到", "不满足", "不合格", "不达标", "没有")
VAGUE = re.compile(
    "酌情|适当|视情|左右|大约|约(?=[0-9])|基本(?:符合|满足|达到|做到|清楚|完整|规范)|一般情况|相应|若干|"
    "较(?:好|差|快|慢|高|低|多|少|大|小|为)|as appropriate|about (?=[0-9])|roughly|approximately|reasonabl"
)
"""Words that leave the points to whoever assesses."""


def plain(text: str) -> str:
    """Full-width signs as their ASCII twins, blanks and line ends as one blank."""
    return re.sub(r"\s+", " ", text.translate(WIDE).replace("﹪", "%")).strip()


def _any(words: tuple[str, ...]) -> str:
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"


# ---------------------------------------------------------------- what the language reads


@functools.lru_cache(4096)
def row_of(pattern: str, outcome: str = "0") -> tree.Row | None:
    """The row of a table in the words of the language, whatever its number of inputs; None: it is none."""
    if not pattern or not outcome:
        return None
    inputs = ", ".join(
        f"i{'abcdefghijklmnopqrstuvwxyz'[at % 26]}"
        for at in range(max(1, pattern.count(",") + pattern.count("，") + 1))
    )
    parsed = parse(Source("cell", f"measure q by {inputs}\n  {pattern}: {outcome}\n"))
    if parsed.diagnostics or len(parsed.document.items) != 1:
        return None
    item = parsed.document.items[0]
    if isinstance(item, tree.Measure) and isinstance(item.body, tree.Table) and len(item.body.rows) == 1:
        return item.body.rows[0]
    return None


def expression_of(text: str) -> tree.Expr | None:
    """An expression in the words of the language."""
    parsed = parse(Source("cell", f"measure q = {text}\n"))
    if parsed.diagnostics or len(parsed.document.items) != 1 or "\n" in text:
        return None
    item = parsed.document.items[0]
    if isinstance(item, tree.Measure) and not isinstance(item.body, tree.Table) and item.when is None:
        return item.body
    return None


# ---------------------------------------------------------------- thresholds


_MEASURES = re.compile(
    rf"({_NUMBER})\s*(?:次|个|项|件|人次|人|字|元|万元|页|起|例|条|份|家|户)(?:/(?:分钟|小时|天|次|人|月|年))?(?![一-鿿]*[0-9])"
)
"""What is counted stands behind a number and changes nothing of it: `100-140字/分钟`."""


def pattern_of(text: str) -> str | None:
    """A threshold as a pattern of the language: `31–94%` is `31% to 94%`, `15秒内` is `up to 15 s`."""
    text = plain(text)
    if not text or len(text) > LONGEST:
        return None
    if text.lower() in _REST:
        return "otherwise"
    if text.lower() in _YES:
        return "yes"
    if text.lower() in _NO:
        return "no"
    said = _said_by_people(_MEASURES.sub(r"\1", text))
    if said is not None:
        return said
    row = row_of(text)
    if row is None:
        return None
    if any(_halves_of_a_unit(pattern) for patterns in row.patterns for pattern in patterns):
        return None
    return text


def _halves_of_a_unit(pattern: tree.Pattern) -> bool:
    """`31 to 94%`, where only one end has the unit; people mean it for both."""
    ends = [pattern.low, pattern.high] if isinstance(pattern, tree.Range) else []
    units = [end.unit for end in ends if isinstance(end, tree.Number)]
    return (
        len(units) == 2
        and ("" in units)
        and units[0] != units[1]
        and "0" not in [end.text for end in ends if isinstance(end, tree.Number) and end.unit == ""]
    )


def _said_by_people(text: str) -> str | None:
    for words, keyword in ((_FROM, "from"), (_UP_TO, "up to"), (_OVER, "over"), (_UNDER, "under")):
        if found := re.fullmatch(f"{_any(words)} ?({_VALUE})", text, re.IGNORECASE):
            return f"{keyword} {value(found[1])}"
    for keyword, behind in _BEHIND.items():
        if found := re.fullmatch(f"({_VALUE}) ?{_any(behind)}", text, re.IGNORECASE):
            return f"{keyword} {value(found[1])}"
    if found := re.fullmatch(f"({_VALUE}){_DASH}({_VALUE})", text):
        low, high = _same_unit(found[1], found[2])
        return f"{low} to {high}"
    if found := re.fullmatch(
        f"(超过|大于|over|>)? ?({_VALUE}){_DASH}(不足|不到|under|<)? ?({_VALUE})", text, re.IGNORECASE
    ):
        low, high = _same_unit(found[2], found[4])
        return f"{'over ' if found[1] else ''}{low} to {'under ' if found[3] else ''}{high}"
    if found := re.fullmatch(rf"([\[(]) ?({_VALUE}) ?[,，;] ?({_VALUE}) ?([\])])", text):
        low, high = _same_unit(found[2], found[3])
        return f"{'over ' if found[1] == '(' else ''}{low} to {'under ' if found[4] == ')' else ''}{high}"
    if found := re.fullmatch(rf"({_VALUE}) ?(<|≤|<=) ?[A-Za-z一-鿿]{{1,20}} ?(<|≤|<=) ?({_VALUE})", text):
        low, high = _same_unit(found[1], found[4])
        return f"{'over ' if found[2] == '<' else ''}{low} to {'under ' if found[3] == '<' else ''}{high}"
    if found := re.fullmatch(rf"([\[(]) ?({_NUMBER}) ?[,，;] ?({_NUMBER}) ?([\])])({_UNIT})", text):
        return _said_by_people(f"{found[1]}{found[2]},{found[3]}{found[5]}{found[4]}") if found[5].strip() else None
    if re.fullmatch(_VALUE, text):
        return value(text)
    return None


def value(text: str) -> str:
    """A number with its unit as the language writes it."""
    found = re.fullmatch(f"({_NUMBER})\\s*(.*)", text.strip())
    assert found is not None
    return f"{found[1]}{'' if found[2] in ('', '%') else ' '}{_UNITS.get(found[2].lower(), found[2])}"


_UNITS = {
    "秒": "s",
    "秒钟": "s",
    "sec": "s",
    "second": "s",
    "seconds": "s",
    "分钟": "min",
    "minute": "min",
    "minutes": "min",
    "小时": "h",
    "hour": "h",
    "hours": "h",
    "天": "day",
    "days": "day",
}


def _same_unit(low: str, high: str) -> tuple[str, str]:
    """A unit that stands at the upper end alone is meant for both."""
    first, second = value(low), value(high)
    unit = re.sub(r"^-?[0-9.]+", "", second)
    return (first + unit if re.fullmatch(_NUMBER, first) else first), second


# ---------------------------------------------------------------- points


def points_of(text: str, worth: str = "") -> str | None:
    """What is obtained: `得10分` is `10`, `不得分` is `0`, `由20分递减至10分` is `20 falling to 10`."""
    text = plain(text)
    if len(text) > LONGEST or VAGUE.search(text):
        return None
    points = rf"({_NUMBER}) ?(?:分|points?|pts?)?"
    if text in ("不得分", "无分", "零分", "no points", "nothing"):
        return "0"
    if text in ("满分", "得满分", "full marks", "full"):
        return worth or None
    if found := re.fullmatch(f"(?:得|计|给|记|为|score )?{points}", text, re.IGNORECASE):
        return found[1]
    way = "(递减至|递减到|降至|降到|falling to|递增至|递增到|升至|升到|rising to)"
    if found := re.fullmatch(f"(?:得分)?由?(?:得)?{points}{way}{points}".replace("}{", "} ?{"), text, re.IGNORECASE):
        falls = found[2][:1] in "降f" or found[2].startswith("递减")
        return f"{found[1]} {'falling' if falls else 'rising'} to {found[3]}"
    if row_of("otherwise", text) is not None:
        return text
    return None


def digits_of(value: Fraction) -> str:
    """A decimal as it is written."""
    places = decimal_places(value)
    assert places is not None, "it was read from decimals"
    return decimal_text(value, places)


def full_marks(text: str) -> str | None:
    """`20`, `20分`, `（20分）`; None: no number."""
    found = re.fullmatch(rf"\(?\[?({_NUMBER}) ?(?:分|points?|pts?)?\]?\)?", plain(text), re.IGNORECASE)
    return found[1] if found and not found[1].startswith("-") else None


# ---------------------------------------------------------------- a standard in a sentence


@dataclass(frozen=True, slots=True)
class Standard:
    """What a sentence says: rows of a table, or one condition for the full marks, or points off for each occurrence.

    `stem`: what is observed, as the sentence calls it ("等待时长" of "等待时长不超过15秒得7分"), empty: it does not.
    """

    kind: str
    """`yes`: met or not; `when`: one threshold for the full marks; `rows`; `each`: points off each time; `step`: full
    marks up to `base`, then `amount` off for each `step` more."""
    rows: tuple[tuple[str, str], ...] = ()
    amount: str = ""
    base: str = ""
    step: str = ""
    stem: str = ""
    clauses: tuple[str, ...] = ()
    """The part of the sentence that each row came from."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a sentence is not read: the key of the advice, and the part that it is about."""

    why: str
    part: str


_MET = re.compile(
    rf"(?:{_any(_YES)}(?:要求|标准|规定)?)?(?:的|者)?"
    rf"(?:[,:]? ?(?:得|计|给)? ?(?P<points>{_NUMBER} ?分|满分|full marks))?"
    rf"(?:[,;]? ?(?:否则|反之|{_any(_NO)}(?:要求|标准|规定)?)(?:的|者)?[,:]? ?(?:不得分|得?0分|计?0分|无分|0))?",
    re.IGNORECASE,
)
_EACH = re.compile(
    rf"每(?:出现|发生|有)?(?:1|一)?(?:次|例|项|处|个|件|人次)(?:[一-鿿]{{0,10}}?)?(?:扣|减) ?({_NUMBER}) ?分"
    r"(?:[,;]? ?扣完为止)?"
)
_STEP = re.compile(
    rf"(?P<stem>[一-鿿]*?)(?P<base>(?:不超过|≤|<=)? ?{_VALUE} ?(?:以内|之内|内|及以内|以下)?)(?:的|得|计)? ?"
    rf"(?P<full>满分|{_NUMBER} ?分)[,;] ?每超(?:过)? ?(?P<step>{_VALUE})(?:扣|减) ?"
    rf"(?P<amount>{_NUMBER}) ?分(?:[,;] ?扣完为止)?"
)
_SPLIT = re.compile(r"[;\n]|。|(?<=分)[,、]|[,、](?=(?:[^,;。]*?)(?:不得分|得 ?[0-9.]+ ?分|满分))")
_CLAUSE = re.compile(
    rf"(?P<what>.*?)(?:(?<=.): ?(?=-?[0-9.]+$)|(?:的|者)?[:,]? ?)"
    rf"(?P<points>(?<=:)-?[0-9.]+|(?<=: )-?[0-9.]+|(?:得|计|给|记)? ?{_NUMBER} ?分|(?:得)?满分|不得分|"
    rf"(?:得分)?由?{_NUMBER} ?分?(?:递减|递增)[至到]{_NUMBER} ?分)"
)


def standard_of(text: str, worth: str) -> Standard | Unread:
    """A sentence such as `≥95%得10分；31–94%得6分；其余不得分`."""
    whole = plain(text).rstrip("。.；;")
    if len(whole) > LONGEST:
        return Unread("nothing", whole[:40] + "…")
    if found := VAGUE.search(whole):
        return Unread("vague", found[0])
    met = _MET.fullmatch(whole)
    if met is not None:
        said = points_of(met["points"], worth) if met["points"] else worth
        return Standard("yes") if said == worth or not worth else Unread("points", met["points"] or whole)
    if found := _EACH.fullmatch(whole):
        return Standard("each", amount=found[1])
    if found := _STEP.fullmatch(whole):
        return _stepped(found, worth)
    alone = _stem_and_pattern(whole)
    if alone is not None and not _is_word(alone[1]):
        return Standard("when", ((alone[1], worth),), stem=alone[0])
    rows: list[tuple[str, str]] = []
    clauses: list[str] = []
    stems: set[str] = set()
    for clause in filter(None, (part.strip() for part in _SPLIT.split(_joined(text)))):
        read = _clause(clause.rstrip("。."), worth)
        if isinstance(read, Unread):
            return read
        stem, pattern, points = read
        stems |= {stem} if stem else set()
        rows.append((pattern, points))
        clauses.append(clause)
    if not rows:
        return Unread("nothing", whole)
    if len(stems) > 1:
        return Unread("several", "、".join(sorted(stems)))
    stem = next(iter(stems), "")
    if len(rows) == 2 and rows[0][1] == worth and rows[1][1] == "0":
        good, bad = rows[0][0], rows[1][0]
        if (good, bad) == ("yes", "no"):
            return Standard("yes")
        if bad in (f"未{good}", f"没有{good}", f"没{good}", f"不{good}"):
            return Standard("yes", stem=good)
    if len(rows) == 1 and rows[0][1] == worth:
        if _is_word(rows[0][0]):
            return Standard("yes", stem="" if rows[0][0] == "yes" else rows[0][0])
        return Standard("when", tuple(rows), stem=stem)
    return Standard("rows", tuple(rows), stem=stem, clauses=tuple(clauses))


def _joined(text: str) -> str:
    return "\n".join(plain(line) for line in text.split("\n"))


def _clause(clause: str, worth: str) -> tuple[str, str, str] | Unread:
    """What is observed, the threshold and the points of one clause."""
    found = _CLAUSE.fullmatch(clause)
    if found is None:
        return Unread("clause", clause)
    points = points_of(found["points"], worth)
    read = _stem_and_pattern(found["what"].strip(" :,"))
    if points is None or read is None or _CHANGES.search(found["what"]):
        return Unread("threshold" if _MINUTES.search(clause) else "clause", clause)
    return *read, points


_CHANGES = re.compile("每|扣|减|加$")
"""Points off or added, which a clause of thresholds does not say."""
_MINUTES = re.compile("[0-9]分(?:以上|以下|以内|及|或|[-–—至到])")


def _stem_and_pattern(what: str) -> tuple[str, str] | None:
    """What is observed, where its name stands before the threshold, and the threshold."""
    pattern = pattern_of(what) if what else None
    if pattern is None or (_is_word(pattern) and pattern not in ("yes", "no", "otherwise")):
        for at in range(1, min(len(what), 20)):
            if re.fullmatch(r"[一-鿿A-Za-z ]+", what[:at]) is None:
                break
            later = _said_by_people(what[at:].strip())
            if later is not None:
                return what[:at].strip(), later
    return None if pattern is None else ("", pattern)


def _is_word(pattern: str) -> bool:
    """No number and no range."""
    return re.fullmatch(r"[一-鿿A-Za-z_]+", pattern) is not None


def _stepped(found: re.Match[str], worth: str) -> Standard | Unread:
    base = re.sub(r"^(?:不超过|≤|<=) ?| ?(?:及以内|以内|之内|内|以下)$", "", found["base"])
    full = points_of(found["full"], worth)
    if full != worth:
        return Unread("points", found["full"])
    step = value(found["step"])
    low, unit = re.match(f"({_NUMBER})(.*)", value(base)), re.match(f"({_NUMBER})(.*)", step)
    assert low is not None and unit is not None
    if low[2] != unit[2]:
        return Unread("units", found["step"])
    if unit[1] != "1":
        # 每超10秒 leaves open what 4 seconds cost.
        return Unread("step", found["step"])
    return Standard("step", base=value(base), step=step, amount=found["amount"], stem=found["stem"])
