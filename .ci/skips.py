"""Fails when a test was skipped that the list does not allow: a skipped test is one that nobody runs.

usage: skips.py JUNIT_XML ALLOWED. A line of ALLOWED is a test's name and the reason, with ` : ` between; `#` starts a
comment.
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path


def skipped(report: Path) -> dict[str, str]:
    """Name of each skipped test to the message it gave."""
    found = {}
    for case in ElementTree.parse(report).iter("testcase"):
        for skip in case.findall("skipped"):
            found[f"{case.get('classname')}::{case.get('name')}"] = skip.get("message") or ""
    return found


def allowed(path: Path) -> dict[str, str]:
    lines = (line.split("#")[0].strip() for line in path.read_text("utf-8").splitlines())
    return {name.strip(): reason.strip() for name, _, reason in (line.partition(" : ") for line in lines if line)}


def main(report: str, listed: str) -> int:
    ran, known = skipped(Path(report)), allowed(Path(listed))
    wrong = [f"skipped without leave: {name}: {why}" for name, why in ran.items() if not known.get(name)]
    wrong += [f"listed in {listed} but not skipped: {name}" for name in known if name not in ran]
    print("\n".join(wrong) or f"{len(ran)} skipped, all listed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
