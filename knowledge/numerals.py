"""Numbers and dates as Chinese documents write them."""

import re
from collections.abc import Iterator
from datetime import date

_DIGITS = (
    {c: i for i, c in enumerate("〇一二三四五六七八九")} | dict.fromkeys("零○ＯO", 0) | {"两": 2}
)
CHINESE = "[一二三四五六七八九十百零〇]"

_YEAR = r"(?<!\d)((?:19|20)\d{2}|[一二][〇零○ＯO一二三四五六七八九]{3})"
_WRITTEN = re.compile(
    _YEAR + r"\s*年\s*(\d{1,2}|[一二三四五六七八九十]{1,2})\s*月"
    r"\s*(\d{1,2}|[一二三四五六七八九十廿]{1,3})\s*[日号]"
)
_SHORT = re.compile(_YEAR + r"([-/.])(\d{1,2})\2(\d{1,2})(?![\d.])")


def parse_number(text: str) -> int:
    """The number written as 12, １２, 十二, 一百零三 or 二〇二四. Raises ValueError."""
    if text.isdecimal():
        return int(text)
    if len(text) > 1 and all(c in _DIGITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text))
    total = current = 0
    for c in text.replace("廿", "二十"):
        if c in _DIGITS:
            current = _DIGITS[c]
        elif c in "十百":
            total += (current or 1) * (10 if c == "十" else 100)
            current = 0
        else:
            raise ValueError(text)
    return total + current


def write_number(number: int, digits: str = "〇一二三四五六七八九十百") -> str:
    """1 to 999 in Chinese: 一, 十, 十二, 二十, 一百零三."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = digits[hundreds] + digits[11] if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else digits[tens]) + digits[10]
    elif hundreds and ones:
        text += "零"
    return text + (digits[ones] if ones else "")


def find_dates(text: str) -> Iterator[tuple[int, str]]:
    """The calendar dates that a text names, as (position, ISO date), in order."""
    found = [(m.start(), m.groups()) for m in _WRITTEN.finditer(text)]
    found += [(m.start(), (m[1], m[3], m[4])) for m in _SHORT.finditer(text)]
    for position, (year, month, day) in sorted(found):
        try:
            moment = date(parse_number(year), parse_number(month), parse_number(day))
        except ValueError:
            continue
        yield position, moment.isoformat()


def only_date(line: str) -> str | None:
    """The ISO date when the line is a date and nothing else (a 落款)."""
    stripped = line.strip(" \u3000()（）")
    if not (_WRITTEN.fullmatch(stripped) or _SHORT.fullmatch(stripped)):
        return None
    return next((iso for _, iso in find_dates(stripped)), None)
