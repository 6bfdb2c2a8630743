"""The curators' words: the dictionary of the field, and what people say for a standard word."""

from faq.entries import TOPIC
from faq.errors import EntryConflict, EntryInvalid
from storage import Transaction

_LONGEST = 20


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
    tx.announce(TOPIC)


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
