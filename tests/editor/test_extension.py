"""The extension for VS Code: its package, the program it finds, a session over VS Code's own protocol library."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.cli import rubrics
from tests.editor.node import EXTENSION, ROOT, node, run

SESSION = """\
observe r2 of city, averaged
  call      text key
  city      text
  tester    text private
  connected yes/no
  wait      seconds 0 to 1800 when connected

measure connect_rate = share(connected)

bands heat by connect_rate
  from 95%:   hot
  40% to 94%: warm
  under 40%:  cold
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program `rubric` of this tree."""
    return executable(tmp_path_factory.mktemp("bin") / "rubric", f'exec "{sys.executable}" -P -m rubric_dsl "$@"')


def executable(path: Path, line: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\nexport PYTHONPATH="{ROOT}"\n{line}\n', "utf-8")
    path.chmod(0o755)
    return path


def test_a_session_shows_findings_a_repair_completion_renaming_and_counts(program: Path, tmp_path: Path) -> None:
    """Of three cities one answered half of its calls, two all of them."""
    (tmp_path / "a.rubric").write_text(SESSION, "utf-8")
    (tmp_path / "r2.csv").write_text(rubrics.CALLS, "utf-8")
    shown = run("test/session.mjs", {"program": str(program), "file": str(tmp_path / "a.rubric")})
    assert shown["diagnostics"] == [["R031", "no row of `heat` matches connect_rate between 94% and 95%"]]
    assert shown["actions"][0] == "move a bound: `40% to under 95%`"
    assert shown["mended"] == [] and shown["unfinished"] == ["R021"] and shown["finished"] == []
    assert "connect_rate" in shown["completions"] and "city" not in shown["completions"]
    assert shown["renamed"] == []
    assert shown["text"] == (
        SESSION.replace("40% to 94%", "40% to under 95%").replace("connect_rate", "answered")
        + "\nranking by answered\n  exact\n  ties share\n")
    assert shown["hints"] == {
        "from 95%": "2 × city", "40% to under 95%": "1 × city", "under 40%": "0 × city"}
    assert shown["exit"] == 0


# ---------------------------------------------------------------- the program, found or missing


def started(environment: dict[str, str], settings: dict[str, Any], folders: list[Path], failing: bool = False) -> Any:
    given = {"settings": settings, "folders": [str(folder) for folder in folders], "failing": failing}
    return run("test/client.mjs", given, environment=environment)


def path_of(*folders: Path) -> dict[str, str]:
    """An environment that finds node and these folders' programs only; `sh` is found by its own path."""
    return {"PATH": os.pathsep.join([*map(str, folders), os.path.dirname(node())])}


def test_the_environment_of_the_folder_comes_before_the_path(program: Path, tmp_path: Path) -> None:
    own = executable(tmp_path / ".venv" / "bin" / "rubric", f'exec "{program}" "$@"')
    shown = started(path_of(program.parent), {"lang": "zh", "data": {"calls": "c.csv"}}, [tmp_path])
    (service,) = shown["started"]
    assert shown["said"] == []
    assert service["server"]["command"] == str(own) and service["server"]["args"] == ["lsp", "--lang", "zh"]
    assert service["options"]["initializationOptions"] == {"lang": "zh", "data": {"calls": "c.csv"}}
    own.unlink()
    assert started(path_of(program.parent), {}, [tmp_path])["started"][0]["server"]["command"] == "rubric"


def test_a_missing_program_is_said_with_the_line_that_installs_it(tmp_path: Path) -> None:
    shown = started(path_of(), {"command": str(tmp_path / "nowhere")}, [])
    ((message, buttons),) = shown["said"]
    assert 'pip install "rubric-dsl[lsp]"' in message and shown["started"] == []
    assert buttons == ["Open a terminal", "Say where it is", "Try again"]


def test_a_missing_part_is_said_with_the_line_that_installs_it(tmp_path: Path) -> None:
    """The service fails to start; asked again alone, it ends with exit code 6 and says why."""
    line = (
        "import sys; sys.modules['pygls'] = None; sys.argv[0] = 'rubric'; from rubric_dsl.__main__ import main; main()"
    )
    without = executable(tmp_path / "rubric", f'exec "{sys.executable}" -P -c "{line}" "$@"')
    shown = started(path_of(), {"command": str(without)}, [], failing=True)
    ((message, buttons),) = shown["said"]
    assert "not installed" in message and re.search(r'pip install "pygls', message) and len(buttons) == 3


def test_a_folder_that_is_not_trusted_names_no_program(tmp_path: Path) -> None:
    own = executable(tmp_path / ".venv" / "bin" / "rubric", "exit 1")
    code = "const {candidates} = require('./server'); console.log(JSON.stringify([true, false].map(" \
           f"trusted => candidates({{folders: [{json.dumps(str(tmp_path))}], trusted}}))))"
    done = subprocess.run([node(), "-e", code], cwd=EXTENSION, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [[str(own), "rubric"], ["rubric"]]


# ---------------------------------------------------------------- the package


def test_the_package_has_what_an_editor_needs_and_nothing_else(tmp_path: Path) -> None:
    node()
    made = tmp_path / "made.vsix"
    subprocess.run([node(), "package.mjs", str(made)], cwd=EXTENSION, capture_output=True, check=True, timeout=120)
    with zipfile.ZipFile(made) as archive:
        names = set(archive.namelist())
        manifest = json.loads(archive.read("extension/package.json"))
    wanted = [manifest["main"], *(grammar["path"] for grammar in manifest["contributes"]["grammars"]),
              *(language["configuration"] for language in manifest["contributes"]["languages"])]
    assert {f"extension/{name.removeprefix('./')}" for name in wanted} <= names
    inside = {name.split("/")[2] for name in names if name.startswith("extension/node_modules/")}
    assert "vscode-languageclient" in inside and not inside & {"@vscode", "vscode-textmate", "vscode-oniguruma"}
    assert not any("/test/" in name or name.endswith((".py", ".ts")) for name in names)
    assert made.stat().st_size < 1 << 20


def test_every_text_of_the_extension_is_in_both_languages() -> None:
    """Placeholders of the manifest, and sentences of the code, each have both."""
    manifest = (EXTENSION / "package.json").read_text("utf-8")
    english, chinese = (json.loads((EXTENSION / name).read_text("utf-8"))
                        for name in ("package.nls.json", "package.nls.zh-cn.json"))
    assert set(re.findall(r'"%([\w.]+)%"', manifest)) == set(english) == set(chinese)
    said = set(re.findall(r"l10n\.t\(\s*'([^']+)'", (EXTENSION / "extension.js").read_text("utf-8")))
    assert said == set(json.loads((EXTENSION / "l10n" / "bundle.l10n.zh-cn.json").read_text("utf-8")))


def test_the_lock_names_no_registry() -> None:
    lock = json.loads((EXTENSION / "package-lock.json").read_text("utf-8"))
    assert len(lock["packages"]) > 100
    assert all("resolved" not in package for package in lock["packages"].values())
