"""Whether two editions give the same for every input, as it reads in a terminal, and as `rubric-prove/1`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rubric_dsl.editions.equivalence import Equivalence, Verdict
from rubric_dsl.editions.promising import Kept
from rubric_dsl.editions.proving import Proof
from rubric_dsl.editions.witness_test import cell_text, grid_lines, witness_test
from rubric_dsl.engines.problems import value_text
from rubric_dsl.evaluation.values import NOT_APPLICABLE
from rubric_dsl.plan.identity import plan_hash
from rubric_dsl.plan.model import Lines, ScoringPlan
from rubric_dsl.render.pieces import Line, Look, Piece, paragraph
from rubric_dsl.render.values import called
from rubric_dsl.render.width import visible
from rubric_dsl.surface.keywords import Language
from rubric_dsl.text.record import dataclass

FORMAT = "rubric-prove/1"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ProveView:
    old: ScoringPlan
    new: ScoringPlan
    found: Equivalence
    files: tuple[str, str]


def prove_lines(view: ProveView, look: Look) -> Iterable[Line]:
    """What differs with its test, what is not decided, what is equal and how that was proved."""
    say = look.say
    for verdict in view.found.differing:
        yield (Piece(_differs(view, verdict, look), "error"),)
        test = test_of(view, verdict, look.lang)
        if test is not None:
            yield from ((Piece("  " + line),) for line in test.splitlines())
        yield ()
    for verdict in view.found.undecided:
        why = say("neither proved nor a witness found", "既未证明，也未找到反例")
        why += _missing(look) if verdict.solver_missing else ""
        yield from paragraph(f"{_name(view, verdict.item, look)}: {why}", look, "warning")
    for side, names in enumerate(view.found.only):
        if names:
            which = say(f"only in the {('old', 'new')[side]} edition", f"仅{'旧新'[side]}版有")
            yield from paragraph(f"{which}: {', '.join(map(visible, names))}", look, "warning")
    yield from paragraph(_equal(view.found, look), look, "strong")


def promise_lines(plan: ScoringPlan, kept: Iterable[Kept], look: Look) -> Iterable[Line]:
    """What is known of each promise; what breaks one."""
    say = look.say
    for one in kept:
        title = say(f"promise “{visible(one.promise.title)}”", f"承诺“{visible(one.promise.title)}”")
        if one.proof is not None:
            yield from paragraph(f"{title}{say(': proved ', '：已证明')}{_means(one.proof, look)}", look)
        elif one.status == "undecided":
            why = say(": neither proved nor broken", "：既未证明，也未发现反例")
            yield from paragraph(title + why + (_missing(look) if one.solver_missing else ""), look, "warning")
        else:
            yield (Piece(title + say(": broken", "：不成立"), "error"),)
            yield from _breach(plan, one, look)


def _means(proof: Proof, look: Look) -> str:
    say, cases = look.say, proof.cases
    return {
        "same": "", "intervals": say("by ranges", "（区间）"), "solver": say("by the solver", "（求解器）"),
        "cases": say(f"over {cases} rows", f"（试验了 {cases} 行）"),
    }[proof.means]


def _missing(look: Look) -> str:
    return look.say("; the solver may decide it: pip install z3-solver", "；求解器或可判定：pip install z3-solver")


def _breach(plan: ScoringPlan, one: Kept, look: Look) -> Iterable[Line]:
    """The two rows that differ in one cell, or the rows of a subject."""
    columns = {column.name: column for table in plan.tables for column in table.columns}
    rows = [dict(row) for row in (one.low, one.high) if row is not None]
    for table in (one.rows or {}).values():
        rows += [dict(row) for row in table]
    names = [name for name in columns if any(row.get(name) is not None for row in rows)]
    lang: Language = "zh" if look.lang == "zh" else "en"
    cells = [[cell_text(row.get(name), columns[name], lang) for name in names] for row in rows]
    yield from ((Piece(text),) for text in grid_lines([names, *cells]))


def _name(view: ProveView, item: str, look: Look) -> str:
    labels = {named.name: named.label for named in view.new.values}
    return called(item, labels.get(item), look)


def _differs(view: ProveView, verdict: Verdict, look: Look) -> str:
    say, name = look.say, _name(view, verdict.item, look)
    lines = say("line ", "第 ") + " / ".join(_line(line) for line in verdict.lines) + say("", " 行")
    if verdict.kind == "table":
        return say(f"{name}: rows are read or folded otherwise ({lines})", f"{name}：行的读取或合并方式不同（{lines}）")
    if verdict.witness is None:
        return say(f"{name}: differs with what it ranks by ({lines})", f"{name}：随排名依据而不同（{lines}）")
    old, new = (_shown(view, verdict, answer, look) for answer in verdict.witness.answers)
    return say(f"{name}: {old} becomes {new} ({lines})", f"{name}：{old} 变为 {new}（{lines}）")


def _shown(view: ProveView, verdict: Verdict, answer: Any, look: Look) -> str:
    if verdict.kind == "ranking":
        return look.say(f"rank {answer or '-'}", f"名次 {answer or '-'}")
    if answer is NOT_APPLICABLE:
        return look.say("not applicable", "不适用")
    named = next(one for one in view.new.values if one.name == verdict.item)
    return value_text(answer, view.new.nodes[named.node].type.kind, look.lang)


def _line(lines: Lines | None) -> str:
    return "-" if lines is None else str(lines.line)


def test_of(view: ProveView, verdict: Verdict, lang: str) -> str | None:
    """The witness as a test that the old edition passes."""
    if verdict.witness is None:
        return None
    title = f"{verdict.item} as in {view.old.header.edition or view.files[0]}"
    if lang == "zh":
        title = f"{verdict.item} 依 {view.old.header.edition or view.files[0]}"
    return witness_test(view.old, view.new, verdict.item, verdict.witness, title, "zh" if lang == "zh" else "en")


def _equal(found: Equivalence, look: Look) -> str:
    """One line: how many items are equal, by which means, and what is not."""
    say = look.say
    proofs = [verdict.proof for verdict in found.verdicts if verdict.proof is not None]
    count = len(found.verdicts)
    parts = [say(f"{len(proofs)} of {count} items equal", f"{count} 项中 {len(proofs)} 项相等")]
    means = [
        ("same", say("{} the same", "{} 项相同")),
        ("intervals", say("{} by intervals ({} inputs stand for all)", "{} 项由区间证明（{} 个输入代表全部）")),
        ("cases", say("{} by all {} cases", "{} 项穷举（{} 例）")),
        ("solver", say("{} by the solver", "{} 项由求解器证明")),
    ]
    how = []
    for name, text in means:
        own = [proof for proof in proofs if proof.means == name]
        if own:
            how.append(text.format(len(own), sum(proof.cases or 0 for proof in own)))
    parts.append(say(", ", "，").join(how))
    if found.equal:
        return say("equal: ", "相等：") + say("; ", "；").join(part for part in parts if part)
    counts = [(len(found.differing), say("differ", "不同")), (len(found.undecided), say("not decided", "未判定"))]
    parts += [f"{count} {what}" for count, what in counts if count]
    return say("; ", "；").join(part for part in parts if part)


# ---------------------------------------------------------------- for machines


def promises_json(kept: Iterable[Kept]) -> list[Json]:
    return [
        {"title": one.promise.title, "status": one.status, "line": one.promise.lines.line}
        | ({} if one.proof is None else {"proof": _proof(one.proof)})
        for one in kept
    ]


def prove_json(view: ProveView) -> Json:
    found = view.found
    status = "equal" if found.equal else "differs" if found.differing or any(found.only) else "undecided"
    return {
        "format": FORMAT,
        "old": {"file": view.files[0], "plan": plan_hash(view.old)},
        "new": {"file": view.files[1], "plan": plan_hash(view.new)},
        "status": status,
        "items": [_item(view, verdict) for verdict in found.verdicts],
        "only_old": list(found.only[0]),
        "only_new": list(found.only[1]),
    }


def _item(view: ProveView, verdict: Verdict) -> Json:
    item: Json = {"item": verdict.item, "kind": verdict.kind, "status": verdict.status}
    if verdict.proof is not None:
        item["proof"] = _proof(verdict.proof)
    if verdict.witness is not None:
        look = Look("en")
        old, new = (_shown(view, verdict, answer, look) for answer in verdict.witness.answers)
        item["witness"] = {"old": old, "new": new, "test": test_of(view, verdict, "en")}
    item["lines"] = {
        side: None if lines is None else {"file": lines.file, "line": lines.line}
        for side, lines in zip(("old", "new"), verdict.lines, strict=True)
    }
    return item


def _proof(proof: Proof) -> Json:
    return {"means": proof.means} | ({} if proof.cases is None else {"cases": proof.cases})
