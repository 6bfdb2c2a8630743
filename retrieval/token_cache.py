"""The terms of texts that were cut before, in a file, so that a start need not cut them again."""

import json
import os
from collections.abc import Mapping
from pathlib import Path


class TokenCache:
    """Terms by text, for one way of cutting. Holds what was asked for or kept since it was loaded
    and forgets the rest when saved, so the file never holds more than the texts of one load."""

    def __init__(self, path: Path, fingerprint: str) -> None:
        self._path = path
        self._fingerprint = fingerprint
        self._old = _read(path, fingerprint)
        self._used: dict[str, str] = {}
        self._changed = False

    def recall(self, text: str) -> list[str] | None:
        """The terms of a text, or None when they are not known."""
        terms = self._old.get(text)
        if terms is None:
            terms = self._used.get(text)
        if terms is None:
            return None
        self._used[text] = terms
        return terms.split()

    def keep(self, text: str, terms: list[str]) -> None:
        """Notes the terms of a text; no term holds a space."""
        self._used[text] = " ".join(terms)
        self._changed = True

    def save(self) -> None:
        """Writes the file anew if anything came or went; only its owner may read it."""
        if not self._changed and len(self._used) == len(self._old):
            return
        content = json.dumps(
            {"fingerprint": self._fingerprint, "terms": self._used}, ensure_ascii=False
        )
        draft = self._path.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_text(content, encoding="utf-8", errors="surrogatepass")
        os.replace(draft, self._path)


def _read(path: Path, fingerprint: str) -> Mapping[str, str]:
    try:
        content = json.loads(path.read_text(encoding="utf-8", errors="surrogatepass"))
        if content["fingerprint"] == fingerprint:
            terms: dict[str, str] = content["terms"]
            return terms
    except (OSError, ValueError, KeyError, TypeError):
        pass  # absent or damaged: everything is cut again and the file written anew
    return {}
