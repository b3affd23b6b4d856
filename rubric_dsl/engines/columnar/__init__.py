"""The columnar engine on Polars, an optional part: whoever imports this needs `polars` installed."""

from rubric_dsl.engines.columnar.engine import ColumnarEngine

__all__ = ["ColumnarEngine"]
