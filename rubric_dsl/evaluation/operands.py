"""Which nodes an operation reads: the same walk that resolving uses."""

from rubric_dsl.resolved.walking import operands as operands_of

__all__ = ["operands_of"]
