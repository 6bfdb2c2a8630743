"""Delivery: sends what the outbox holds, in order within each chat, and keeps what became of it."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import structlog

from handoff import outbox
from handoff.conversations import Attachment, Channel, get_attachment
from handoff.outbox import Letter
from storage import Database, StorageUnavailable, Subscription

_log = structlog.get_logger()
_LONGEST_WAIT_S = 30.0
_AT_ONCE = 20


class RetryLater(Exception):
    """The messenger wants a pause of `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the messenger asks for a pause of {seconds} s")
        self.seconds = seconds


class Unreachable(Exception):
    """The messenger cannot be reached or is in trouble; it may work later."""


class Refused(Exception):
    """The messenger will never take this; the text says why, for the desk."""


@dataclass(frozen=True, slots=True)
class Button:
    text: str
    data: str


Keyboard = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One call to the messenger: a text, a file, or a change of the text with the id `edits`."""

    text: str
    keyboard: Keyboard = ()
    edits: str | None = None
    attachment: Attachment | None = None


class Messenger(Protocol):
    """What a channel does for delivery."""

    channel: Channel
    spacing: float
    """Seconds from one send to the next, to any chat, that the messenger asks of a bot."""

    def compose(self, letter: Letter, attachment: Attachment | None) -> list[Part]:
        """The letter in parts that the messenger takes."""

    async def send(self, chat: str, part: Part) -> str:
        """Send one part; the messenger's id of it. Raises RetryLater, Unreachable or Refused."""


async def wait_for_news(news: Subscription, seconds: float) -> None:
    """Wait until something is announced, but no longer than that."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await news.wait()


class Delivery:
    """The loop that sends. Several processes may run it: a letter is leased to one of them."""

    def __init__(self, database: Database, messenger: Messenger) -> None:
        self._database = database
        self._messenger = messenger
        self._turn = asyncio.Lock()
        self._next_turn = 0.0

    async def run(self) -> None:
        """Send what is due, until cancelled."""
        with self._database.changes.subscribe(outbox.TOPIC) as news:
            async with asyncio.TaskGroup() as sending:
                while True:
                    try:
                        letters = await self._take_due()
                        wait = 0.0 if letters else await self._seconds_to_next()
                    except StorageUnavailable as error:
                        _log.warning("outbox unavailable", error=str(error))
                        letters, wait = [], 1.0
                    for letter in letters:
                        sending.create_task(self._deliver(letter))
                    if wait:
                        await wait_for_news(news, wait)

    async def _take_due(self) -> list[Letter]:
        return await self._database.write(outbox.take_due, self._messenger.channel, _AT_ONCE)

    async def _seconds_to_next(self) -> float:
        due = await self._database.read(outbox.next_due_at)
        if due is None:
            return _LONGEST_WAIT_S
        return min(_LONGEST_WAIT_S, max(0.02, due / 1000 - time.time()))

    async def _deliver(self, letter: Letter) -> None:
        """Send one letter and settle it; whatever happens, the loop goes on."""
        try:
            settle = await self._try(letter)
            await self._database.write(settle)
        except StorageUnavailable as error:  # the lease runs out, and it is tried again
            _log.warning("letter not settled", letter=letter.id, error=str(error))

    async def _try(self, letter: Letter) -> "partial[None]":
        """Send what is still unsent of it; the transaction that says what came of it."""
        sent = letter.sent
        try:
            for part in (await self._compose(letter))[len(sent) :]:
                if len(sent) > len(letter.sent):
                    await self._database.write(outbox.mark_part_sent, letter, sent)
                await self._wait_for_turn()
                sent = (*sent, await self._messenger.send(letter.chat, part))
            return partial(outbox.mark_sent, letter=letter, sent=sent)
        except RetryLater as pause:
            pause_ms = int(pause.seconds * 1000)
            return partial(outbox.put_off, letter=letter, error=str(pause), pause_ms=pause_ms)
        except Refused as refusal:
            _log.warning("letter undeliverable", letter=letter.id, reason=str(refusal))
            return partial(outbox.mark_undeliverable, letter=letter, reason=str(refusal))
        except Unreachable as trouble:
            return partial(outbox.put_off, letter=letter, error=str(trouble))
        except StorageUnavailable:
            raise
        except Exception as error:  # a fault of ours in one letter must not stop the others
            _log.exception("letter failed", letter=letter.id)
            return partial(outbox.put_off, letter=letter, error=repr(error))

    async def _wait_for_turn(self) -> None:
        """Keep the messenger's pace. It also keeps few letters between a send and its mark."""
        async with self._turn:
            await asyncio.sleep(max(0.0, self._next_turn - time.monotonic()))
            self._next_turn = time.monotonic() + self._messenger.spacing

    async def _compose(self, letter: Letter) -> list[Part]:
        attachment = None
        if letter.attachment_id:
            attachment = await self._database.read(
                get_attachment, letter.conversation_id, letter.attachment_id
            )
        return self._messenger.compose(letter, attachment)
