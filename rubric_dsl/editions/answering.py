"""Answering a question by the means that there are, the cheapest first."""

from __future__ import annotations

from rubric_dsl.editions.proving import Answer, by_cases, by_intervals
from rubric_dsl.editions.question import Question
from rubric_dsl.editions.solving import by_solver


def answered(question: Question) -> Answer:
    """A proof is for every input; a difference is an input that was evaluated exactly."""
    return by_intervals(question) or by_cases(question) or by_solver(question)
