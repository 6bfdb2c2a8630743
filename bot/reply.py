"""What the assistant says: one Reply, whatever the channel."""

from dataclasses import dataclass, field
from typing import Any, Literal

from faq.entries import Source

Kind = Literal["answer", "clarify", "handoff", "smalltalk", "notice"]
Target = Literal["passage", "place", "handoff", "rate", "reopen"]


@dataclass(frozen=True, slots=True)
class Option:
    """A button. `target` and `value` say what choosing it does; they stay with us.

    The id is given when the reply enters the transcript.
    """

    text: str
    target: Target
    value: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said to the asker. `ticket`: number, status, due_at (epoch ms)."""

    kind: Kind
    text: str
    options: tuple[Option, ...] = ()
    sources: tuple[Source, ...] = ()
    entry_id: str | None = None
    ticket: dict[str, Any] | None = None
    confidence: float = 0.0
    trace: dict[str, Any] = field(default_factory=dict)
    """Why it was decided so, for the desk; never sent to an asker."""

    def as_stored(self) -> dict[str, Any]:
        """Everything, for the transcript. Written out: `asdict` copies every value deeply."""
        return {
            "kind": self.kind,
            "text": self.text,
            "options": [
                {
                    "id": each.id,
                    "text": each.text,
                    "target": each.target,
                    "value": each.value,
                }
                for each in self.options
            ],
            "sources": [
                {name: getattr(source, name) for name in Source.__slots__}
                for source in self.sources
            ],
            "entry_id": self.entry_id,
            "ticket": self.ticket,
            "confidence": self.confidence,
            "trace": self.trace,
        }


def render_reply(stored: dict[str, Any]) -> dict[str, Any]:
    """The contract's reply of one that stands in the transcript."""
    return {
        "kind": stored["kind"],
        "text": stored["text"],
        "options": [{"id": o["id"], "text": o["text"]} for o in stored.get("options", ())],
        "sources": list(stored.get("sources", ())),
        "entry_id": stored.get("entry_id"),
        "ticket": stored.get("ticket"),
        "confidence": round(stored.get("confidence", 0.0), 4),
    }
