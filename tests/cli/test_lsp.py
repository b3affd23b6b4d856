"""`rubric lsp` where the part it needs is not installed."""

from __future__ import annotations

import sys

import pytest

from rubric_dsl.cli.main import run


@pytest.mark.parametrize("part", ["lsprotocol", "pygls"])
def test_without_its_part_the_service_says_how_to_install_it(
    part: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in sys.modules if name.startswith(("rubric_dsl.editor", "pygls", "lsprotocol"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, part, None)
    assert run(["lsp"]) == 6
    assert 'pip install "pygls>=2,<3"' in capsys.readouterr().err
