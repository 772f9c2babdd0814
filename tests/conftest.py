"""What every test leaves as it found it."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from administrator.usecases.stopping import STOPPING_SIGNALS


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """A command ends with its signals ignored; the process of the tests goes on to hear them."""
    before = {number: signal.getsignal(number) for number in STOPPING_SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
