"""A partnership's config.toml for tests, and what reading it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config import Settings, read
from engine.errors import ConfigError
from notifiers import NOTIFIERS

BASE = """\
[partnership]
id   = "sample"
name = "Sample Safeguarding Children Partnership"
[store]
database = "sqlite:///casetrail.db"
keys     = "casetrail.keys"
[notify]
by   = "file"
link = ""
[notify.file]
folder = "messages"
[[agency]]
id      = "council"
title   = "Sample Borough Council"
kind    = "local authority"
contact = "avery"
from    = 2020-01-01
[[person]]
id      = "avery"
name    = "Avery Example"
post    = "Director"
mail    = "avery@council.example"
account = "aexample"
[[person]]
id   = "robin"
name = "Robin Example"
[[appointment]]
person = "avery"
role   = "local_authority"
agency = "council"
from   = 2024-01-01
to     = 2024-12-31
[[appointment]]
person     = "robin"
role       = "local_authority"
deputy_for = "avery"
[[absence]]
person = "avery"
from   = 2025-08-01
to     = 2025-08-15
[fallback]
"any role" = "robin"
"""

NAMES = """\
[[names]]
from  = 2024-01-01
words = { "review group" = "Case Review Panel" }
[[names]]
from  = 2021-01-01
words = { "review group" = "Review Advisory Group" }
"""


def settings(folder: Path, text: str, names: str = "") -> Settings:
    (folder / "names.toml").write_text(names, encoding="utf-8", newline="")
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8", newline="")
    return read(file, NOTIFIERS)


def refusal(folder: Path, text: str, names: str = "") -> list[str]:
    with pytest.raises(ConfigError) as refused:
        settings(folder, text, names)
    assert refused.value.exit_code == 2
    return str(refused.value).split("\n")


def edited(old: str, new: str) -> str:
    assert BASE.count(old) == 1, old
    return BASE.replace(old, new)
