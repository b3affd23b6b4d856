"""Conformance: rubrics, observations and answers as data, and proof that the answers notice a wrong engine."""
