"""What a document says about itself: number, issuer, region, dates. What is not sure is asked."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from knowledge.labels import leading_label
from knowledge.lines import Line
from knowledge.numerals import CHINESE, find_dates, only_date, parse_number
from knowledge.parts import NUMBER, ORGAN_END, Parts, is_meta

_N = rf"(\d{{1,3}}|两|{CHINESE}{{1,3}})"
_IN_FORCE = "(?:施行|实施|执行|生效|试行|实行)"
_FROM_DATE = re.compile(
    rf"[自从于]\s*(?P<date>[^，。；自从]{{6,16}}?)\s*起\s*(?:正式|开始)?\s*{_IN_FORCE}"
)
_FROM_ISSUE = re.compile(
    r"[自从]\s*(?:印发|发布|公布|发文|下发|颁布|签发|公告|通过)之日起\s*"
    rf"(?:(?:满|后)?{_N}\s*个?(工作日|日|天|月)后?)?[^。；]{{0,8}}?{_IN_FORCE}"
)
_UNTIL = re.compile(
    r"(?:有效期限?(?:截?至|到|为?自[^。；]{4,24}[至到])|(?:施行|实施|执行|有效)[至到])"
    r"\s*(?P<date>[^，。；）)]{6,14})"
)
_FOR_YEARS = re.compile(
    rf"(?:有效期限?|试行期限?|试行|暂行期)\s*[为是]?\s*{_N}\s*(?:年|周年)(?!\s*\d)"
)
_PASSED_BY = re.compile(
    r"(?:日|[（(，；\s]|^)([\u4e00-\u9fff]{2,20}?(?:人民政府|人民代表大会(?:常务委员会)?|委员会|[厅局部]))(?:令|第[^，。]{1,12}会议)"
)
_PUBLISHED_BY = re.compile(r"(.{4,30}?) 发布")  # the cover of a standard
_PRINTED = re.compile(r"印\s*[发制]$")
_META_VALUE = r"\s*(?:[:：|]|】)\s*"


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """What the parser cannot tell: the field, the question for the screen, what it might be."""

    field: str  # title, number, issuer, region, issued_on, effective_from or expires_on
    question: str
    candidates: tuple[str, ...] = ()


@dataclass(slots=True)
class Fields:
    """The fields found; None = not stated or not sure (then there is a question). Dates are ISO."""

    number: str | None = None
    issuer: str | None = None
    issued_on: str | None = None
    effective_from: str | None = None  # the first day in force
    expires_on: str | None = None  # the first day no longer in force
    questions: list[OpenQuestion] = field(default_factory=list)


def read_fields(parts: Parts) -> Fields:
    """Read the fields of a document from its parts."""
    fields = Fields()
    top = [*parts.head, *parts.letter]
    _choose(fields, "number", _numbers(top), "没有找到文号。如有文号，请填写；没有则不用填。")
    _choose(fields, "issuer", _issuers(parts), "没有找到发文机关。这份文件是哪个单位发的？")
    issued, printed = _issue_dates(parts)
    _choose(fields, "issued_on", issued or printed, "没有找到成文日期。这份文件是哪一天印发的？")
    _read_validity(fields, parts, next(iter([*printed, *issued]), None))
    return fields


def canonical_number(text: str) -> str:
    """A document number in its usual form: 某政发〔2024〕3号."""
    text = re.sub(r"\s", "", text)
    return re.sub(r"[〔\[【(（［﹝]((?:19|20)\d{2})[〕\]】)）］﹞]", r"〔\1〕", text)


def _choose(fields: Fields, name: str, found: Iterable[str], missing: str) -> None:
    values = list(dict.fromkeys(found))
    if len(values) == 1:
        setattr(fields, name, values[0])
    elif not values:
        fields.questions.append(OpenQuestion(name, missing))
    else:
        shown = "、".join(values)
        fields.questions.append(
            OpenQuestion(name, f"{_SHOWN[name]}有不止一种可能：{shown}。是哪一个？", tuple(values))
        )


_SHOWN = {
    "number": "文号",
    "issuer": "发文机关",
    "issued_on": "成文日期",
    "effective_from": "施行日期",
    "expires_on": "失效日期",
}


def _meta(lines: Iterable[Line], *names: str) -> list[str]:
    """The values of the data sheet above a document, as 发文字号：… or a table row."""
    found = []
    for line in lines:
        if not is_meta(line.text):
            continue
        for name in names:
            pattern = rf"{name}{_META_VALUE}([^|：:\s][^|：:]*?)(?=\s*\||\s+\S{{2,6}}[:：]|$)"
            found += [match[1].strip() for match in re.finditer(pattern, line.text)]
    return found


def _numbers(top: Sequence[Line]) -> list[str]:
    found = _meta(top, "发文字号", "文号", "文件编号", "标准编号")
    texts = [line.text for line in top]
    texts += [a + b for a, b in pairwise(texts) if re.search(r"令$", a)]  # set on two lines
    for line in texts:
        text = re.split(r"\s*签发人", line)[0].strip(" （）()")
        if NUMBER.fullmatch(text):
            found.append(text)
    return [canonical_number(each) for each in found if NUMBER.fullmatch(each)]


def _issuers(parts: Parts) -> list[str]:
    signed = _signature([*parts.body[-3:], *parts.endnotes]) or _signature(parts.letter)
    if signed:
        return signed
    if named := _meta([*parts.head, *parts.letter], "发文机关", "发布机构", "发文单位", "制定机关"):
        return named
    if headed := [name for line in [*parts.head, *parts.letter] if (name := _heads(line.text))]:
        return headed[:1]
    if published := [m[1] for line in parts.head if (m := _PUBLISHED_BY.fullmatch(line.text))]:
        return published
    if noted := [match[1] for line in parts.head if (match := _PASSED_BY.search(line.text))]:
        return noted[:1]
    title = re.match(r"(.{4,40}?)关于", parts.letter_title or parts.title)
    return [title[1]] if title and ORGAN_END.search(title[1]) else []


def _heads(text: str) -> str:
    """The issuer in a red head (某市人民政府文件) or a line that is an issuer's name alone."""
    name = re.sub(r"\s*(?:文\s*件|令)$", "", text)
    plain = ORGAN_END.search(name) and not re.search(r"[，。；：:、《]", name)
    return name if plain and 4 <= len(name) <= 40 else ""


