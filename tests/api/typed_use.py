"""What a program with strict types writes; `./dev check` reads it, nobody runs it."""

from __future__ import annotations

from pathlib import Path

import polars as pl

import rubric_dsl
from rubric_dsl import ObservationsRefused, Plan, Result, RubricError, Table, compile_rubric, score


def scored(folder: Path, calls: pl.DataFrame, later: pl.LazyFrame, rows: list[dict[str, object]]) -> list[str]:
    plan: Plan = compile_rubric(folder / "hotline.rubric", settings={"target": "20 s"})
    try:
        results: list[Result] = [
            score(plan, calls=calls), score(plan, calls=later), score(plan, calls=rows),
            score(plan, {"calls": folder / "calls.parquet"}, leave_out_refused=True, engine="polars"),
            score(plan, calls=calls.to_arrow()), score(plan, calls=calls.to_pandas()),
        ]
    except ObservationsRefused as refused:
        return [str(record["message"]) for record in refused.records] + [refused.text("zh")]
    except RubricError as error:
        return [str(error), str(error.exit_code)]
    table: Table = results[0].ranking()
    frame: pl.DataFrame = results[0].to_polars()
    return [*table.columns, *frame.columns, rubric_dsl.__version__, plan.identity]
