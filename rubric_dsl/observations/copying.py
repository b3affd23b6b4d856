"""What a database holds as the text file that a bundle keeps: exported once, and scored from the copy."""

from __future__ import annotations

import csv
import io

from rubric_dsl.observations.opening import open_table
from rubric_dsl.observations.raw import Given, TypedCell
from rubric_dsl.observations.words import RubricWords
from rubric_dsl.plan.model import TableSchema

YES_OR_NO = {"TRUE": "yes", "FALSE": "no"}


def exported(source: Given, table: TableSchema) -> Given:
    """The table as CSV in UTF-8, under the same name. Raises FileRefused and MissingPart."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    for record in open_table(source, table, RubricWords(table)).records:
        writer.writerow([
            YES_OR_NO.get(cell.text, cell.text) if isinstance(cell, TypedCell) and cell.kind == "yes/no" else str(cell)
            for cell in record.cells
        ])
    return Given(source.name, text.getvalue().encode("utf-8"))
