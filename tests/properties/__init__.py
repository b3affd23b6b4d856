"""Whole rubrics with observations, made at random, and what must hold for every one of them."""
