"""The order of the pipeline: imports point to the left, numbers stay exact, only the commands print."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import rubric_dsl

ROOT = Path(rubric_dsl.__file__).parent
ORDER = (
    "text", "diagnostics", "numbers", "surface", "resolved", "evaluation", "checks", "plan", "observations", "engines",
    "results", "testing", "explain", "editions", "render", "writing", "editor", "cli", "api",
)
"""From left to right; a package imports itself and those before it."""
ALONE = {"text": set(), "diagnostics": {"text"}, "numbers": set()}
"""What these may import beside themselves, which is less than their place allows."""
TEXT_DEPENDS_ON_FINDINGS = {("text", "diagnostics")}
"""Reading a file reports findings, and findings have places: `text.files` uses `diagnostics.model`."""
EXACT = ORDER[ORDER.index("numbers"): ORDER.index("render")]
INEXACT_FUNCTIONS = {"sqrt", "log", "log2", "log10", "exp", "pow", "fsum", "hypot", "dist", "sin", "cos", "tan"}
OPENS_FILES = ("cli", "editor", "observations", "results")

FILES = sorted(path for path in ROOT.rglob("*.py") if path.parent != ROOT)
TREES = {path: ast.parse(path.read_text("utf-8"), str(path)) for path in FILES}


def package(path: Path) -> str:
    return path.relative_to(ROOT).parts[0]


def place(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT.parent)}:{getattr(node, 'lineno', 0)}"


def imported(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    """Every package of ours that is imported, also inside functions and for types only."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = [node.module] if node.module != "rubric_dsl" else [f"rubric_dsl.{a.name}" for a in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "rubric_dsl" and len(parts) > 1 and (ROOT / parts[1]).is_dir():
                yield node, parts[1]


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str, str]]:
    """Each call with the name it is made by, and the name before its dot."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield node, node.func.id, ""
            elif isinstance(node.func, ast.Attribute):
                owner = node.func.value
                yield node, node.func.attr, owner.id if isinstance(owner, ast.Name) else "?"


def test_every_package_has_its_place_in_the_order() -> None:
    packages = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()}
    assert packages - set(ORDER) == set()


def test_imports_point_to_the_left() -> None:
    wrong = []
    for path, tree in TREES.items():
        mine = package(path)
        allowed = ALONE.get(mine, set(ORDER[: ORDER.index(mine)])) | {mine}
        wrong += [
            f"{place(path, node)} {mine} imports {theirs}" for node, theirs in imported(tree)
            if theirs not in allowed and (mine, theirs) not in TEXT_DEPENDS_ON_FINDINGS
        ]
    assert wrong == []


def test_what_places_and_findings_are_made_of_does_not_depend_on_reading_files() -> None:
    """The one pair that looks both ways has no circle of modules: source <- model <- files."""
    source = TREES[ROOT / "text" / "source.py"]
    modules = [node.module for node, _ in imported(source) if isinstance(node, ast.ImportFrom)]
    assert modules == ["rubric_dsl.text.record"]
    assert {theirs for _, theirs in imported(TREES[ROOT / "diagnostics" / "model.py"])} == {"text"}


def test_nothing_is_imported_relatively() -> None:
    relative = [
        place(path, node) for path, tree in TREES.items()
        for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


def test_only_commands_import_ours_inside_functions() -> None:
    """Such an import hides a circle; commands, what they compile with, what opens rare files and what
    verifies large ones do it to start quickly. Heavy modules of others may come late."""
    late = {ROOT / "plan" / "compile.py", ROOT / "observations" / "opening.py", ROOT / "results" / "verify.py"}
    hidden = [
        place(path, inner) for path, tree in TREES.items() if package(path) not in ("cli", "api") and path not in late
        for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        for inner, _ in imported(node)
    ]
    assert hidden == []


@pytest.mark.parametrize("name", EXACT)
def test_no_float_stands_between_a_cell_and_a_rank(name: str) -> None:
    wrong = []
    for path, tree in TREES.items():
        if package(path) != name:
            continue
        likeness = {
            inner for node, called, _ in calls(tree) if called == "get_close_matches" for inner in ast.walk(node)
        }  # how alike two names are is no value of anything
        wrong += [
            place(path, node) for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, (float, complex)) and node not in likeness
        ]
        wrong += [
            place(path, node) for node, called, owner in calls(tree)
            if called == "float" or (owner == "math" and called in INEXACT_FUNCTIONS)
        ]
    assert wrong == []


def test_only_commands_print() -> None:
    wrong = []
    for path, tree in TREES.items():
        if package(path) == "cli":
            continue
        wrong += [place(path, node) for node, called, owner in calls(tree) if called == "print" and not owner]
        wrong += [
            place(path, node) for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and node.attr in ("stdout", "stderr", "stdin")
        ]
        wrong += [
            place(path, node) for node in ast.walk(tree)
            if isinstance(node, (ast.Import, ast.ImportFrom))
            and {"click", "rich"} & {name.split(".")[0] for name in _modules(node)}
        ]
    assert wrong == []


def _modules(node: ast.Import | ast.ImportFrom) -> list[str]:
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]


def test_only_commands_readers_and_writers_open_files() -> None:
    wrong = [
        place(path, node) for path, tree in TREES.items() if package(path) not in OPENS_FILES
        for node, called, owner in calls(tree) if called == "open" and owner in ("", "io", "os")
    ]
    assert wrong == []
