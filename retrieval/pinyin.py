"""Sounds of characters, and letters that are pinyin."""

import os
from functools import cache, lru_cache

# pypinyin's own list of phrases takes 58 MB and 0.2 s of every start; see _OTHERWISE.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")

from pypinyin import lazy_pinyin, load_phrases_dict  # reads the setting when imported

_LONGEST_PINYIN = 48  # letters typed in one go; anything longer is not pinyin
_LONGEST_SYLLABLE = 6  # zhuang

# Sounds that many speakers do not tell apart, by what they fold to; initials first.
_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))
_FINALS = (("ing", "in"), ("eng", "en"))
_HU_AS_F = {"hu": "fu", "hui": "fei", "hua": "fa", "huan": "fan", "huang": "fang", "hun": "fen"}


# Words in which a character sounds otherwise than it mostly does.
_OTHERWISE = (
    ("行", "hang", "银行 行业 行情 行规 同行 分行 支行 央行 商行 总行 行长 排行 行列 外行 内行"),
    ("重", "chong", "重新 重复 重建 重庆 重叠 重启 重审 重做 重报 重组 重申 重签 重办 双重 多重"),
    ("长", "chang", "长度 长期 长远 长久 长短 延长 全长 时长 多长 太长 长江 长沙 长春 特长 专长"),
    ("调", "tiao", "调整 调节 调解 调价 调试 调规 调和 调减 调增 调剂 协调 微调 空调"),
    ("会", "kuai", "会计 财会"),
    ("还", "huan", "归还 退还 返还 偿还 还款 还清 还给 发还 还贷 交还 还建"),
    ("校", "jiao", "校对 校核 校验 校正 审校"),
    ("差", "chai", "出差 差旅"),
    ("着", "zhuo", "着手 着重 着装 着落"),
    ("着", "zhao", "着急 着火"),
    ("率", "shuai", "率先 率领"),
    ("传", "zhuan", "传记 自传"),
    ("便", "pian", "便宜"),
    ("弹", "tan", "弹性"),
    ("藏", "zang", "西藏"),
    ("参", "cen", "参差"),
    ("得", "dei", "还得 总得"),
)
SEVERAL_SOUNDS = frozenset(char for char, _, _ in _OTHERWISE)


def _learn_readings() -> None:
    for char, sound, words in _OTHERWISE:
        for word in words.split():
            heard = [[sound] if other == char else lazy_pinyin(other)[:1] for other in word]
            load_phrases_dict({word: heard})


_learn_readings()


@lru_cache(maxsize=65_536)
def syllables(unit: str) -> tuple[str, ...]:
    """The sounds, without tones, of characters, or of letters that are pinyin throughout; else
    ()."""
    if not unit.isascii():
        return tuple(lazy_pinyin(unit, errors="ignore"))
    return split_pinyin(unit) if unit.isalpha() and len(unit) <= _LONGEST_PINYIN else ()


@lru_cache(maxsize=4096)
def split_pinyin(letters: str) -> tuple[str, ...]:
    """Cut letters into the fewest syllables that cover them all; () when they can't be covered."""
    best: list[tuple[str, ...] | None] = [()]
    for end in range(1, len(letters) + 1):
        ways: list[tuple[str, ...]] = []
        for start in range(max(0, end - _LONGEST_SYLLABLE), end):
            way = best[start]
            if way is not None and letters[start:end] in known_syllables():
                ways.append((*way, letters[start:end]))
        best.append(min(ways, key=len, default=None))
    return best[-1] or ()


@cache
def known_syllables() -> frozenset[str]:
    """Every sound of the characters of GB 2312."""
    codes = (bytes((row, cell)) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF))
    characters = (code.decode("gb2312", "ignore") for code in codes)
    return frozenset(sound for char in characters for sound in syllables(char))


@cache
def folded(syllable: str) -> str:
    """The same for syllables that are often confused: z/zh, c/ch, s/sh, n/l, in/ing, en/eng, and
    f/hu as in some dialects (hui, fei)."""
    syllable = _HU_AS_F.get(syllable, syllable)
    for written, kept in _INITIALS:
        if syllable.startswith(written):
            syllable = kept + syllable[len(written) :]
            break
    for written, kept in _FINALS:
        if syllable.endswith(written):
            syllable = syllable[: -len(written)] + kept
    return syllable
