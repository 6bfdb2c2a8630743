"""What was said in a conversation just before a message."""

from dataclasses import replace

from bot import wording
from bot.offering import MOST_OFFERED
from bot.reply import Option, Reply
from faq.entries import Source
from handoff.conversations import Message, load_messages
from storage import Transaction

_LATELY = 40  # messages


def load_reply(message: Message) -> Reply:
    """The Reply of a message of the transcript."""
    kept = dict(message.reply or {"kind": "notice", "text": message.text})
    kept["options"] = tuple(Option(**option) for option in kept.get("options", ()))
    kept["sources"] = tuple(Source(**source) for source in kept.get("sources", ()))
    return Reply(**kept)


def lately(tx: Transaction, message: Message) -> list[Message]:
    """What the assistant said not long before a message, the latest last."""
    return [each for each in _before(tx, message) if each.author == "assistant"]


def said_lately(tx: Transaction, message: Message, text: str) -> bool:
    """Whether the asker was told so already, also when people have talked since."""
    return any(each.text == text for each in lately(tx, message))


def load_offers(tx: Transaction, message: Message) -> list[tuple[str, Reply]]:
    """The choices offered just before, the latest first, each with what it was offered to; until
    there is another reply."""
    before = _before(tx, message, 2 * MOST_OFFERED)
    offers: list[tuple[str, Reply]] = []
    for asked, reply in zip(before[-2::-2], before[::-2], strict=False):
        if (asked.author, reply.author, reply.kind) != ("asker", "assistant", "clarify"):
            break
        offers.append((asked.text, load_reply(reply)))
    return offers


def told_source(tx: Transaction, message: Message) -> Reply | None:
    """Where the answer given just before stands; None without one that has a source."""
    said = next((m for m in reversed(lately(tx, message)) if m.kind != "smalltalk"), None)
    if said is None or said.kind != "answer":
        return None
    answer = load_reply(said)
    if not answer.sources:
        return None
    return replace(answer, text=wording.told_source(answer.sources), trace={})


def _before(tx: Transaction, message: Message, most: int = _LATELY) -> list[Message]:
    after = max(0, message.seq - 1 - most)
    said = load_messages(tx, message.conversation_id, after=after, limit=most)
    return [each for each in said if each.seq < message.seq]
