"""What stands against a result, as exceptions that carry what the command line says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from rubric_dsl.cli.exits import Exit, Stop
from rubric_dsl.cli.words import say

Record = Mapping[str, Any]


class RubricError(Exception):
    """Why there is no result. `str()` of it is the English text of all that is wrong.

    `exit_code`: that of the command `rubric` in the same case. `records`: what was found, as its `--json` has it.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, text: Callable[[str], str], records: Sequence[Record] = ()) -> None:
        super().__init__(text("en"))
        self._text = text
        self.records = tuple(records)

    def text(self, lang: str = "en") -> str:
        """All that is wrong in `en` or `zh`, as the command line shows it."""
        return self._text(lang)


class RubricHasErrors(RubricError, ValueError):
    """The rubric has errors; `records` are its findings (`code`, `name`, `severity`, `message`, `spans`, `fixes`)."""

    exit_code = int(Exit.RUBRIC_HAS_ERRORS)


class ObservationsRefused(RubricError, ValueError):
    """Rows or whole tables were refused. `records`: the refusals (`table`, `file`, `row`, `column`, `value`, `code`,
    `message`), the first 1,000 of each table. `ledger`: the account of every table."""

    exit_code = int(Exit.OBSERVATIONS_REFUSED)

    def __init__(self, text: Callable[[str], str], records: Sequence[Record], ledger: Mapping[str, Record]) -> None:
        super().__init__(text, records)
        self.ledger = ledger


class NotFinished(RubricError, ArithmeticError):
    """An impossible value, a stated limit, an engine that did not answer; `records` are the findings."""

    exit_code = int(Exit.NOT_FINISHED)


class WrongUse(RubricError, ValueError):
    """A file that is not there, an engine that nobody knows, a parameter that cannot be set."""

    exit_code = int(Exit.USAGE)


class NotInstalled(RubricError, ImportError):
    """An optional part is needed; the text has the line that installs it."""

    exit_code = int(Exit.NOT_INSTALLED)


_KINDS: Mapping[Exit, type[RubricError]] = {
    Exit.NOT_FINISHED: NotFinished, Exit.USAGE: WrongUse, Exit.NOT_INSTALLED: NotInstalled,
}


def error_of(stop: Stop) -> RubricError:
    """What ends a command, as an exception."""
    key, facts = stop.key, stop.facts
    return _KINDS.get(stop.exit_code, RubricError)(lambda lang: say(key, lang, **facts) if key else str(stop))
