"""Questions put to the real assistant of which nothing is kept: no transcript, no ticket."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from bot.assistant import Assistant, Incoming
from bot.reply import Reply
from handoff.conversations import keep_context, open_conversation
from storage import Database, Transaction


class _NotKept(Exception):
    """Carries a reply out of a transaction that is not to be kept."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply


async def try_questions(
    database: Database, assistant: Assistant, turns: Sequence[str], region: str | None = None
) -> Reply:
    """The reply to the last of these messages, said one after the other by a new asker of that
    place (its code; None: unknown). Raises Invalid for a message that is refused."""

    def ask(tx: Transaction) -> None:
        conversation, _ = open_conversation(tx)
        if region is not None:
            keep_context(tx, conversation.id, {}, region)
        reply = Reply("notice", "")
        for turn in turns:
            exchange = assistant.respond(tx, conversation.id, Incoming(turn))
            reply = exchange.reply or reply
        raise _NotKept(reply)

    try:
        await database.write(ask)
    except _NotKept as found:
        return found.reply
    raise AssertionError("a trial ends by being taken back")


def make_trial(
    database: Database, assistant: Assistant
) -> Callable[[str, str | None], Awaitable[dict[str, Any]]]:
    """What the desk tries a question with."""

    async def try_question(question: str, region: str | None) -> dict[str, Any]:
        reply = await try_questions(database, assistant, [question], region)
        if reply.ticket is not None:  # its number and promise, the last line, were not kept
            reply = replace(reply, text=reply.text.rpartition("\n")[0], ticket=None)
        return reply.as_stored()

    return try_question
