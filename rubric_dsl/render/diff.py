"""What changed between two editions of a rubric and who moves because of it, as it reads in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from rubric_dsl.editions.changes import Change, Difference, Wording
from rubric_dsl.editions.comparison import Comparison
from rubric_dsl.editions.impact import Moved, Player, RankingImpact, Standing
from rubric_dsl.editions.magnitude import Magnitude, Reason
from rubric_dsl.numbers import reals
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.plan.model import Lines, ScoringPlan
from rubric_dsl.render.diff_words import DifferenceWords
from rubric_dsl.render.pieces import Line, Look, Piece, paragraph
from rubric_dsl.render.values import absence_text, number_text, subject_text
from rubric_dsl.render.width import cut, pad, visible, width, wrap
from rubric_dsl.resolved.types import NUMBER
from rubric_dsl.results.model import NoValue
from rubric_dsl.text.record import dataclass

SHOWN_SHARES = 6
MOST_OF_A_KIND = 3
LONGEST_TEXT = 40

MAGNITUDES = {"wording": "文字", "scores": "分数", "ranks": "名次", "not comparable": "不可比"}


@dataclass(frozen=True, slots=True)
class DiffView:
    """A comparison with all that is said of it. `files` are the names of both rubrics."""

    comparison: Comparison
    wording: tuple[Wording, ...]
    magnitude: Magnitude
    reasons: tuple[Reason, ...]
    files: tuple[str, str]
    impacts: tuple[RankingImpact, ...] | None = None
    """None: there were no observations."""


def diff_lines(view: DiffView, look: Look) -> Iterable[Line]:
    comparison = view.comparison
    words = DifferenceWords(comparison.old.plan, comparison.new.plan, look)
    arrow = "->" if look.ascii else "→"
    yield (Piece(f"{_edition(view, 0)} {arrow} {_edition(view, 1)}", "strong"),)
    yield ()
    if comparison.changes:
        yield (Piece(look.say("Changes of meaning", "含义的改动"), "strong"),)
        for change in comparison.changes:
            yield from change_lines(change, words, look)
        yield ()
    if view.wording:
        yield (Piece(look.say("Wording only", "仅文字"), "strong"),)
        yield from wording_lines(view.wording, words, look)
        yield ()
    for impact in view.impacts or ():
        yield from _impact(view, impact, look)
        yield ()
    for reason in view.reasons:
        yield from paragraph(reason_text(reason, words, look), look, "warning")
    yield from paragraph(summary(view, look), look, "strong")


def _edition(view: DiffView, side: int) -> str:
    header = (view.comparison.old, view.comparison.new)[side].plan.header
    return visible(view.files[side]) + (f" ({visible(header.edition)})" if header.edition else "")


# ---------------------------------------------------------------- changes


def change_lines(change: Change, words: DifferenceWords, look: Look) -> Iterable[Line]:
    """The differences of a change under its number."""
    for place, difference in enumerate(change.differences):
        number = f"{change.number + 1:>3} " if place == 0 else "    "
        text = difference_text(difference, words, look)
        lines = lines_text(difference, look)
        rows = wrap(f"{text}  {lines}", max(look.columns - 4, 20)) if look.wrap else [f"{text}  {lines}"]
        for i, row in enumerate(rows):
            yield (Piece((number if i == 0 else "    ") + row),)


def difference_text(difference: Difference, words: DifferenceWords, look: Look) -> str:
    """`wait_within_15: bound wait_seconds <= 15 s → wait_seconds <= 20 s`."""
    say = look.say
    item, kind = words.item(difference.item), words.kind(difference)
    facts = dict(difference.facts)
    old, new = words.sides(difference)
    own = difference.kind in ("indicator", "touchpoint", "measure", "bands", "ranking", "table", "parameter")
    colon, arrow = say(": ", "："), " -> " if look.ascii else " → "
    if difference.sort == "moved":
        return f"{kind} {item}{colon}{say('moved', '移动')} {old}{arrow}{new}"
    sort = {"added": say("added", "新增"), "removed": say("removed", "删去")}.get(difference.sort, "")
    if own and difference.sort != "changed":
        said = new or old
        return f"{kind} {item} {sort}" + (f"{colon}{said}" if said else "")
    who = next((visible(facts[key]) for key in ("expert", "column") if key in facts), words.row_of(difference))
    head = f"{item}{say(', ', '，') + who if who else ''}{colon}{kind}"
    if difference.sort == "added" and not old:
        return f"{head} {sort} {new}"
    if difference.sort == "removed" and not new:
        return f"{head} {sort} {old}"
    return f"{head} {old}{arrow}{new}"


def lines_text(difference: Difference, look: Look) -> str:
    """`[89 → 14]`: the lines of both rubrics."""
    arrow = " -> " if look.ascii else " → "
    sides = [_line(lines) for lines in (difference.old_lines, difference.new_lines)]
    return look.say("[line ", "[第 ") + arrow.join(side or "-" for side in sides) + look.say("]", " 行]")


def _line(lines: Lines | None) -> str:
    return "" if lines is None else str(lines.line)


def wording_lines(wording: Sequence[Wording], words: DifferenceWords, look: Look) -> Iterable[Line]:
    """One a line; of notes and tests, which may be many, how many there are."""
    say = look.say
    for kind in ("note", "test"):
        many = [said for said in wording if said.kind == kind]
        if len(many) > MOST_OF_A_KIND:
            wording = [said for said in wording if said.kind != kind]
            came, went = sum(said.old is None for said in many), sum(said.new is None for said in many)
            text = say(
                f"{_count(len(many), kind)}: {came} added, {went} removed, {len(many) - came - went} changed",
                f"{WORDING[kind]} {len(many)} 处：新增 {came}，删去 {went}，修改 {len(many) - came - went}",
            )
            yield from paragraph("    " + text, look, "faint")
    for said in wording:
        yield from paragraph("    " + wording_text(said, words, look), look, "faint")


WORDING = {
    "name": "名称", "title": "标题",
    "edition": "版本", "source": "依据", "note": "说明", "label": "标签", "class label": "等级标签",
    "message": "提示语", "order": "次序", "language": "语言", "comments": "注释", "test": "用例",
}  # fmt: skip


def wording_text(said: Wording, words: DifferenceWords, look: Look) -> str:
    """`total: label “综合得分” → “综合评分”`."""
    say = look.say
    kind = say(said.kind, WORDING[said.kind])
    head = f"{words.item(said.item)}{say(': ', '：')}{kind}" if said.item and said.kind != "test" else kind
    arrow = " -> " if look.ascii else " → "
    if said.kind == "comments":
        return say("comments changed", "注释有改动")
    if said.kind == "order":
        return f"{head} {say('of statements changed', '有变动')}"
    if said.kind == "test":
        sort = say("added", "新增") if said.old is None else say("removed", "删去") if said.new is None else say(
            "changed", "有改动"
        )
        return f"{kind} “{visible(said.item)}” {sort}"
    if said.kind == "language":
        return f"{head} {said.old}{arrow}{said.new}"
    old, new = (
        f"“{cut(visible(text), LONGEST_TEXT, look.ellipsis)}”" if text is not None else say("none", "无")
        for text in (said.old, said.new)
    )
    return f"{head} {old}{arrow}{new}"


# ---------------------------------------------------------------- who moves


def _impact(view: DiffView, impact: RankingImpact, look: Look) -> Iterable[Line]:
    plan = view.comparison.new.plan
    name = impact.label if look.lang == "zh" and impact.label else impact.name
    title = look.say(f"Who moves: {visible(name)}, by {impact.by}", f"谁会变动：{visible(name)}（按 {impact.by}）")
    yield from paragraph(title, look, "strong")
    if not any(one.changed for one in impact.subjects):
        yield from paragraph(look.say("nobody: scores and ranks are the same", "无：分数和名次都不变"), look)
        return
    table = [_heading(look)] + [impact_cells(plan, one, look) for one in impact.subjects]
    widths = [max(width(row[i]) for row in table) for i in range(len(table[0]))]
    yield (Piece(_aligned(table[0], widths), "faint"),)
    indent = " " * (widths[0] + 2)
    for one, cells in zip(impact.subjects, table[1:], strict=True):
        yield (Piece(_aligned(cells, widths), "strong" if one.moves else ""),)
        for text in because(one, impact.players, look):
            for row in wrap(text, max(look.columns - width(indent), 20)) if look.wrap else [text]:
                yield (Piece(indent + row, "faint"),)
    yield from _legend(impact, look)


def _heading(look: Look) -> list[str]:
    say = look.say
    return [say("rank", "名次"), say("subject", "对象"), say("score", "分数"), say("difference", "差")]


def impact_cells(plan: ScoringPlan, one: Moved, look: Look) -> list[str]:
    """Rank, subject, score and difference."""
    difference = one.score_difference
    return [
        _from_to(_rank(one.old, look), _rank(one.new, look), look), subject_text(plan, one.subject, look),
        _from_to(_score(one.old, look), _score(one.new, look), look),
        "" if difference is None else signed(difference, look),
    ]


def _from_to(old: str, new: str, look: Look) -> str:
    return new if old == new else f"{old} {'->' if look.ascii else '→'} {new}"


def _rank(standing: Standing | None, look: Look) -> str:
    return "-" if standing is None or standing.rank is None else str(standing.rank)


def _score(standing: Standing | None, look: Look) -> str:
    if standing is None:
        return "-"
    return absence_text(standing.score, look) if isinstance(standing.score, NoValue) else number_text(
        standing.score, NUMBER, look
    )


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join([
        pad(cells[0], widths[0], right=True), pad(cells[1], widths[1]), pad(cells[2], widths[2], right=True),
        pad(cells[3], widths[3], right=True),
    ]).rstrip()


def signed(value: Exact, look: Look) -> str:
    """`+0.5`, `−2`, `0`."""
    text = number_text(value, NUMBER, look)
    return f"+{text}" if reals.sign(value) > 0 else text


def because(one: Moved, players: Sequence[Player], look: Look) -> Iterable[str]:
    """The shares of the score, then those of the rank with what its own score did."""
    say = look.say
    if one.score is not None and any(reals.sign(share) for share in one.score.shares):
        yield say("score: ", "分数：") + _shares(one.score.shares, players, look)
    if one.moves and one.rank is not None:
        text = say("rank: ", "名次：") + _shares(one.rank.shares, players, look)
        if one.own is not None and one.others is not None:
            parts = [(say("own score", "自身得分"), one.own), (say("others", "他人"), one.others)]
            parts += [(say("rules of the ranking", "排名规则"), one.rule)] if one.rule else []
            said = (f"{what} {signed(Fraction(places or 0), look)}" for what, places in parts)
            text += say("; by ", "；其中") + say(", ", "，").join(said)
        yield text
    if one.old is None:
        yield say("only in the new data", "仅在新数据中")
    if one.new is None:
        yield say("only in the old data", "仅在旧数据中")


def _shares(shares: Sequence[Exact], players: Sequence[Player], look: Look) -> str:
    """The largest first, each with the numbers of its changes."""
    given = [(share, player) for share, player in zip(shares, players, strict=True) if reals.sign(share)]
    given.sort(key=lambda pair: _size(pair[0]), reverse=True)
    shown = [f"{player_text(player, look)} {signed(share, look)}" for share, player in given[:SHOWN_SHARES]]
    rest = [share for share, _ in given[SHOWN_SHARES:]]
    if rest:
        shown.append(look.say("the others ", "其余 ") + signed(reals.total(rest), look))
    return look.say(", ", "，").join(shown)


def _size(share: Exact) -> Fraction:
    low, _ = (share, share) if isinstance(share, Fraction) else reals.enclosure(share, 64)
    return abs(low)


def player_text(player: Player, look: Look) -> str:
    """`change 2`, `changes 1+4`, `data`."""
    numbers = "+".join(str(number + 1) for number in player.changes)
    if player.data:
        return look.say("data", "数据") + (f"+{numbers}" if numbers else "")
    return look.say(f"change {numbers}" if len(player.changes) == 1 else f"changes {numbers}", f"改动{numbers}")


def _legend(impact: RankingImpact, look: Look) -> Iterable[Line]:
    for text in legend_texts(impact, look):
        yield from paragraph(text, look, "faint")


def legend_texts(impact: RankingImpact, look: Look) -> Iterable[str]:
    """How the shares are to be read."""
    say = look.say
    yield say(
        "Shares are mean effects over all orders of making the changes; they add up exactly, though shown rounded. "
        "+ is more points, or a rank further down.",
        "份额是各改动在所有先后次序下的平均作用，合计恰为总差（显示时有舍入）。分数 + 为增加，名次 + 为后退。",
    )
    errors = [one.score.error for one in impact.subjects if one.score is not None and one.score.error is not None]
    if errors:
        most = number_text(max(errors), NUMBER, look)
        yield say(
            f"Too many changes for all orders: shares are from sampled orders, within {most} points (95%).",
            f"改动太多，无法逐一排列：份额取自抽样的次序，误差不超过 {most} 分（95%）。",
        )
    together = [player for player in impact.players if len(player.changes) > 1 or (player.data and player.changes)]
    if together:
        names = say(", ", "，").join(player_text(player, look) for player in together)
        yield say(f"{names}: no result with one of them alone.", f"{names}：只做其一则没有结果，故合并计算。")


# ---------------------------------------------------------------- last lines


def reason_text(reason: Reason, words: DifferenceWords, look: Look) -> str:
    what, item, old, new = reason
    arrow = "->" if look.ascii else "→"
    en, zh = {
        "no common ranking": ("the rankings have no name in common", "没有同名的排名"),
        "ranked by": (f"{visible(item)} ranks by something else", f"{visible(item)} 的排名依据不同"),
        "worth": (f"{words.item(item)} has other full marks", f"{words.item(item)} 的满分不同"),
        "subjects": ("other subjects are scored", "评分对象不同"),
        "period": ("other periods", "分期不同"),
    }[what]
    return look.say("not comparable: ", "不可比：") + look.say(en, zh) + f" ({visible(old)} {arrow} {visible(new)})"


def summary(view: DiffView, look: Look) -> str:
    """One line: how many changes, who moves, the magnitude."""
    say = look.say
    changes, wording = len(view.comparison.changes), len(view.wording)
    parts = []
    if not changes and not wording:
        parts.append(say("no change", "没有改动"))
    else:
        parts.append(say(
            f"{_count(changes, 'change')} of meaning, {wording} of wording",
            f"含义改动 {changes} 处，文字改动 {wording} 处",
        ))
    for impact in view.impacts or ():
        moved = [one for one in impact.subjects if one.moves]
        scored = [one for one in impact.subjects if one.changed]
        name = f"{visible(impact.name)}: " if len(view.impacts or ()) > 1 else ""
        farthest = max((abs(one.rank_difference) for one in moved), default=0)
        most = say(f" (at most {_count(farthest, 'place')})", f"（至多 {farthest} 位）") if moved else ""
        parts.append(name + say(
            f"of {len(impact.subjects)} subjects {len(scored)} change, {len(moved)} in rank{most}",
            f"{len(impact.subjects)} 个对象中 {len(scored)} 个有变动，{len(moved)} 个名次变动{most}",
        ))
    magnitude = say(f"magnitude: {view.magnitude}", f"程度：{MAGNITUDES[view.magnitude]}")
    return say("; ", "；").join([*parts, magnitude])


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
