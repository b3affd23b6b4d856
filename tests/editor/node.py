"""Scripts of the extension for VS Code, run by node as they are in an editor."""

from __future__ import annotations

import functools
import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXTENSION = ROOT / "editors" / "vscode"
Scope = tuple[str, str]
"""A piece of a line and what it is."""


@functools.cache
def node() -> str:
    """The program node; a test that needs it is skipped where it, or what it needs, is not installed."""
    program = shutil.which("node")
    if program is None or not (EXTENSION / "node_modules").is_dir():
        pytest.skip("needs node, and `npm ci --ignore-scripts` in editors/vscode")
    return program


def run(script: str, given: object, environment: Mapping[str, str] | None = None) -> Any:
    """What a script of the extension writes, as JSON, where this is given to it."""
    done = subprocess.run(
        [node(), EXTENSION / script], input=json.dumps(given), capture_output=True, encoding="utf-8",
        timeout=120, check=False, env=environment,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def scopes(texts: Mapping[str, Sequence[str]]) -> dict[str, list[list[Scope]]]:
    """By name the lines, each as the pieces that the grammar gives a scope; blanks between are left out."""
    found = run("test/scopes.mjs", {name: list(lines) for name, lines in texts.items()})
    return {
        name: [_pieces(line, places) for line, places in zip(lines, found[name], strict=True)]
        for name, lines in texts.items()
    }


def _pieces(line: str, places: list[list[Any]]) -> list[Scope]:
    """Places count UTF-16 units; neighbours with one scope (a text around an escape) are one piece."""
    units = line.encode("utf-16-le")
    joined: list[list[Any]] = []
    for start, end, scope in places:
        if joined and scope == joined[-1][2] == "string.quoted.double" and start == joined[-1][1]:
            joined[-1][1] = end
        else:
            joined.append([start, end, scope])
    return [(units[2 * start : 2 * end].decode("utf-16-le"), scope) for start, end, scope in joined]
