"""The inbox: what a messenger delivered, kept before it is confirmed, handled once and in order.

The poller and the webhook only `receive`. A worker takes the rows of each chat in order and handles
each in one transaction together with marking it done, so that a kill at any point neither loses a
message nor answers it twice.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from storage import Migration, Row, Transaction

T = TypeVar("T")
TOPIC = "inbox"
TRIES = 5
_FIRST_PAUSE_MS = 500
_KEPT_MS = 7 * 24 * 3600 * 1000  # a messenger repeats an update for a day at most

MIGRATIONS = (
    Migration(
        "bot_001_inbox",
        """CREATE TABLE inbox (
            id TEXT PRIMARY KEY, chat BIGINT NOT NULL, position BIGINT NOT NULL,
            body TEXT NOT NULL, received_at BIGINT NOT NULL, next_try_at BIGINT NOT NULL,
            attempts BIGINT NOT NULL DEFAULT 0, done_at BIGINT, error TEXT NOT NULL DEFAULT '')""",
        "CREATE INDEX inbox_waiting ON inbox (chat, received_at, position) WHERE done_at IS NULL",
        "CREATE INDEX inbox_done ON inbox (done_at) WHERE done_at IS NOT NULL",
    ),
)


@dataclass(frozen=True, slots=True)
class Update:
    """One update of a messenger. `id` is unique for ever, `position` orders those of one batch."""

    id: str
    chat: int
    position: int
    body: dict[str, Any]
    attempts: int = 0


def receive(tx: Transaction, updates: Iterable[Update]) -> None:
    """Keep updates that came in; one that is there already is a repeat and changes nothing."""
    for update in updates:
        tx.execute(
            "INSERT INTO inbox (id, chat, position, body, received_at, next_try_at)"
            " VALUES (:id, :chat, :position, :body, :now, :now) ON CONFLICT (id) DO NOTHING",
            id=update.id,
            chat=update.chat,
            position=update.position,
            body=json.dumps(update.body),  # ASCII: storable whatever is in it
            now=tx.now,
        )
    tx.announce(TOPIC)


def load_waiting_chats(tx: Transaction) -> dict[int, int]:
    """The chats in which something waits, with the moment (epoch ms) from which it may be tried."""
    rows = tx.all(
        f"SELECT chat, next_try_at FROM inbox {_FIRST} ORDER BY received_at, position",
    )
    return {row["chat"]: row["next_try_at"] for row in rows}


def find_next(tx: Transaction, chat: int) -> Update | None:
    """The first update of a chat that is not done, if its time has come."""
    row = tx.one(
        "SELECT * FROM inbox WHERE chat = :chat AND done_at IS NULL"
        " ORDER BY received_at, position LIMIT 1",
        chat=chat,
    )
    return _update(row) if row and row["next_try_at"] <= tx.now else None


def handle_once(tx: Transaction, update: Update, handle: Callable[[Transaction], T]) -> T | None:
    """Run `handle` and mark the update done, both or neither; None when it was done before.

    Its body is dropped: what it said stands in the transcript.
    """
    mine = tx.value(
        "UPDATE inbox SET done_at = :now, body = '{}', error = ''"
        " WHERE id = :id AND done_at IS NULL RETURNING id",
        id=update.id,
        now=tx.now,
    )
    return handle(tx) if mine else None


def put_back(tx: Transaction, update: Update, error: str) -> bool:
    """Note a failure: it is tried again after a pause. After `TRIES` it is set aside: True.

    What is set aside keeps its body and error, and no longer holds up its chat.
    """
    attempts = update.attempts + 1
    aside = attempts >= TRIES
    tx.execute(
        "UPDATE inbox SET attempts = :attempts, error = :error, next_try_at = :next,"
        " done_at = :done WHERE id = :id AND done_at IS NULL",
        id=update.id,
        attempts=attempts,
        error=error[:2000],
        next=tx.now + _FIRST_PAUSE_MS * 2 ** (attempts - 1),
        done=tx.now if aside else None,
    )
    tx.announce(TOPIC)
    return aside


def count_set_aside(tx: Transaction) -> int:
    """How many updates failed for good and wait for a person to look at them."""
    return int(tx.value("SELECT count(*) FROM inbox WHERE done_at IS NOT NULL AND error <> ''"))


def forget_old(tx: Transaction) -> None:
    """Drop the ids of what was done so long ago that no repeat can come."""
    tx.execute("DELETE FROM inbox WHERE done_at < :before AND error = ''", before=tx.now - _KEPT_MS)


_FIRST = (
    "WHERE done_at IS NULL AND NOT EXISTS (SELECT 1 FROM inbox AS earlier"
    " WHERE earlier.chat = inbox.chat AND earlier.done_at IS NULL"
    " AND (earlier.received_at < inbox.received_at OR (earlier.received_at = inbox.received_at"
    " AND earlier.position < inbox.position)))"
)


def _update(row: Row) -> Update:
    return Update(row["id"], row["chat"], row["position"], json.loads(row["body"]), row["attempts"])
