"""Texts as Telegram takes them: plain, within its limits, cut where a sentence ends."""

import re

TEXT_LIMIT = 4096
"""UTF-16 code units in one message."""
CAPTION_LIMIT = 1024

_SENTENCE_END = re.compile(r"[。！？；!?;…][”’」』）》\"')]*|\n")
_PAUSE = re.compile(r"[，、,：: ]")


def utf16_units(text: str) -> int:
    """The length of a text as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


def split_text(text: str, limit: int = TEXT_LIMIT) -> list[str]:
    """The text in pieces of at most `limit` UTF-16 units; [] when it is blank.

    Each piece ends at the last sentence end that fits, at a comma where there is none, and in
    the middle of a word only where there is nothing else.
    """
    pieces = []
    rest = text.strip()
    while utf16_units(rest) > limit:
        window = _prefix(rest, limit)
        ends = [match.end() for match in _SENTENCE_END.finditer(window)] or [
            match.end() for match in _PAUSE.finditer(window)
        ]
        cut = ends[-1] if ends else len(window)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest] if rest else pieces


def shorten(text: str, limit: int) -> str:
    """The text within `limit` UTF-16 units, with … where something was left out."""
    return text if utf16_units(text) <= limit else _prefix(text, limit - 1) + "…"


def _prefix(text: str, limit: int) -> str:
    """The longest beginning of at most `limit` UTF-16 units."""
    encoded = text.encode("utf-16-le")[: 2 * limit]
    return encoded.decode("utf-16-le", errors="ignore")  # half a surrogate pair is dropped
