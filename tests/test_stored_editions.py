from __future__ import annotations

import hashlib
import json

import pytest

from engine import statements
from engine.canonical import canonical
from engine.definition import plain
from engine.errors import ConfigError
from engine.loading import load
from tests.worlds import SAMPLE, World


def test_a_case_whose_edition_another_casetrail_stored_ends_in_a_sentence(world: World) -> None:
    place = world.place
    stored = json.loads(canonical(plain(load(SAMPLE))))
    del stored["may_open"], stored["questions"][0]["help"]
    for change, code in (({}, 0), ({"later": "yes"}, 2)):
        text = canonical(stored | change)
        name = hashlib.sha256(text.encode()).hexdigest()
        with place.database.write() as tx:
            tx.run(statements.insert("edition_texts"), (place.log, name, text, "{}"))
        with place.database.read() as tx:
            if not code:
                assert place.edition(tx, name, "incident").workflow.title
                continue
            with pytest.raises(ConfigError, match="brought into use by another Casetrail") as error:
                place.edition(tx, name, "incident")
            assert error.value.exit_code == code
