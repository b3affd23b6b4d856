"""`--bundle DIR`: the result with all it was made of, in one folder."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from rubric_dsl.cli.exits import Exit, Stop
from rubric_dsl.cli.terminal import Terminal

if TYPE_CHECKING:
    from rubric_dsl.results.bundle import Bundle, Copied
    from rubric_dsl.results.status import Final, Scored

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def bundle_options(decorated: Decorated) -> Decorated:
    for option in (
        click.option("--sign", metavar="KEY.pem"), click.option("--date", metavar="DAY"),
        click.option("--final", metavar="NAME"), click.option("--without-data", is_flag=True),
        click.option("--bundle", metavar="DIR"),
    ):
        decorated = option(decorated)
    return decorated


@dataclass(frozen=True, slots=True)
class Bundling:
    """What was asked for, and what was read on the way: the rubric's files by path, the tables' by name."""

    folder: str | None
    without_data: bool
    final: Final | None
    key: str | None
    texts: dict[str, bytes] = field(default_factory=dict)
    tables: dict[str, Copied] = field(default_factory=dict)

    def write(
        self, terminal: Terminal, rubric: str, folders: Sequence[str], settings: Mapping[str, str],
        leave_out_refused: bool, corrections: Copied | None, engine: str, scored: Scored,
    ) -> str:
        """Writes the bundle and gives its digest. A final one is never overwritten: what would differ is listed."""
        from rubric_dsl.cli.files import unwritable
        from rubric_dsl.cli.signing import sign
        from rubric_dsl.results.bundle import MANIFEST, SIGNATURE, Given, bundle, texts_of
        from rubric_dsl.results.bundle_files import NoBundle, write_folder

        assert self.folder is not None
        texts, plan = texts_of(rubric, folders, self.texts, settings)
        given = Given(
            texts, self.tables, corrections, settings, leave_out_refused, not self.without_data, self.final,
        )
        made = bundle(given, plan, scored, _engine(engine))
        self._refuse_final(terminal, made)
        files = dict(made.files)
        if self.key is not None:
            files[SIGNATURE] = sign(files[MANIFEST], self.key)
        try:
            write_folder(Path(self.folder), files)
        except NoBundle:
            raise Stop(Exit.USAGE, "bundle.other", path=self.folder) from None
        except OSError as error:
            raise unwritable(self.folder, error) from None
        return made.digest

    def refuse_databases(self, observations: Sequence[str]) -> None:
        """Of a database only the copy can be verified, so it has to be in the bundle."""
        from rubric_dsl.cli.arguments import observation
        from rubric_dsl.cli.files import where
        from rubric_dsl.observations.raw import SERVERS

        for text in observations:
            path = observation(text).path
            location = where(path).location
            if location.partition("://")[0] in SERVERS or path.startswith("duckdb:") or location.endswith(".duckdb"):
                raise Stop(Exit.USAGE, "bundle.database", path=where(path).name)

    def _refuse_final(self, terminal: Terminal, made: Bundle) -> None:
        from rubric_dsl.render.verified import finding_lines
        from rubric_dsl.results.bundle import MANIFEST, is_final
        from rubric_dsl.results.bundle_files import NoBundle, is_bundle, read_folder
        from rubric_dsl.results.verify import differences

        assert self.folder is not None
        folder = Path(self.folder)
        if not is_bundle(folder):
            return
        try:
            there = read_folder(folder)
        except (NoBundle, OSError):
            raise Stop(Exit.USAGE, "bundle.other", path=self.folder) from None
        if is_final(there[MANIFEST]):
            found = differences(there, made.files)
            terminal.show(finding_lines(found, terminal.look("err")), "err")
            key = "bundle.final" if found else "bundle.final-same"
            raise Stop(Exit.NOT_FINISHED, key, path=self.folder, count=len(found))


def bundling(
    bundle: str | None, without_data: bool, final: str | None, date: str | None, sign: str | None
) -> Bundling:
    """The options, checked before anything is computed."""
    from rubric_dsl.results.status import Final

    if bundle is None:
        for given, name in ((without_data, "--without-data"), (sign, "--sign")):
            if given:
                raise Stop(Exit.USAGE, "bundle.option", option=name)
    if (final is None) != (date is None):
        raise Stop(Exit.USAGE, "bundle.final-and-date")
    declared = None
    if final is not None and date is not None:
        try:
            datetime.date.fromisoformat(date)
        except ValueError:
            raise Stop(Exit.USAGE, "bundle.date", date=date) from None
        if not final.strip():
            raise Stop(Exit.USAGE, "bundle.final-and-date")
        declared = Final(final.strip(), date)
    return Bundling(bundle, without_data, declared, sign)


def _engine(name: str) -> dict[str, str]:
    """The engine that computed: one of our own, or the program that it asks."""
    if name in ("reference", "compiled"):
        from rubric_dsl import __version__

        return {"name": name, "version": __version__}
    from importlib.metadata import version

    return {"name": name, "version": version({"spark": "pyspark"}.get(name, name))}
