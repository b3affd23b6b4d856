"""A hotline's log made by a seeded generator: calls as the Zhejiang rubric asks for them, all of them right.

The rubric is that of the evaluation without the columns that nothing is scored by, so that what is measured is 22
touchpoints over 22 columns. `open_subjects`: any text is a city, so that there may be a hundred thousand of them.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from benchmarks.peers import RUBRIC

SEED = 20201028
UNSCORED = ("call_id", "call_date", "call_time", "period", "tester_id", "fail_reason")
FLAGS = (
    "ivr_present", "audio_clear", "greeting", "mandarin_standard", "proactive_guidance", "direct_answer",
    "told_other_number", "policy_basis",
)
CITIES = ("杭州", "宁波", "温州", "嘉兴", "湖州", "绍兴", "金华", "衢州", "舟山", "台州", "丽水")
SCENARIOS = tuple(f"S{number}" for number in range(1, 9))


def rubric_text(open_subjects: bool) -> str:
    """The evaluation's rubric for this log, without its tests."""
    kept = []
    for line in RUBRIC.read_text(encoding="utf-8").splitlines():
        if line.startswith(("test ", "example ")):
            break
        if not line.strip().startswith(UNSCORED):
            kept.append(line)
    text = "\n".join(kept) + "\n"
    if open_subjects:
        cities = " | ".join(CITIES)
        assert f"choice {cities}" in text
        text = text.replace(f"choice {cities}", "text")
    return text


def calls(rows: int, subjects: int, seed: int = SEED) -> pl.DataFrame:
    """So many calls, one in seven of them not answered; the same for the same arguments."""

    def below(end: int, column: int) -> pl.Expr:
        """Numbers from 0 to below `end` that look like chance: the upper half of a product of 64 bits."""
        mixed = (pl.col("row") + seed + column * 1_000_003) * 6_364_136_223_846_793_005
        mixed = (mixed ^ (mixed // 2**29)) * 1_442_695_040_888_963_407
        return mixed // 2**33 % end

    def number(name: str, low: int, width: int, column: int) -> pl.Expr:
        return (below(width, column) + low).cast(pl.Int16).alias(name)

    frame = pl.select(pl.int_range(rows, dtype=pl.UInt64).alias("row"))
    names = pl.Series(CITIES if subjects == len(CITIES) else [f"热线{place:06d}" for place in range(subjects)])
    frame = frame.with_columns(
        pl.lit(names).gather(below(subjects, 0)).alias("city"),
        pl.lit(pl.Series(SCENARIOS)).gather(below(len(SCENARIOS), 1)).alias("scenario_id"),
        (below(7, 2) > 0).alias("connected"),
    )
    answered = [(below(4, 3 + place) > 0).alias(name) for place, name in enumerate(FLAGS)]
    answered += [
        number("wait_seconds", 0, 240, 20), number("transfers", 0, 3, 21), number("handle_seconds", 60, 900, 22),
        number("lookup_hold_seconds", 0, 60, 23), number("speech_rate_cpm", 80, 90, 24),
        number("tone_rating", 1, 5, 25), number("key_points_total", 3, 5, 26), number("key_points_hit", 0, 4, 27),
    ]
    frame = frame.with_columns(answered).with_columns(pl.col("told_other_number") & ~pl.col("direct_answer"))
    order = [column for column in dict.fromkeys(_columns()) if column in frame.columns]
    return frame.select(
        column if column in ("city", "scenario_id", "connected") else pl.when("connected").then(column)
        for column in order
    )


def _columns() -> list[str]:
    """In the order of the rubric."""
    lines = rubric_text(False).splitlines()
    return [line.split()[0] for line in lines if line.startswith("  ") and line.strip()]


def write_csv(frame: pl.DataFrame, path: Path) -> None:
    """With yes and no, as hotlines write them."""
    flags = [name for name, kind in frame.schema.items() if kind == pl.Boolean]
    frame.with_columns(
        pl.when(name).then(pl.lit("yes")).when(~pl.col(name)).then(pl.lit("no")).alias(name) for name in flags
    ).write_csv(path)
