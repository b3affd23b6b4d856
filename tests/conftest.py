"""Tests run as if nothing had been run before: plans are neither kept nor found."""

from __future__ import annotations

import os

os.environ["RUBRIC_PLAN_CACHE"] = "off"
