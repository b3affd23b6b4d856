"""Every block of `docs/pipelines.md` does what it says."""

from __future__ import annotations

import io
import re
import shlex
import subprocess
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from rubric_dsl.cli.main import run

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "pipelines.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _called(words: list[str], **_: object) -> subprocess.CompletedProcess[str]:
    assert words[0] == "rubric"
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(words[1:])
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


def test_the_blocks_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs share their names, files lie in one folder; a `text` is what the block before it printed."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    said, ran = "", 0
    for block in _BLOCK.finditer(PAGE):
        (kind, *words), text = block[1].split(), block[2]
        line = PAGE[: block.start()].count("\n") + 1
        options = dict(word.split("=") for word in words)
        if "file" in options:
            Path(options["file"]).write_text(text, encoding="utf-8")
        elif kind == "text":
            assert said == text, f"line {line} does not say what is printed:\n{said}"
        else:
            out = io.StringIO()
            with redirect_stdout(out), redirect_stderr(out):
                if kind == "python":
                    monkeypatch.setattr(subprocess, "run", _called)
                    exec(compile("\n" * line + text, "docs/pipelines.md", "exec"), names)
                else:
                    assert kind == "sh", f"line {line}: nobody runs {kind!r}"
                    for command in text.splitlines():
                        _, *arguments = shlex.split(command)
                        run(arguments)
            said = out.getvalue()
            ran += 1
    assert ran >= 4
