"""One Spark session for all tests that ask Spark."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.engines.servers import spark_session


@pytest.fixture(scope="session")
def session() -> Iterator[Any]:
    with spark_session() as started:
        yield started