def _signature(lines: Sequence[Line]) -> list[str]:
    """The names above the date at the end: one, or several that issue together."""
    dated = [i for i, line in enumerate(lines) if only_date(line.text)]
    if not dated:
        return []
    names: list[str] = []
    for line in reversed(lines[max(dated[-1] - 8, 0) : dated[-1]]):
        text = line.text
        if re.fullmatch(r"[（(].*[）)]", text):  # （…代章）
            continue
        if re.search(r"[，。；：:、《]", text) or len(text) > 44 or line.row or leading_label(text):
            break
        if ORGAN_END.search(text):
            names.insert(0, text)
        elif names and len(text) < 20:  # the first line of a name set on two lines
            names[0] = text + names[0]
        else:
            break
    return ["、".join(names)] if names else []


def _issue_dates(parts: Parts) -> tuple[list[str], list[str]]:
    """The dates of the signature (else of the head), and the day of printing (印发)."""
    ends = [*parts.body[-3:], *parts.endnotes]
    signed = _last_date(ends) or _last_date(parts.letter)
    top = [*parts.head, *parts.letter]
    if not signed:
        values = _meta(top, "成文日期", "发文日期", "生成日期")
        signed = [iso for value in values for _, iso in find_dates(value)]
    if not signed:
        notes = [line.text for line in parts.head if re.fullmatch(r"[（(].*[）)]", line.text)]
        signed = [iso for note in notes for iso in _publication(note)]
    if not signed:
        signed = [iso for line in parts.head if (iso := only_date(line.text))]
    if not signed:
        covers = [re.match(r"([\d-]{8,10})\s*发布", line.text) for line in parts.head]
        signed = [iso for cover in covers if cover for _, iso in find_dates(cover[1])]
    if not signed:
        values = _meta(top, "发布日期", "公布日期", "公开日期")
        signed = [iso for value in values for _, iso in find_dates(value)]
    tail = [
        *parts.endnotes,
        *parts.letter,
        *(line for _, lines in parts.annexes for line in lines[-3:]),
    ]
    printed = [
        iso for line in tail if _PRINTED.search(line.text) for _, iso in find_dates(line.text)
    ]
    return signed, printed


def _publication(note: str) -> list[str]:
    """The day of publication in a note under a title, else its first date."""
    dates = list(find_dates(note))
    published = [
        iso for at, iso in dates if re.match(r"[^年]*年[^日]*日[^，。；日]*[公发]布", note[at:])
    ]
    return published[:1] or [iso for _, iso in dates[:1]]


def _last_date(lines: Sequence[Line]) -> list[str]:
    dates = [iso for line in lines if (iso := only_date(line.text))]
    return dates[-1:]


def _read_validity(fields: Fields, parts: Parts, issued: str | None) -> None:
    texts = [line.text for line in (*parts.body, *parts.endnotes, *parts.letter, *parts.head)]
    starts: list[str] = []
    for text in texts:
        for match in _FROM_DATE.finditer(text):
            starts += [iso for _, iso in find_dates(match["date"])]
        for match in re.finditer(r"([\d-]{8,10})\s*实施$", text):  # the cover of a standard
            starts += [iso for _, iso in find_dates(match[1])]
        if issued is not None and (after := _FROM_ISSUE.search(text)):
            starts.append(_after(issued, after[1], after[2]))
    if len(set(starts)) > 1:
        _choose(fields, "effective_from", starts, "")
    elif starts:
        fields.effective_from = starts[0]
    _read_end(fields, texts, fields.effective_from or issued)


def _after(day: str, count: str | None, unit: str | None) -> str:
    """The day itself, or so many days or months later (working days are left to the reader)."""
    if count is None or unit == "工作日":
        return day
    number, start = parse_number(count), date.fromisoformat(day)
    if unit == "月":
        return _add_months(start, number).isoformat()
    return (start + timedelta(days=number)).isoformat()


def _add_months(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(day.year + year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError  # every month has 28 days


def _read_end(fields: Fields, texts: Sequence[str], start: str | None) -> None:
    ends: list[str] = []
    for text in texts:
        for match in _UNTIL.finditer(text):
            days = [date.fromisoformat(iso) for _, iso in find_dates(match["date"])]
            ends += [(day + timedelta(days=1)).isoformat() for day in days]
        for match in _FOR_YEARS.finditer(text):
            if start is not None:
                months = 12 * parse_number(match[1])
                ends.append(_add_months(date.fromisoformat(start), months).isoformat())
    if len(set(ends)) > 1:
        _choose(fields, "expires_on", ends, "")
    elif ends:
        fields.expires_on = ends[0]
