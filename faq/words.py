"""The curators' words: the dictionary of the field, and what people say for a standard word."""

from dataclasses import dataclass

from faq.entries import TOPIC
from faq.errors import EntryConflict, EntryInvalid, EntryNotFound
from storage import Row, Transaction, new_id

Words = tuple[list[str], dict[str, str]]
"""All words for the segmenter, and the synonyms: what people say → the standard word."""

_LONGEST = 20


@dataclass(frozen=True, slots=True)
class WordChange:
    """What is done with a word: it comes to mean `standard` (None: it is a word of the field), or
    it is `removed`, and `standard` is what it meant."""

    word: str
    standard: str | None = None
    removed: bool = False


def add_word(tx: Transaction, word: str, standard: str | None, by: str) -> None:
    """A word of the field (`standard` None), or what people say for the word `standard`; what the
    word was before is replaced. Raises FaqError when `check_word` does."""
    word, standard = word.strip(), (standard or "").strip() or None
    check_word(tx, word, standard)
    tx.execute(
        "INSERT INTO word (word, standard, created_by, created_at)"
        " VALUES (:word, :standard, :by, :now)"
        " ON CONFLICT (word) DO UPDATE SET standard = :standard",
        word=word,
        standard=standard,
        by=by,
        now=tx.now,
    )
    _note(tx, WordChange(word, standard), by)


def check_word(tx: Transaction, word: str, standard: str | None) -> None:
    """Raises EntryInvalid for what is no word, EntryConflict for a synonym of a synonym: only one
    step is followed, so the other would be lost."""
    for each in (word, standard):
        if each is not None and not (1 < len(each) <= _LONGEST and any(map(str.isalnum, each))):
            raise EntryInvalid(f"词语和标准词应为 2 到 {_LONGEST} 个字。")
    if word == standard:
        raise EntryInvalid("同义词和标准词相同，不需要添加。")
    if standard is None:
        return
    if further := find_standard(tx, standard):
        raise EntryConflict(f"“{standard}”自己是“{further}”的同义词，标准词请填“{further}”。")
    other = tx.value(
        "SELECT word FROM word WHERE standard = :word ORDER BY word LIMIT 1", word=word
    )
    if other is not None:
        raise EntryConflict(f"“{word}”是“{other}”等词的标准词，不能再作同义词。")


def remove_word(tx: Transaction, word: str, by: str) -> None:
    """Forget a word; one that a colleague has just removed is gone already."""
    row = tx.one("DELETE FROM word WHERE word = :word RETURNING standard", word=word)
    if row is not None:
        _note(tx, WordChange(word, row["standard"], removed=True), by)


def find_removal(tx: Transaction, word: str) -> WordChange:
    """What removing a word would be. Raises EntryNotFound."""
    standard = find_standard(tx, word)
    if standard is None:
        raise EntryNotFound(f"没有“{word}”这个词，可能已经删除。")
    return WordChange(word, standard or None, removed=True)


def find_standard(tx: Transaction, word: str) -> str | None:
    """What a known word means: its standard word, "" for a word of the field; None: unknown."""
    row = tx.one("SELECT standard FROM word WHERE word = :word", word=word.strip())
    return None if row is None else row["standard"] or ""


def load_words(tx: Transaction, change: WordChange | None = None) -> Words:
    """What is known; with a change, what would be known after it."""
    rows = tx.all("SELECT word, standard FROM word ORDER BY word")
    meant = {row["word"]: row["standard"] for row in rows}
    if change is not None:
        meant.pop(change.word, None)
        meant |= {} if change.removed else {change.word: change.standard}
    synonyms = {word: standard for word, standard in meant.items() if standard}
    return sorted({*meant, *synonyms.values()}), synonyms


def load_word_log(tx: Transaction, most: int = 10) -> list[Row]:
    """What was done last: word, standard (None: a word of the field), removed (0/1), by, at."""
    return tx.all(
        "SELECT word, standard, removed, by, at FROM word_log ORDER BY at DESC, id LIMIT :most",
        most=most,
    )


def _note(tx: Transaction, change: WordChange, by: str) -> None:
    tx.insert(
        "word_log",
        id=new_id(),
        word=change.word,
        standard=change.standard,
        removed=int(change.removed),
        by=by,
        at=tx.now,
    )
    tx.announce(TOPIC)
