"""Radical code points that Chinese PDF files hold in the place of ordinary characters.

PDF writers map some glyphs back to the radical instead of the character (⼯ for 工, ⻓ for 长), so
the text looks right and is never found. NFKC mends the Kangxi radicals only; for the CJK Radicals
Supplement the pairs below follow Unicode's list of equivalent unified ideographs.
"""

import unicodedata

_SUPPLEMENT_START = 0x2E80
# In the order of the code points from U+2E80 on; a space has no equivalent.
_SUPPLEMENT = (
    " 厂乛乚乙亻冂𠘨刀刂卜㔾小小兀尣尢𡯂巳幺彑𫜹忄心扌攵 旡日月歺母"
    "民氵氺灬爫爫丬牛犭王𤴔目示礻𥫗糹纟罓罒㓁冗𦉫羊𦍌𦍋耂肀聿肉𦥑艹"
    "艹艹虎衤覀西见角𧢲讠贝𧾷车辶辶辶邑钅長镸长门𨸏阝雨青韦页风飞食𩙿"
    "飠饣𩠐马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟"
)
_KANGXI = range(0x2F00, 0x2FD6)
_COMPATIBILITY = (*range(0xF900, 0xFAD9 + 1), *range(0x2F800, 0x2FA1D + 1))


def _pairs() -> dict[int, str]:
    pairs = {
        _SUPPLEMENT_START + offset: character
        for offset, character in enumerate(_SUPPLEMENT)
        if character != " "
    }
    for code in (*_KANGXI, *_COMPATIBILITY):
        pairs[code] = unicodedata.normalize("NFKC", chr(code))
    return pairs


_PAIRS = _pairs()


def fold_radicals(text: str) -> str:
    """The same text with radicals and compatibility ideographs as ordinary characters."""
    return text.translate(_PAIRS)
