"""The chat API's bodies as OpenAPI shows them; the routes read and write them by hand."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from bot.web_requests import LONGEST_CLIENT_ID
from handoff.conversations import LONGEST_TEXT


class NewConversation(BaseModel):
    region: str | None = Field(None, description="地区的中文名称或六位代码")
    project: str | None = Field(None, description="项目二维码中的编号")


class Opened(BaseModel):
    id: str
    token: str = Field(description="之后的请求用 Authorization: Bearer 带上它")


class NewText(BaseModel):
    text: str = Field(max_length=LONGEST_TEXT)
    client_id: str | None = Field(
        None, max_length=LONGEST_CLIENT_ID, description="发送方自己的消息编号；重发不会重复"
    )


class NewFile(BaseModel):
    file: bytes = Field(description="图片、文件或语音，不超过 20 MB")
    text: str | None = Field(None, max_length=LONGEST_TEXT)
    client_id: str | None = Field(None, max_length=LONGEST_CLIENT_ID)


class Choice(BaseModel):
    option_id: str = Field(description="回复的 options 中的 id")
    client_id: str | None = Field(None, max_length=LONGEST_CLIENT_ID)


class NewRating(BaseModel):
    score: int = Field(ge=1, le=5, description="5 非常满意，1 非常不满意")
    comment: str | None = Field(None, max_length=1000)


class OptionView(BaseModel):
    id: str
    text: str


class SourceView(BaseModel):
    title: str
    document_number: str
    clause: str
    issuer: str
    region: str
    effective_from: str | None


class TicketView(BaseModel):
    number: str
    status: Literal["open", "claimed", "escalated", "resolved", "closed"]
    due_at: int = Field(description="承诺时限，毫秒时间戳")


class ReplyView(BaseModel):
    kind: Literal["answer", "clarify", "handoff", "smalltalk", "notice"]
    text: str
    options: list[OptionView]
    sources: list[SourceView]
    entry_id: str | None
    ticket: TicketView | None
    confidence: float


class ExchangeView(BaseModel):
    message_id: str
    reply: ReplyView | None


class AttachmentView(BaseModel):
    id: str
    filename: str
    media_type: str
    size: int


class MessageView(BaseModel):
    id: str
    seq: int
    author: Literal["asker", "assistant", "manager", "system"]
    kind: str
    text: str
    created_at: int = Field(description="毫秒时间戳")
    staff_name: str | None
    reply: ReplyView | None
    attachment: AttachmentView | None


class TicketState(TicketView):
    assignee: str | None
    first_reply_at: int | None
    rating: int | None


class TranscriptView(BaseModel):
    messages: list[MessageView]
    tickets: list[TicketState]


def documented(
    status: int, answer: type[BaseModel], *bodies: tuple[str, type[BaseModel]]
) -> dict[str, Any]:
    """Arguments of a route that reads its body and writes its answer by hand."""
    content = {kind: {"schema": model.model_json_schema()} for kind, model in bodies}
    extra = {"requestBody": {"required": True, "content": content}} if bodies else None
    return {
        "status_code": status,
        "responses": {status: {"model": answer}},
        "openapi_extra": extra,
        "response_model": None,
    }
