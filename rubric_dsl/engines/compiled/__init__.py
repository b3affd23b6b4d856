"""The compiled engine: a plan's rows as one Python function, without anything heavy to import."""

from rubric_dsl.engines.compiled.engine import CompiledEngine

__all__ = ["CompiledEngine"]
