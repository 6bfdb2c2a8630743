"""Conversations and their messages: the transcript, which is also the outbox."""

import json
import re
import secrets
from dataclasses import dataclass, field
from typing import Any, Literal

from handoff.errors import Invalid, NotFound
from handoff.projects import get_project
from handoff.staff import hash_token
from storage import Row, Transaction, new_id

Author = Literal["asker", "assistant", "manager", "system"]
Channel = Literal["web", "telegram", "terminal"]

LONGEST_TEXT = 4000
LARGEST_ATTACHMENT = 20 * 1024 * 1024
_PAGE = 200
_NO_TEXT = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Conversation:
    """One asker on one channel. `region` is the place they named; `context` what was last said."""

    id: str
    channel: Channel
    external_id: str
    asker_name: str
    region: str | None
    project_token: str | None
    context: dict[str, Any]


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to record. `client_id` is the channel's own id: a second one is a no-op."""

    author: Author
    text: str
    kind: str = "text"
    client_id: str | None = None
    staff_id: str | None = None
    private: bool = False
    reply: dict[str, Any] | None = None
    answers: str | None = None
    attachment_id: str | None = None
    ticket_id: str | None = None
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One row of the transcript."""

    id: str
    conversation_id: str
    seq: int
    author: Author
    kind: str
    text: str
    created_at: int
    private: bool = False
    staff_id: str | None = None
    staff_name: str | None = None
    reply: dict[str, Any] | None = None
    answers: str | None = None
    ticket_id: str | None = None
    delivery: str | None = None
    delivery_error: str = ""
    attachment: dict[str, Any] | None = field(default=None)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file, photo or voice message as it came."""

    filename: str
    media_type: str
    content: bytes


def open_conversation(
    tx: Transaction, *, region: str | None = None, project_token: str | None = None
) -> tuple[Conversation, str]:
    """A new conversation on the web, and the bearer token that its asker carries.

    Raises NotFound when there is no such project.
    """
    if project_token is not None:
        region = get_project(tx, project_token).region
    conversation_id, token = new_id(), secrets.token_urlsafe(32)
    _insert(tx, conversation_id, "web", conversation_id, hash_token(token), region, project_token)
    return get_conversation(tx, conversation_id), token


def open_channel_conversation(
    tx: Transaction, channel: Channel, external_id: str, asker_name: str = ""
) -> Conversation:
    """The conversation of a messenger's chat, made at its first message."""
    row = tx.one(
        "SELECT * FROM conversation WHERE channel = :channel AND external_id = :external_id",
        channel=channel,
        external_id=external_id,
    )
    if row:
        return _conversation(row)
    conversation_id = new_id()
    _insert(tx, conversation_id, channel, external_id, "", None, None, asker_name)
    return get_conversation(tx, conversation_id)


def get_conversation(tx: Transaction, conversation_id: str) -> Conversation:
    row = tx.one("SELECT * FROM conversation WHERE id = :id", id=conversation_id)
    if row is None:
        raise NotFound("没有这个会话。")
    return _conversation(row)


def access_conversation(tx: Transaction, conversation_id: str, token: str) -> Conversation:
    """The asker's own conversation. Raises NotFound for a wrong token too: it tells nothing."""
    row = tx.one("SELECT * FROM conversation WHERE id = :id", id=conversation_id)
    if row is None or not row["token_hash"]:
        raise NotFound("没有这个会话，请刷新页面重新开始。")
    if not secrets.compare_digest(row["token_hash"], hash_token(token)):
        raise NotFound("没有这个会话，请刷新页面重新开始。")
    return _conversation(row)


def bind_project(tx: Transaction, conversation: Conversation, project_token: str) -> Conversation:
    """The asker came through a project's code: its place is theirs. Raises NotFound."""
    region = get_project(tx, project_token).region
    tx.execute(
        "UPDATE conversation SET region = :region, project_token = :token WHERE id = :id",
        region=region,
        token=project_token,
        id=conversation.id,
    )
    return get_conversation(tx, conversation.id)


def keep_context(
    tx: Transaction, conversation_id: str, context: dict[str, Any], region: str | None
) -> None:
    """Remember what the next message may refer to, and the place."""
    tx.execute(
        "UPDATE conversation SET context = :context, region = :region WHERE id = :id",
        context=json.dumps(context, ensure_ascii=False),
        region=region,
        id=conversation_id,
    )


