"""What an asker does in Telegram, as calls to the assistant. All of it runs in a transaction."""

from dataclasses import dataclass

from bot import wording
from bot.assistant import Assistant, Incoming
from bot.telegram_updates import CameBack, Pressed, Said, Started
from handoff import outbox
from handoff.conversations import (
    Attachment,
    Conversation,
    NewMessage,
    bind_project,
    load_messages,
    open_channel_conversation,
    record_message,
)
from storage import Transaction

LINK_PREFIX = "link-"
_BOUND = "已关联到您的项目。"
_LINK_USED = "绑定码无效或已经用过，请在工作台重新生成。"
_NOT_STAFF = "您没有处理工单的权限；如果您是项目管家，请先在工作台绑定 Telegram。"
_FILE_LOST = "文件没有收到：{problem}。请重新发送，或改用文字说明。"


@dataclass(frozen=True, slots=True)
class Fetched:
    """The file that a message carried; without one, `problem` says why it could not be had."""

    attachment: Attachment | None = None
    problem: str = ""


def say(tx: Transaction, chat: int, text: str) -> None:
    """Tell the person in a chat something that is no answer to a question."""
    conversation = open_channel_conversation(tx, "telegram", str(chat))
    record_message(tx, conversation.id, NewMessage("system", text, kind="notice"))


def handle_asker(
    tx: Transaction,
    assistant: Assistant,
    event: Said | Started | Pressed | CameBack,
    fetched: Fetched,
) -> str:
    """Do what the event asks for; what to show for a moment on a pressed button, if anything.

    Raises a HandoffError whose text is for the asker.
    """
    if isinstance(event, CameBack):
        outbox.revive(tx, "telegram", str(event.chat))
        return ""
    conversation = open_channel_conversation(tx, "telegram", str(event.chat), event.name)
    if isinstance(event, Started):
        _start(tx, conversation, event)
    elif isinstance(event, Said):
        _take_message(tx, assistant, conversation, event, fetched)
    else:
        return _take_press(tx, assistant, conversation, event)
    return ""


def _start(tx: Transaction, conversation: Conversation, event: Started) -> None:
    if event.payload.startswith(LINK_PREFIX):
        say(tx, event.chat, _LINK_USED)
        return
    if event.payload:
        bind_project(tx, conversation, event.payload)
        say(tx, event.chat, f"{_BOUND}\n{wording.GREETING}")
        return
    say(tx, event.chat, wording.GREETING)


def _take_message(
    tx: Transaction,
    assistant: Assistant,
    conversation: Conversation,
    event: Said,
    fetched: Fetched,
) -> None:
    kind = "text"
    if event.file:
        kind = event.file.kind if fetched.attachment else "lost_file"
    incoming = Incoming(event.text, event.client_id, fetched.attachment, kind)
    if event.text or not fetched.problem:
        assistant.respond(tx, conversation.id, incoming)
    if fetched.problem:
        say(tx, event.chat, _FILE_LOST.format(problem=fetched.problem))


def _take_press(
    tx: Transaction, assistant: Assistant, conversation: Conversation, event: Pressed
) -> str:
    action, _, option_id = event.data.partition(":")
    if action != "o":
        return _NOT_STAFF
    if not _pressed_again(tx, conversation.id, option_id):
        assistant.choose(tx, conversation.id, option_id, f"tg-{event.query_id}")
    return ""


def _pressed_again(tx: Transaction, conversation_id: str, option_id: str) -> bool:
    """Whether this very button was the last thing that the asker did: a double tap."""
    seq = option_id.partition(".")[0]
    if not seq.isdecimal() or len(seq) > 12:
        return False
    later = load_messages(tx, conversation_id, after=int(seq))
    done = [message.reply or {} for message in later if message.author == "asker"]
    return bool(done) and done[-1].get("chosen") == option_id
