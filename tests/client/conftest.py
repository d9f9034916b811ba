"""The sample partnership's folder, served; once for each file of tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.client.remote import Away, address, office_served
from tests.offices import Office, copied
from tests.web.servers import Served

Comes = Callable[[str], Away]


@pytest.fixture(scope="module")
def held(office_sample: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The folder of the partnership."""
    return copied(office_sample, tmp_path_factory.mktemp("held") / "office")


@pytest.fixture(scope="module")
def web(held: Office) -> Iterator[Served]:
    """The same, served."""
    with office_served(held) as made:
        yield made


@pytest.fixture(scope="module")
def keeper(web: Served) -> str:
    """Whoever keeps the record there."""
    return next(iter(web.place.directory.people))


@pytest.fixture
def comes(web: Served, tmp_path: Path) -> Comes:
    """Makes somebody who works there from elsewhere."""
    return lambda person: Away(address(web), person, tmp_path)