def record_message(tx: Transaction, conversation_id: str, new: NewMessage) -> Message | None:
    """Add a message to the transcript; None when its client id is there already.

    What is not the asker's own and not private is to be delivered, where the channel wants it.
    The buttons of a reply get their ids here.
    """
    check_text(new.text)
    row = tx.one(
        "UPDATE conversation SET last_seq = last_seq + 1, updated_at = :now WHERE id = :id"
        " RETURNING last_seq, channel",
        id=conversation_id,
        now=tx.now,
    )
    if row is None:
        raise NotFound("没有这个会话。")
    if new.client_id is not None and find_by_client_id(tx, conversation_id, new.client_id):
        return None
    due = row["channel"] == "telegram" and new.author != "asker" and not new.private
    reply = _with_ids(new.reply, row["last_seq"]) if new.reply else None
    values: Row = dict(
        id=new_id(),
        conversation_id=conversation_id,
        seq=row["last_seq"],
        author=new.author,
        staff_id=new.staff_id,
        kind=new.kind,
        text=new.text,
        private=int(new.private),
        reply=json.dumps(reply, ensure_ascii=False) if reply else None,
        client_id=new.client_id,
        answers=new.answers,
        attachment_id=new.attachment_id,
        ticket_id=new.ticket_id,
        created_at=tx.now,
        delivery="due" if due else None,
        next_try_at=tx.now if due else None,
        external_id=new.external_id,
    )
    tx.insert("message", **values)
    tx.announce(f"conversation:{conversation_id}")
    if due:
        tx.announce("outbox")
    if new.staff_id is not None or new.attachment_id is not None:
        return get_message(tx, values["id"])
    return _message({**values, "staff_name": None, "delivery_error": ""}, reply)


def _with_ids(reply: dict[str, Any], seq: int) -> dict[str, Any]:
    """Each button with an id of its own in the conversation: `<message>.<button>`."""
    options = [
        {**option, "id": f"{seq}.{number}"}
        for number, option in enumerate(reply.get("options", ()), 1)
    ]
    return {**reply, "options": options}


def check_text(text: str) -> None:
    """Raises Invalid when it is longer than a message may be, or holds what is no character."""
    if _NO_TEXT.search(text):
        raise Invalid("消息里有无法识别的字符，请重新输入。")
    if len(text) > LONGEST_TEXT:
        raise Invalid(f"消息太长（{len(text)} 字），请缩短到 {LONGEST_TEXT} 字以内，或分几次发送。")


def get_message(tx: Transaction, message_id: str) -> Message:
    rows = tx.all(f"{_SELECT_MESSAGE} WHERE message.id = :id", id=message_id)
    if not rows:
        raise NotFound("没有这条消息。")
    return _message(rows[0])


def find_by_client_id(tx: Transaction, conversation_id: str, client_id: str) -> Message | None:
    """The asker's message that the channel gave this id, if it is there already."""
    rows = tx.all(
        f"{_SELECT_MESSAGE} WHERE message.conversation_id = :conversation AND client_id = :id",
        conversation=conversation_id,
        id=client_id,
    )
    return _message(rows[0]) if rows else None


def find_reply_to(tx: Transaction, message_id: str) -> Message | None:
    """What the assistant answered to a message."""
    rows = tx.all(f"{_SELECT_MESSAGE} WHERE message.answers = :id", id=message_id)
    return _message(rows[0]) if rows else None


def load_messages(
    tx: Transaction,
    conversation_id: str,
    after: int = 0,
    *,
    private: bool = False,
    limit: int = _PAGE,
) -> list[Message]:
    """Messages after a sequence number, in order; internal notes only with `private`."""
    rows = tx.all(
        f"{_SELECT_MESSAGE} WHERE message.conversation_id = :conversation AND seq > :after"
        " AND (message.private = 0 OR :private = 1) ORDER BY seq LIMIT :limit",
        conversation=conversation_id,
        after=after,
        private=int(private),
        limit=limit,
    )
    return [_message(row) for row in rows]


