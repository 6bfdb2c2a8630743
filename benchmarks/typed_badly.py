"""Copies of a bench folder whose questions are typed badly: with homophones, or in traditional."""

import json
import random
import shutil
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path

import jieba
import opencc
from pypinyin import lazy_pinyin

_SEED = 7
_COMMON = 3_500  # characters that people type instead
_LIKELY = 6  # of those of one sound, the most frequent


def write_copy(folder: Path, target: Path, change: Callable[[str], str]) -> Path:
    """The folder with every question changed."""
    shutil.copytree(folder, target, copy_function=shutil.copyfile)
    rows = [json.loads(line) for line in (folder / "queries.jsonl").read_text("utf-8").splitlines()]
    changed = [{**row, "query": change(row["query"])} for row in rows]
    lines = [json.dumps(row, ensure_ascii=False) for row in changed]
    (target / "queries.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    return target


def traditional() -> Callable[[str], str]:
    convert: Callable[[str], str] = opencc.OpenCC("s2t").convert
    return convert


def two_homophones() -> Callable[[str], str]:
    """Two characters, drawn with a fixed seed, become frequent ones that sound the same."""
    draw, alike = random.Random(_SEED), _alike()

    def change(text: str) -> str:
        characters = list(text)
        places = [place for place, char in enumerate(text) if len(alike[_sound(char)]) > 1]
        for place in draw.sample(places, min(2, len(places))):
            others = [char for char in alike[_sound(text[place])] if char != text[place]]
            characters[place] = draw.choice(others[:_LIKELY])
        return "".join(characters)

    return change


@cache
def _sound(char: str) -> str:
    return str(lazy_pinyin(char)[0]) if "\u4e00" <= char <= "\u9fff" else ""


def _alike() -> dict[str, list[str]]:
    frequency: defaultdict[str, int] = defaultdict(int)
    with (Path(jieba.__file__).parent / "dict.txt").open(encoding="utf-8") as words:
        for line in words:
            word, count = line.split()[:2]
            for char in word:
                frequency[char] += int(count)
    alike: defaultdict[str, list[str]] = defaultdict(list)
    for char in sorted(frequency, key=lambda char: -frequency[char])[:_COMMON]:
        if _sound(char):
            alike[_sound(char)].append(char)
    return alike
