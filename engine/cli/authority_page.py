"""The page on who may do what: `python -m engine.cli.authority_page` writes docs/authority.md."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from engine.authority import Relation, Verdict
from engine.verbs.authorities import published

PAGE: Final = Path("docs/authority.md")
MARK: Final = "<!-- From here on it is written by `python -m engine.cli.authority_page`. -->"
"""Above it stands what people wrote."""
SHORT: Final = {
    Verdict.ALLOWED.value: "yes",
    Verdict.PROCESS.value: "rules",
    Verdict.OWN.value: "own",
    Verdict.HIDDEN.value: "hidden",
    Verdict.AS_ROLE.value: "role",
    Verdict.DENIED.value: "-",
}
LEFT_OUT: Final = (Relation.NOBODY, Relation.LEFT)
"""Columns in which there is never anything but a no."""

Known = Mapping[str, Any]


def page(written: str) -> str:
    """The whole page as it should be: of one that is there what people wrote, then the tables."""
    found, columns = published(), [one for one in Relation if one not in LEFT_OUT]
    lines = [written.partition(MARK)[0] + MARK, "", "## Who somebody is to what they ask"]
    lines += ["", "| relation | what it is | who decides it |", "|---|---|---|"]
    lines += [
        f"| {one['relation']} | {one['means']} | {one['decided_by']} |"
        for one in found["relations"]
    ]
    lines += ["", "## Verbs", "", *_table(found["verbs"], columns, "")]
    lines += ["", "## Commands of the machine", "", *_table(found["local"], columns, " because")]
    return "\n".join([*lines, ""])


def _table(rows: Iterable[Known], columns: Iterable[Relation], why: str) -> Iterator[str]:
    names = [one.value for one in columns]
    yield f"| | {' | '.join(names)} | {'local' + why if why else 'logged'} |"
    yield "|---|" + "---|" * (len(names) + 1)
    for row in rows:
        cells = " | ".join(SHORT[row["cells"][name]] for name in names)
        last = row["about"] if why else row["logged"]
        here = " *" if row["here"] and not why else ""
        yield f"| `{row['verb']}`{here} | {cells} | {last} |"


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
