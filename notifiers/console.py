"""Messages shown on a stream of text, for demonstrations and for setting up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TextIO

from engine.errors import DeliveryError
from notifiers.message import Message, Receipt, body, subject


@dataclass(frozen=True, slots=True)
class ConsoleNotifier:
    """Writes each message as one block; a repeat shows by its id."""

    stream: TextIO
    name: str = field(default="console", init=False)

    def send(self, message: Message) -> Receipt:
        """Show the message, or raise DeliveryError if the stream takes no more."""
        try:
            self.stream.write(_block(message))
            self.stream.flush()
        except (OSError, ValueError) as error:
            raise DeliveryError(
                f"The console took no message ({type(error).__name__}); "
                "check that its output is open, has room and can show Unicode."
            ) from None
        return Receipt(self.name, "shown")


def _block(message: Message) -> str:
    head = f"Message {message.id}\nTo: {message.to}\nSubject: {subject(message)}"
    said = "".join(f"  {line}\n" for line in body(message).splitlines())
    return f"{head}\n{said}\n"
