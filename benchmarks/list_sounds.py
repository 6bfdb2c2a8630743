"""Writes retrieval/sounds.txt: how characters sound, and words that hold one of several sounds.

    python -m benchmarks.list_sounds

The product reads that file and not pypinyin, whose list of phrases takes 58 MB and 0.2 s of every
start.
"""

from collections import defaultdict

from pypinyin import lazy_pinyin
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

from retrieval.lexicon import LONGEST, SEVERAL_SOUNDS
from retrieval.pinyin import SOUNDS

_LICENCE = (
    "# From pypinyin (MIT licence, copyright 2016 mozillazg, 闲耘), by benchmarks.list_sounds."
)


def main() -> None:
    characters: dict[str, str] = defaultdict(str)
    for code in sorted(PINYIN_DICT):
        if code <= 0xFFFF:
            for sound in lazy_pinyin(chr(code), errors="ignore"):
                characters[sound] += chr(code)
    lines = [_LICENCE, *(f"{sound} {found}" for sound, found in sorted(characters.items())), ""]
    lines += [
        f"{word} {' '.join(lazy_pinyin(word))}"
        for word in sorted(PHRASES_DICT)
        if len(word) <= LONGEST and not SEVERAL_SOUNDS.isdisjoint(word)
    ]
    SOUNDS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
