"""Long texts cut into pieces of a size at which BM25 compares them fairly."""

import re

from retrieval.passages import Passage

SIZE = 300  # characters
_SENTENCE = re.compile(r"[^。！？!?；;\n]*(?:[。！？!?；;]+[”」』）)]*\n?|\n|$)")


def sentences(text: str) -> list[str]:
    """The sentences of a text with their marks; a line of its own is one too."""
    return [found for found in _SENTENCE.findall(text) if found.strip()]


def windows(passage: Passage) -> list[str]:
    """The text of a clause in pieces of whole sentences, each with the title before it."""
    pieces = [""]
    for sentence in sentences(passage.text):
        if pieces[-1] and len(pieces[-1]) + len(sentence) > SIZE:
            pieces.append("")
        pieces[-1] += sentence
    return [f"{passage.title}\n{piece}" for piece in pieces]
