"""Puts questions to a running 小海马 over HTTP, for a scorer that calls `ask`.

The server's address is taken from the environment variable XHM_URL (http://127.0.0.1:8000).
Every session id gets a conversation of its own; the turns of one session share it.
"""

import json
import os
import urllib.error
import urllib.request
from typing import Any, Literal, TypedDict

Outcome = Literal["answer", "clarify", "handoff", "smalltalk", "error"]

BASE = os.environ.get("XHM_URL", "http://127.0.0.1:8000").rstrip("/") + "/api/v1"
TIMEOUT_SECONDS = 30.0
OUTCOMES: dict[str, Outcome] = {
    "answer": "answer",
    "clarify": "clarify",
    "handoff": "handoff",
    "smalltalk": "smalltalk",
}

# The server is near: a proxy set for the machine is not to be asked.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_conversations: dict[str, tuple[str, str]] = {}


class Result(TypedDict):
    """One reply as the scorer wants it."""

    reply: str
    outcome: Outcome
    options: list[str]
    citations: list[dict[str, Any]]


class Refused(Exception):
    """The server refused a request with a 4xx and a message for the asker."""


def ask(session_id: str, text: str, region: str = "") -> Result:
    """The reply to one message; `region` (a code) binds a new conversation to a place.

    A refusal with a message comes back as the outcome "error"; everything else that fails
    (5xx, a refusal without a message, no connection) is raised.
    """
    try:
        if session_id not in _conversations:
            opened = _post("/conversations", {"region": region} if region else {})
            _conversations[session_id] = (opened["id"], opened["token"])
        conversation, token = _conversations[session_id]
        reply = _post(f"/conversations/{conversation}/messages", {"text": text}, token)["reply"]
    except Refused as refusal:
        return Result(reply=str(refusal), outcome="error", options=[], citations=[])
    return Result(
        reply=reply["text"],
        outcome=_outcome(reply),
        options=[option["text"] for option in reply["options"]],
        citations=reply["sources"],
    )


def _outcome(reply: dict[str, Any]) -> Outcome:
    """The kind of a reply; a notice about an open ticket counts as its handoff."""
    if reply["kind"] == "notice":
        return "handoff" if reply["ticket"] else "smalltalk"
    return OUTCOMES[reply["kind"]]


def _post(path: str, body: dict[str, str], token: str = "") -> dict[str, Any]:
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(BASE + path, json.dumps(body).encode("ascii"), headers)
    try:
        with _opener.open(request, timeout=TIMEOUT_SECONDS) as response:
            answer: dict[str, Any] = json.load(response)
            return answer
    except urllib.error.HTTPError as error:
        with error:
            message = _refusal(error.read())
        if error.code < 500 and message:
            raise Refused(message) from error
        raise


def _refusal(body: bytes) -> str:
    """The message of an error body in the contract's form, or "" when it has another form."""
    try:
        return str(json.loads(body)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return ""