def find_offer(tx: Transaction, message: Message) -> Message | None:
    """What the asker was offered to choose from just before this message."""
    rows = tx.all(
        f"{_SELECT_MESSAGE} WHERE message.conversation_id = :conversation AND seq = :seq"
        " AND author = 'assistant' AND message.kind = 'clarify' AND message.private = 0",
        conversation=message.conversation_id,
        seq=message.seq - 1,
    )
    return _message(rows[0]) if rows else None


def find_seq(tx: Transaction, conversation_id: str, cursor: str) -> int:
    """The sequence number that a reader's cursor means: a message id, or the number itself; the
    beginning when it is empty."""
    if not cursor:
        return 0
    seq = tx.value(
        "SELECT seq FROM message WHERE conversation_id = :conversation AND id = :id",
        conversation=conversation_id,
        id=cursor,
    )
    if seq is not None:
        return int(seq)
    if cursor.isascii() and cursor.isdigit() and len(cursor) < 16:
        return int(cursor)
    raise Invalid("after 应为本会话中一条消息的编号。")


def keep_attachment(tx: Transaction, conversation_id: str, attachment: Attachment) -> str:
    """Store a file of the conversation; its id. Raises Invalid when it is too large or empty."""
    if len(attachment.content) > LARGEST_ATTACHMENT:
        raise Invalid("文件太大，请控制在 20 MB 以内。")
    if not attachment.content:
        raise Invalid("文件是空的，请重新选择。")
    attachment_id = new_id()
    tx.insert(
        "attachment",
        id=attachment_id,
        conversation_id=conversation_id,
        filename=attachment.filename[-120:] or "文件",
        media_type=attachment.media_type or "application/octet-stream",
        size=len(attachment.content),
        content=attachment.content,
        created_at=tx.now,
    )
    return attachment_id


def get_attachment(tx: Transaction, conversation_id: str, attachment_id: str) -> Attachment:
    """A file of this conversation. Raises NotFound."""
    row = tx.one(
        "SELECT filename, media_type, content FROM attachment"
        " WHERE id = :id AND conversation_id = :conversation",
        id=attachment_id,
        conversation=conversation_id,
    )
    if row is None:
        raise NotFound("没有这个文件。")
    return Attachment(row["filename"], row["media_type"], bytes(row["content"]))


_SELECT_MESSAGE = (
    "SELECT message.*, staff.name AS staff_name, attachment.filename AS filename,"
    " attachment.media_type AS media_type, attachment.size AS size FROM message"
    " LEFT JOIN staff ON staff.id = message.staff_id"
    " LEFT JOIN attachment ON attachment.id = message.attachment_id"
)


def _insert(
    tx: Transaction,
    conversation_id: str,
    channel: Channel,
    external_id: str,
    token_hash: str,
    region: str | None,
    project_token: str | None,
    asker_name: str = "",
) -> None:
    tx.insert(
        "conversation",
        id=conversation_id,
        channel=channel,
        external_id=external_id,
        token_hash=token_hash,
        asker_name=asker_name[:80],
        region=region,
        project_token=project_token,
        created_at=tx.now,
        updated_at=tx.now,
    )


def _conversation(row: Row) -> Conversation:
    return Conversation(
        id=row["id"],
        channel=row["channel"],
        external_id=row["external_id"],
        asker_name=row["asker_name"],
        region=row["region"],
        project_token=row["project_token"],
        context=json.loads(row["context"]),
    )


def _message(row: Row, reply: dict[str, Any] | None = None) -> Message:
    """The message of a row; `reply` where what the row holds of it is at hand."""
    if reply is None and row["reply"]:
        reply = json.loads(row["reply"])
    attachment = None
    if row["attachment_id"]:
        attachment = {
            "id": row["attachment_id"],
            "filename": row["filename"],
            "media_type": row["media_type"],
            "size": row["size"],
        }
    return Message(
        id=row["id"],
        conversation_id=row["conversation_id"],
        seq=row["seq"],
        author=row["author"],
        kind=row["kind"],
        text=row["text"],
        created_at=row["created_at"],
        private=bool(row["private"]),
        staff_id=row["staff_id"],
        staff_name=row["staff_name"],
        reply=reply,
        answers=row["answers"],
        ticket_id=row["ticket_id"],
        delivery=row["delivery"],
        delivery_error=row["delivery_error"],
        attachment=attachment,
    )
