"""The curators' words: the dictionary of the field, and what people say for a standard word."""

from faq.entries import TOPIC
from faq.errors import EntryInvalid
from storage import Transaction

_LONGEST = 20


def add_word(tx: Transaction, word: str, standard: str | None, by: str) -> None:
    """A word of the field (`standard` None), or what people say for the word `standard`."""
    word, standard = word.strip(), standard.strip() if standard else None
    if not 1 < len(word) <= _LONGEST or (standard is not None and not standard):
        raise EntryInvalid(f"词语应为 2 到 {_LONGEST} 个字。")
    if word == standard:
        raise EntryInvalid("同义词和标准词相同，不需要添加。")
    tx.execute(
        "INSERT INTO word (word, standard, created_by, created_at)"
        " VALUES (:word, :standard, :by, :now)"
        " ON CONFLICT (word) DO UPDATE SET standard = :standard",
        word=word,
        standard=standard,
        by=by,
        now=tx.now,
    )
    tx.announce(TOPIC)


def remove_word(tx: Transaction, word: str) -> None:
    tx.execute("DELETE FROM word WHERE word = :word", word=word)
    tx.announce(TOPIC)


def find_standard(tx: Transaction, word: str) -> str | None:
    """What a known word means: its standard word, "" for a word of the field; None: unknown."""
    row = tx.one("SELECT standard FROM word WHERE word = :word", word=word.strip())
    return None if row is None else row["standard"] or ""


def load_words(tx: Transaction) -> tuple[list[str], dict[str, str]]:
    """All words for the segmenter, and the synonyms: what people say → the standard word."""
    rows = tx.all("SELECT word, standard FROM word ORDER BY word")
    synonyms = {row["word"]: row["standard"] for row in rows if row["standard"]}
    words = {row["word"] for row in rows} | set(synonyms.values())
    return sorted(words), synonyms
