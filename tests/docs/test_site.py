"""The site of the documents: built without a complaint, from this folder alone, and readable on a phone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.docs.blocks import ROOT


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def test_every_page_is_built_and_none_needs_another_place(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 300
    for page in pages:
        elsewhere = re.findall(r'(?:src|href)="((?:https?:)?//[^"]*)"', page.read_text("utf-8"))
        assert elsewhere == [], page
    for sheet in site.rglob("*.css"):
        assert not re.search(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", sheet.read_text("utf-8")), sheet


def test_the_words_behind_fences_are_not_shown(site: Path) -> None:
    for page in (site / "en" / "tutorial.html", site / "zh" / "howto" / "bands.html"):
        text = page.read_text("utf-8")
        assert "error=R031" not in text and "```" not in text and "<pre" in text


def test_the_other_language_of_a_page_is_one_step_away(site: Path) -> None:
    page = (site / "zh" / "howto" / "bands.html").read_text("utf-8")
    (there,) = re.findall(r'<a href="([^"]*)" hreflang="en"', page)
    assert (site / "zh" / "howto" / there).resolve() == (site / "en" / "howto" / "bands.html").resolve()


@pytest.mark.parametrize("page", ["en/tutorial.html", "zh/tutorial.html", "language.html"])
def test_a_phone_shows_pages_without_scrolling_sideways_or_asking_anybody(page: str, site: Path, browser: Any) -> None:
    shown = browser.new_page(viewport={"width": 360, "height": 780})
    asked: list[str] = []
    shown.on("request", lambda request: asked.append(request.url))
    shown.goto(f"{(site / page).as_uri()}")
    shown.wait_for_load_state("load")
    assert shown.evaluate("document.documentElement.scrollWidth") <= 360
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    shown.close()
