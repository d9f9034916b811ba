from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from engine import bootstrap
from engine.cli import working
from engine.hooks import answer
from engine.hooks.asgi import _answer
from tests.hooking import FORM, OPINION, Doors, doors_of
from tests.hooks.test_cli_hooking import declare
from tests.offices import Office
from tests.test_names_stay_inside import CANARIES, dumped, files, hits

STEP = """
[[hook]]
id         = "decide"
secrets    = ["hooks/decide.secret"]
person     = "lee"
process    = "incident"
may        = ["take:decide_to_notify"]
verb       = "take"
transition = "decide_to_notify"
case       = "/case"
key        = "/id"
reason     = "/why"
[hook.answers]
rationale = "/why"
"""


@pytest.fixture
def form(office_on: Office) -> Office:
    declare(office_on, FORM + OPINION + STEP, '\n[inbox]\nfolder = "hooks/inbox"\n')
    for endpoint in ("form", "opinion", "decide"):
        office_on.ok("hook", "secret", endpoint)
        folder = office_on.folder / "hooks" / "inbox" / endpoint
        folder.mkdir(parents=True)
        folder.chmod(0o700)
        folder.parent.chmod(0o700)
    return office_on


def called(doors: Doors, name: str) -> list[str]:
    """What calls are answered that give a name in every place: taken, refused, forged."""
    child = {"form": {"where": "A", "aware_on": "2025-12-01", "child": {"name": name}}}
    taken = doors.call("form", child)
    ref = taken.document["ref"]
    found = [taken, doors.call("form", child, "msg-1")]
    wrong = (
        {"form": {"where": name}},
        {"form": {"where": "A", "aware_on": name, "happened_on": name}},
        {"form": {"where": "A", "child": {"name": f"{name}\0"}}},
        {name: name},
        name,
    )
    found += [doors.call("form", document) for document in wrong]
    found += [doors.call("opinion", {"case": ref, "opinion": name}), doors.call("opinion", {})]
    found += [doors.call("opinion", {"case": name, "opinion": "notify"})]
    found += [doors.call("decide", {"case": ref, "id": name, "why": name})]
    body = json.dumps({"form": name}).encode()
    headers = [(key, f"{value}{name}") for key, value in doors.signed("form", body)]
    for endpoint in ("form", name, f"../{name}"):
        found.append(_answer(doors.reception, endpoint, headers, body))
        found.append(_answer(doors.reception, endpoint, [(name, name)], b"{" + body))
    assert {one.status for one in found} == {200, 422, 401}
    return [answer.text(one) for one in found] + [str(answer.response(one)) for one in found]


def dropped(office: Office, name: str) -> list[str]:
    """What files are answered that give a name in every place."""
    box = office.folder / "hooks" / "inbox" / "form"
    child = {"form": {"where": "A", "aware_on": "2025-11-01", "child": {"name": name}}}
    mail = f"From: {name} <a@b.example>\r\nSubject: {name}\r\n\r\nPlace: {name}\r\n"
    contents = (json.dumps(child), json.dumps({"form": {"where": name}}), f"{{{name}", mail)
    for number, content in enumerate(contents):
        file = box / f"{number}.{'eml' if content == mail else 'json'}"
        file.write_text(content)
        os.utime(file, (1, 1))
    told = office.run("inbox")
    assert told.exit_code == 4
    said = [told.stdout, told.stderr]
    answers = sorted(box.glob("*.answer.json"))
    assert len(answers) == len(contents)
    return said + [path.read_text() for path in answers]


@pytest.mark.parametrize("name", CANARIES)
def test_a_name_that_another_system_sends_is_written_nowhere_in_clear(
    form: Office, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = bootstrap.settings(str(form.config))
    place = bootstrap.workplace(settings)
    try:
        doors = doors_of(place, settings)
        said = called(doors, name)
        doors.reception.settle()
    finally:
        place.database.close()
    said += dropped(form, name)
    said.append(str(working._round(str(form.config), held=False)))
    said += ["".join(capfd.readouterr())]

    assert [text for text in said if hits(text.encode())] == []
    # What was sent lies in these folders as it was sent, until somebody removes it.
    own = {n: c for n, c in files(form.folder).items() if not _is_what_was_sent(Path(n))}
    written = own | dumped(form)
    assert {file for file, content in written.items() if hits(content)} == set()
    assert hits("\n".join(files(form.folder)).encode()) == []
    assert form.ok("audit", "verify")


def _is_what_was_sent(file: Path) -> bool:
    return file.parts[:2] == ("hooks", "inbox") and file.parts[3] in ("done", "refused")
