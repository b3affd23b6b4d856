"""Scores, ranks and ledgers of a run."""
