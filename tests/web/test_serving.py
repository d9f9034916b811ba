from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
import trustme

from engine.errors import ConfigError, UsageError
from engine.service.outgoing import Outgoing
from engine.service.workplace import By, Workplace
from engine.web.partnership import Partnership
from engine.web.serving import Address, check, listening
from tests import offices
from tests.offices import COMMAND, Office
from tests.web.servers import Served, identify, problem, served, until
from tests.worlds import World


@pytest.fixture
def folder(office_sample: Office, tmp_path: Path) -> Office:
    """A partnership's folder of its own."""
    return offices.copied(office_sample, tmp_path / "office")


@contextmanager
def serving(folder: Office, *words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`casetrail serve` in a process of its own, and where it says that it serves."""
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0", "--json", "--config", str(folder.config), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    try:
        assert process.stdout
        told = ""
        while not told.endswith("}\n"):
            line = process.stdout.readline()
            assert line, process.stderr and process.stderr.read()
            told += line
        yield process, f"{json.loads(told)['serving']}/v1"
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_it_serves_until_it_is_stopped_and_logs_no_address_that_was_asked_for(
    folder: Office,
) -> None:
    with serving(folder) as (process, url):
        assert httpx2.get(f"{url}/health").json() == {"status": "ok"}
        assert httpx2.get(f"{url}/openapi.json").json()["openapi"] == "3.1.0"
        problem(httpx2.get(f"{url}/cases?state=Quibblethorpe"), 401)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in err
    assert "Quibblethorpe" not in out + err
    events = [json.loads(line)["event"] for line in err.splitlines()]
    assert events == ["serving began", "request", "serving ended"]


def test_ctrl_c_ends_it_as_it_ends_the_worker(folder: Office) -> None:
    with serving(folder) as (process, _):
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    assert process.returncode == 130


def test_with_a_certificate_what_is_sent_is_encrypted(folder: Office) -> None:
    authority = trustme.CA()
    made = authority.issue_cert("localhost", "127.0.0.1")
    chain, key = folder.folder / "chain.pem", folder.folder / "key.pem"
    made.private_key_pem.write_to_path(key)
    for at, pem in enumerate(made.cert_chain_pems):
        pem.write_to_path(chain, append=at > 0)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with serving(folder, "--tls-cert", str(chain), "--tls-key", str(key)) as (_, url):
        assert url.startswith("https://127.0.0.1:")
        assert httpx2.get(f"{url}/health", verify=trusting).json() == {"status": "ok"}
        with pytest.raises(httpx2.TransportError):
            httpx2.get(url.replace("https", "http"))


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (Address("0.0.0.0"), "read on the way"),
        (Address("192.0.2.1"), "read on the way"),
        (Address("partnership.example"), "read on the way"),
        (Address("::"), "read on the way"),
        (Address("127.0.0.1", certificate=Path("c")), "go together"),
        (Address("127.0.0.1", certificate=Path("c"), key=Path("k")), "cannot be used"),
    ],
)
def test_an_address_at_which_others_could_read_along_is_refused(
    address: Address, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        check(address)


@pytest.mark.parametrize(
    "address",
    [Address(), Address("localhost"), Address("::1"), Address("0.0.0.0", behind_proxy=True)],
)
def test_this_computer_alone_or_what_stands_behind_a_proxy_may_do_without(
    address: Address,
) -> None:
    check(address)


def test_a_port_that_is_taken_is_told_as_such(folder: Office) -> None:
    with listening(Address()) as taken:
        port = taken.getsockname()[1]
        said = folder.refused(2, "serve", "--port", str(port))
    assert "--port" in said
    assert "--port" in folder.refused(2, "serve")


def test_a_request_under_way_is_answered_before_the_server_ends(office: World) -> None:
    inside, go_on = threading.Event(), threading.Event()
    said: list[int] = []

    def wait(place: Workplace, authorization: str) -> By:
        inside.set()
        assert go_on.wait(10)
        return identify(place, authorization)

    with served(office.place, identify=wait) as web:
        client = web.client("bess")
        asking = threading.Thread(target=lambda: said.append(client.get("/today").status_code))
        asking.start()
        assert inside.wait(10)
        web.server.should_exit = True
        until(lambda: not answers(web))
        assert said == []
        go_on.set()
        asking.join(10)
    assert said == [200]


def answers(web: Served) -> bool:
    try:
        return web.client().get("/health").status_code == 200
    except httpx2.TransportError:
        return False


def test_who_has_left_is_out_with_the_next_request(folder: Office) -> None:
    partnership = Partnership(folder.config)
    try:
        before = partnership.place()
        assert partnership.place() is before
        assert "eve" in before.directory.people
        text = folder.config.read_text()
        folder.config.write_text(text.replace('"eve"', '"evelyn"'))

        after = partnership.place()

        assert "eve" not in after.directory.people
        assert after.door == before.door == "http"
        assert (after.database, after.store) == (before.database, before.store)
        with after.database.read() as tx:
            assert '"people changed"' in after.store.events(tx, "store")[-1]
        folder.config.write_text("nonsense")
        for _ in range(2):
            with pytest.raises(ConfigError):
                partnership.place()
        folder.config.unlink()
        with pytest.raises(ConfigError):
            partnership.place()
        folder.config.write_text(text)
        assert "eve" in partnership.place().directory.people
    finally:
        partnership.close()


def test_what_is_sent_goes_where_the_settings_of_now_say(folder: Office) -> None:
    partnership = Partnership(folder.config)
    try:
        before = partnership.place()
        text = folder.config.read_text()
        folder.config.write_text(text.replace("lee@", "lee.now@"))
        after = partnership.place()
        message = Outgoing(
            "m1", "2025-K7QF29", "lee", "", "Something is due", "", urgent=False, n=1
        )

        assert before.wired.mails()(message).to.startswith("lee@")
        assert after.wired.mails()(message).to.startswith("lee.now@")
    finally:
        partnership.close()


def test_a_store_is_not_changed_for_another_while_it_is_served(folder: Office) -> None:
    partnership = Partnership(folder.config)
    try:
        text = folder.config.read_text()
        folder.config.write_text(text.replace("casetrail.db", "other.db"))
        with pytest.raises(ConfigError, match="start again"):
            partnership.place()
    finally:
        partnership.close()


def test_no_other_command_imports_what_serves() -> None:
    code = "import sys\nfrom engine.cli.main import main\nsys.argv[1:] = ['list']\nmain()"
    told = subprocess.run(
        [COMMAND[0], "-X", "importtime", "-c", code], capture_output=True, text=True, check=False
    ).stderr
    assert "engine.cli.main" in told
    assert "starlette" not in told
    assert "uvicorn" not in told
