from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from notifiers.message import Receipt, subject
from tests.mailing import (
    LOGIN,
    MESSAGE,
    SENDER,
    Accounts,
    Certificate,
    Inbox,
    mail_server,
    make_certificate,
    read_mail,
    refused,
    smtp_notifier,
    tls_server,
)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


def test_a_mail_goes_to_its_recipient_alone_without_tls_on_this_machine(tmp_path: Path) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        receipt = smtp_notifier(tmp_path, port=port).send(MESSAGE)
    assert receipt == Receipt("smtp", "250 2.0.0")
    assert inbox.recipients == [MESSAGE.to]
    assert inbox.callers == ["partnership.example"]
    assert f"<{SENDER}>".encode() in inbox.mails[0].split(b"\r\n")[0]


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_mail_goes_out_through_tls_after_login(
    tls: str, certificate: Certificate, tmp_path: Path
) -> None:
    inbox, accounts = Inbox(), Accounts()
    with mail_server(inbox, authenticator=accounts, **tls_server(tls, certificate)) as port:
        table = {"tls": tls, "ca_file": certificate.file, "login_env": "SMTP_LOGIN"}
        smtp_notifier(tmp_path, port=port, **table).send(MESSAGE)
    assert accounts.logins == [LOGIN]
    assert read_mail(inbox.mails[0]).subject == subject(MESSAGE)


def test_a_wrong_login_is_tried_again_and_its_password_told_to_nobody(
    certificate: Certificate, tmp_path: Path
) -> None:
    inbox = Inbox()
    echo = Accounts(f"535 5.7.8 not with {LOGIN[1]}")
    with mail_server(inbox, authenticator=echo, **tls_server("starttls", certificate)) as port:
        table = {"ca_file": certificate.file, "login_env": "SMTP_LOGIN"}
        notifier = smtp_notifier(tmp_path, port=port, tls="starttls", **table)
        error = refused(notifier)
    assert error.again
    assert "535 5.7.8" in str(error)
    assert error.__context__ is None
    assert not any(secret in f"{error} {error!r} {vars(notifier)}" for secret in LOGIN)
    assert inbox.mails == []


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_certificate_that_is_not_trusted_gets_no_mail(
    tls: str, certificate: Certificate, tmp_path: Path
) -> None:
    inbox = Inbox()
    with mail_server(inbox, **tls_server(tls, certificate)) as port:
        error = refused(smtp_notifier(tmp_path, port=port, tls=tls))
    assert error.again
    assert "certificate" in str(error)
    assert inbox.mails == []


def test_a_certificate_of_another_name_gets_no_mail(
    certificate: Certificate, tmp_path: Path
) -> None:
    inbox = Inbox()
    with mail_server(inbox, **tls_server("starttls", certificate)) as port:
        table = {"host": "localhost", "tls": "starttls", "ca_file": certificate.file}
        assert refused(smtp_notifier(tmp_path, port=port, **table)).again
    assert inbox.mails == []


def test_a_server_that_offers_no_tls_gets_no_mail_in_clear(tmp_path: Path) -> None:
    spoken: list[str] = []
    inbox = Inbox(MAIL=lambda _: spoken.append("MAIL"))
    with mail_server(inbox) as port:
        assert refused(smtp_notifier(tmp_path, port=port, tls="starttls")).again
    assert spoken == []


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(("code", "again"), [("550 5.1.1", False), ("451 4.3.0", True)])
def test_a_refusal_for_good_ends_it_and_one_for_now_does_not(
    verb: str, code: str, again: bool, tmp_path: Path
) -> None:
    inbox = Inbox(**{verb: lambda _: f"{code} <{MESSAGE.to}> Robin Sample is not here"})
    with mail_server(inbox) as port:
        error = refused(smtp_notifier(tmp_path, port=port))
    assert error.again is again
    assert code in str(error)
    assert ("may take it later" if again else "check the addresses") in str(error)
    assert "Robin" not in f"{error} {error.__context__}"
    assert inbox.mails == []


def test_a_server_that_refuses_before_the_mail_itself_is_heard(tmp_path: Path) -> None:
    # aiosmtpd answers DATA with 503 when nobody has kept the recipient.
    inbox = Inbox(RCPT=lambda _: "250 OK")
    with mail_server(inbox) as port:
        error = refused(smtp_notifier(tmp_path, port=port))
    assert not error.again
    assert "(503)" in str(error)


def test_a_receipt_leaves_out_the_words_of_the_server(tmp_path: Path) -> None:
    inbox = Inbox(DATA=lambda _: f"250 2.6.0 queued for {MESSAGE.to} of Robin Sample")
    with mail_server(inbox) as port:
        assert smtp_notifier(tmp_path, port=port).send(MESSAGE) == Receipt("smtp", "250 2.6.0")


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
def test_a_server_that_breaks_off_is_tried_again(verb: str, tmp_path: Path) -> None:
    inbox = Inbox(**{verb: lambda server: server.transport.abort()})
    with mail_server(inbox) as port:
        assert refused(smtp_notifier(tmp_path, port=port)).again


@pytest.mark.parametrize("tls", ["none", "implicit"])
def test_a_server_that_never_answers_is_given_up_and_tried_again(tls: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        error = refused(smtp_notifier(tmp_path, port=silent.getsockname()[1], tls=tls))
    assert error.again
    assert "timed out" in str(error)


def test_a_server_that_falls_silent_on_the_mail_is_given_up(tmp_path: Path) -> None:
    inbox = Inbox(DATA=lambda _: asyncio.sleep(60))
    with mail_server(inbox) as port:
        assert refused(smtp_notifier(tmp_path, port=port)).again


def test_what_the_server_took_stays_taken_though_it_breaks_off_after(tmp_path: Path) -> None:
    inbox = Inbox(QUIT=lambda server: server.transport.abort())
    with mail_server(inbox) as port:
        assert smtp_notifier(tmp_path, port=port).send(MESSAGE).detail == "250 2.0.0"
    assert len(inbox.mails) == 1


def test_a_login_is_read_from_a_file_of_our_own(certificate: Certificate, tmp_path: Path) -> None:
    (tmp_path / "login").write_text(":".join(LOGIN) + "\n")
    (tmp_path / "login").chmod(0o600)
    inbox, accounts = Inbox(), Accounts()
    how = tls_server("starttls", certificate)
    with mail_server(inbox, authenticator=accounts, **how) as port:
        table = {"tls": "starttls", "ca_file": certificate.file, "login_file": "login"}
        smtp_notifier(tmp_path, port=port, **table).send(MESSAGE)
    assert accounts.logins == [LOGIN]
    assert len(inbox.mails) == 1
