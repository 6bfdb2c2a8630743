"""The parts of an official document: head, covering letter, body, endnotes and annexes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from knowledge.labels import leading_label
from knowledge.lines import Line
from knowledge.numerals import only_date

_YEAR_BRACKET = r"[〔\[【(（［﹝]\s*(?:19|20)\d{2}\s*[〕\]】)）］﹞]"
NUMBER = re.compile(
    rf"[\u4e00-\u9fffA-Za-z]{{1,14}}\s*{_YEAR_BRACKET}\s*(?:第\s*)?\d{{1,5}}\s*号"
    r"|(?:[\u4e00-\u9fff]{0,12}(?:政府|国务院|主席|部|委员会|委|署|总局|局)令|[\u4e00-\u9fff]{2,20}公告)"
    rf"\s*(?:{_YEAR_BRACKET}\s*)?第\s*[\d一二三四五六七八九十百〇]{{1,5}}\s*号"
    r"|\b(?:GB|DB\d{2,6}|T|JGJ|CJJ|[A-Z]{2,3})(?:/[TZ]|/[A-Z]{2,8})?\s*\d{2,6}(?:\.\d+)?\s*[-—–]{1,2}\s*(?:19|20)\d{2}\b"
)
KINDS = (
    "通知|通告|公告|公报|意见|决定|决议|命令|批复|函|纪要|报告|方案|办法|规定|细则|制度|规则|条例|规范"
    "|规程|指南|指引|计划|规划|要点|措施|清单|流程|标准|目录|纲要|说明|须知|导则|章程|公约|手册|预案|机制"
    "|守则|准则|举措|政策|条款|解读|问答|程序|安排|协议|法"
)
_EDITION = r"[（(〔\[][^（）()]{1,24}[）)〕\]]"
TITLE_END = re.compile(rf"(?:{KINDS})[》”]?\s*(?:{_EDITION})?$")
_EDITION_LINE = re.compile(
    r"[（(〔](?:[^（）()]{0,12}(?:试行|暂行|稿|草案|修订|修正|版|年本|年))[）)〕]"
)
ORGAN_END = re.compile(
    r"(?:政府|国务院|党委|[市省县区州]委|委员会|办公[厅室]|[局厅部署院会社处科站团]|中心|小组|专班|指挥部|集团|公司|银行|法院|检察院|大学)"
    r"(?:办公室)?(?:[（(].{1,20}[）)])?$"
)
_META = re.compile(
    r"(?:索引号|发文机关|发布机构|发文单位|制定机关|成文日期|生成日期|发文日期|发布日期|发布时间|公开日期|公布日期|发文字号|文号"
    r"|文件编号|标准编号|标题|名称|主题分类|主题词|体裁分类|信息分类|组配分类|有效性|效力状态|有效期|公开方式|公开范围|公开属性"
    r"|统一编号|统一登记号|规范性文件编号|信息来源|来源|时间|浏览次数|点击数|访问量|字号|字体|打印|作者|责任编辑|实施日期|施行日期|失效日期)"
    r"\s*(?:[:：|【]|$)"
)
_MARK = re.compile(
    r"特\s*急|加\s*急|平\s*急|急\s*件|[机秘绝]\s*密.{0,6}|内部资料.*|签发人[:：].*|[★☆].*|\d{6}|打印|分享.*"
    r"|首页.*|当前位置.*|[\x00-\x7f]+|第\s*\d+\s*号|.{0,12}(?:国家|地方|行业|团体|企业)标准|[\d-]{8,10}\s*发布.*|.{4,30}\s发布"
)
ENDNOTE = re.compile(
    r"[（(]?\s*(?:此件|本件)[^。]{0,12}公开|[（(]?\s*信息公开[类选形]|[（(]?\s*(?:联\s*系\s*(?:人|电\s*话|方式|单位|地址)|咨询电话|业务咨询)\s*[:：]"
    r"|抄\s*[送报]\s*[:：]|[主分]\s*送\s*[:：]|主题词\s*[:：]|责任编辑|[^。]{0,40}代章[）)]$|[^。：]{2,40}印\s*[发制]$|扫一扫|【?(?:打印|关闭)|附件下载|相关链接"
    r"|分享[到至]|[上下]一[篇条][:：]|(?:主|承)办(?:单位)?[:：]|版权所有|联系我们|网站(?:地图|标识码)|[^。]{0,60}ICP备|返回顶部|技术支持[:：]"
)
_ON_ITSELF = re.compile(r"本[\u4e00-\u9fff]{2,6}(?:自|从|由[^，。]{2,30}负责解释|有效期)")
_CLOSING = re.compile(rf"{_ON_ITSELF.pattern}|特此(?:通知|公告|函复)")
ANNEX_LIST = re.compile(r"附\s*件\s*[:：]")
ANNEX_START = re.compile(
    r"附\s*[件表录图]\s*(?P<number>\d{1,2}|[一二三四五六七八九十]{1,3}|[A-Z])?\s*(?:[-—–.]\s*\d{1,2})?\s*(?:[:：]\s*|\s+|$)(?P<title>.{0,60})$"
)
_CONTENTS = re.compile(r"目\s*[录次]")
_PAGED = re.compile(r"(?:[.…·．]{2,}|\t)\s*\d{1,3}$")
_ENCLOSED = re.compile(
    r"(?:印发|转发|下发|发布|公布|颁布|制定了?|通过了?|发给)\s*(?:关于)?《(?P<name>[^《》]*(?:《[^《》]*》[^《》]*)*)》"
)
_ENCLOSED_BARE = re.compile(r"(?:印发|转发|下发|发布|公布|颁发)(?P<name>[^《》]{4,60}?)的通知$")


@dataclass(slots=True)
class Parts:
    """The lines of a document by what they are; `title`: the plan's when a letter encloses one."""

    title: str = ""
    letter_title: str = ""
    head: list[Line] = field(default_factory=list)
    letter: list[Line] = field(default_factory=list)
    body: list[Line] = field(default_factory=list)
    endnotes: list[Line] = field(default_factory=list)
    annexes: list[tuple[str, list[Line]]] = field(default_factory=list)


def divide(lines: Sequence[Line]) -> Parts:
    """Tell the parts of a document apart; every line but the title's is in exactly one."""
    top, head, title, rest = _take_head(lines)
    parts = Parts(title=title, head=head)
    ordered = any(re.search(r"令$", line.text) for line in top)  # published by decree
    enclosed = _find_enclosed(title, rest, ordered)
    if enclosed is not None:
        start, after, name = enclosed
        parts.letter_title, parts.title = title, name
        parts.letter, rest = [*top, *rest[:start]], rest[after:]
        parts.head = []
        rest = _skip_repeated_number(rest, parts)
    rest = _take_contents(rest, parts)
    rest = _take_annexes(rest, parts)
    parts.body, parts.endnotes = _take_endnotes(rest)
    return parts


def is_meta(text: str) -> bool:
    """A line of the data sheet that official web pages print above a document."""
    return _META.match(text) is not None


def flat(text: str) -> str:
    """A title without spaces, marks and brackets, to compare two ways of writing it."""
    return re.sub(r"[\s《》〈〉“”\"'‘’（）()〔〕\[\]、，,。：:·\-—]", "", text)


def _is_prose(line: Line) -> bool:
    """Body text: a sentence, an addressee, a label or a table."""
    text = line.text
    if line.row and not is_meta(text):
        return True
    if leading_label(text) is not None:
        return True
    inner = re.sub(r"《[^》]*》", "", text)
    return bool(re.search(r"[。；]|[:：]$|，.*，", inner)) and not is_meta(text)


def _is_head_mark(line: Line) -> bool:
    text = line.text
    return bool(
        is_meta(text)
        or _MARK.fullmatch(text)
        or NUMBER.fullmatch(re.split(r"\s*签发人", text)[0].strip())
        or only_date(text)
        or re.fullmatch(r"[（(].*[）)]", text)
        or re.search(r"文\s*件$|人民政府令$|公报$", text)
    )


def _take_head(
    lines: Sequence[Line],
) -> tuple[Sequence[Line], list[Line], str, Sequence[Line]]:
    """All lines above the text, those of them that are not the title, the title, and the rest."""
    end = next((i for i, line in enumerate(lines) if _is_prose(line)), len(lines))
    groups = _title_groups(lines[: min(end, 40)])
    if not groups:
        return lines[:end], list(lines[:end]), "", lines[end:]
    first, last, title = groups[0]
    after = last
    while after < end and (again := _stays_above(lines, after, groups, title)):
        after = again
    head = [line for i, line in enumerate(lines[:after]) if not first <= i < last]
    return lines[:after], head, title, lines[after:]


def _stays_above(
    lines: Sequence[Line], index: int, groups: Sequence[tuple[int, int, str]], title: str
) -> int:
    """Where to go on when the line under a title is no text yet: a mark, an issuer, a title."""
    for first, last, text in groups[1:]:
        if first == index and _same(title, text):
            return last
    line = lines[index]
    issuer = ORGAN_END.search(line.text) and not TITLE_END.search(line.text) and not line.heading
    return index + 1 if _is_head_mark(line) or issuer else 0


def _same(one: str, other: str) -> bool:
    a, b = flat(one), flat(other)
    return bool(a) and bool(b) and (a == b or a.endswith(b) or b.endswith(a))


def _title_groups(head: Sequence[Line]) -> list[tuple[int, int, str]]:
    """Runs of lines that make a title, as (first, one past the last, joined text)."""
    groups: list[tuple[int, int, str]] = []
    start, text = -1, ""
    for i, line in enumerate(head):
        if _is_head_mark(line):
            start, text = -1, ""
            continue
        if start < 0 or _begins_title(head[start], text, line):
            start, text = i, line.text
        else:
            text += line.text
        if TITLE_END.search(text) or line.heading == 1:
            last = i + 1
            while last < len(head) and _EDITION_LINE.fullmatch(head[last].text):
                text += head[last].text
                last += 1
            groups.append((start, last, text))
            start, text = -1, ""
    return groups or _first_title(head)


def _begins_title(first: Line, text: str, line: Line) -> bool:
    """Whether a title starts anew at `line` rather than going on from `text`."""
    if (line.heading > 0) != (first.heading > 0):
        return True
    issuer = ORGAN_END.search(text) is not None and not TITLE_END.search(text)
    return issuer and (line.gap or line.text.startswith("关于"))


def _first_title(head: Sequence[Line]) -> list[tuple[int, int, str]]:
    """Where no line ends like a title: a marked heading, else the first line that is no mark."""
    candidates = [i for i, line in enumerate(head) if not _is_head_mark(line)]
    marked = [i for i in candidates if head[i].heading]
    chosen = (marked or [i for i in candidates if len(head[i].text) > 3])[:1]
    return [(i, i + 1, head[i].text) for i in chosen]


def _find_enclosed(title: str, rest: Sequence[Line], ordered: bool) -> tuple[int, int, str] | None:
    """Where the enclosed plan's title stands below its covering letter: (start, end, title)."""
    letter = re.search(r"(?:通知|公告|令|函|决定|批复)$", re.sub(rf"{_EDITION}$", "", title))
    if not letter and not ordered:
        return None
    names = _enclosed_names(title, rest)
    for start in range(len(rest)):
        for count in (1, 2, 3, 4):
            piece = rest[start : start + count]
            if len(piece) < count or not _may_be_title(piece[-1]):
                break
            text = "".join(line.text for line in piece)
            bare = re.sub(rf"{_EDITION}$", "", text)
            if len(text) > 5 and any(_same(bare, name) or _same(text, name) for name in names):
                return _with_edition((start, start + count, text), rest)
    return _after_sign_off(rest) if names else None


def _may_be_title(line: Line) -> bool:
    """Not a sentence, a date, a signature, a contact or a remark in brackets."""
    text = line.text
    if line.row or _is_prose(line) or only_date(text) or ENDNOTE.match(text):
        return False
    return not (
        ANNEX_START.fullmatch(text) or (ORGAN_END.search(text) and not TITLE_END.search(text))
    )


def _enclosed_names(title: str, rest: Sequence[Line]) -> list[str]:
    names = [match["name"] for match in _ENCLOSED.finditer(title)]
    if bare := _ENCLOSED_BARE.search(title):
        names.append(bare["name"])
    for line in rest[:8]:
        names += [
            match["name"]
            for match in re.finditer(r"[现将]\S{0,12}《(?P<name>[^《》]+)》", line.text)
        ]
        if re.search(
            r"印发给?你|予以(?:印发|公布)|现予|发给你们|遵照执行|认真(?:贯彻|组织|抓好)", line.text
        ):
            names += [match["name"] for match in _ENCLOSED.finditer(line.text)]
        if re.search(r"现予?(?:印发|公布|发布)|已经?[^。]{1,40}(?:同意|通过|批准)", line.text):
            names += [match[1] for match in re.finditer(r"《([^《》]+)》", line.text)]
    return [re.sub(rf"{_EDITION}$", "", name) for name in names if len(name) > 3]


def _with_edition(found: tuple[int, int, str], rest: Sequence[Line]) -> tuple[int, int, str]:
    start, end, text = found
    while end < len(rest) and _EDITION_LINE.fullmatch(rest[end].text):
        text, end = text + rest[end].text, end + 1
    return start, end, text


def _after_sign_off(rest: Sequence[Line]) -> tuple[int, int, str] | None:
    """A title right after the date under the letter, though it reads otherwise than announced."""
    signed = next((i for i, line in enumerate(rest[:40]) if only_date(line.text)), None)
    if signed is None:
        return None
    for start in range(signed + 1, min(signed + 6, len(rest))):
        line = rest[start]
        if _is_prose(line) or ENDNOTE.match(line.text) or ANNEX_START.fullmatch(line.text):
            continue
        if groups := _title_groups(rest[start : start + 4]):
            first, last, text = groups[0]
            return start + first, start + last, text
    return None


def _skip_repeated_number(rest: Sequence[Line], parts: Parts) -> Sequence[Line]:
    """A number or note under the enclosed title belongs to the head, not to the preface."""
    while rest and not _is_prose(rest[0]) and _is_head_mark(rest[0]):
        parts.head.append(rest[0])
        rest = rest[1:]
    return rest


def _take_contents(rest: Sequence[Line], parts: Parts) -> Sequence[Line]:
    """Move a table of contents to the head, so that its entries are not taken for the clauses."""
    start = next((i for i, line in enumerate(rest[:30]) if _CONTENTS.fullmatch(line.text)), None)
    if start is None:
        return rest
    end = start + 1
    while end < len(rest) and _PAGED.search(rest[end].text):
        end += 1
    if end == start + 1:
        end = _second(rest, start + 1)
    if end == start + 1:
        return rest
    parts.head += rest[start:end]
    return [*rest[:start], *rest[end:]]


def _second(rest: Sequence[Line], start: int) -> int:
    """Where the label at `start` comes again; `start` itself when there is none."""
    first = leading_label(rest[start].text) if start < len(rest) else None
    for index in range(start + 1, len(rest)):
        label = leading_label(rest[index].text)
        if first and label and (label.kind, label.number) == (first.kind, first.number):
            return index
    return start


def _take_annexes(rest: Sequence[Line], parts: Parts) -> Sequence[Line]:
    """Cut off the annexes that follow the body, each with its label (附件1)."""
    starts = [i for i in range(len(rest)) if _starts_annex(rest, i)]
    if not starts:
        return rest
    for start, end in zip(starts, [*starts[1:], len(rest)], strict=True):
        match = ANNEX_START.fullmatch(rest[start].text)
        assert match is not None  # _starts_annex has matched it
        label = re.sub(r"\s", "", rest[start].text[: match.start("title")]).rstrip(":：")
        lines = list(rest[start + 1 : end])
        if match["title"]:
            lines.insert(0, replace(rest[start], text=match["title"], heading=1))
        parts.annexes.append((label, lines))
    return rest[: starts[0]]


def _starts_annex(rest: Sequence[Line], index: int) -> bool:
    text = rest[index].text
    match = ANNEX_START.fullmatch(text)
    if match is None or index == 0 or rest[index].row:
        return False
    if re.search(r"[。；]$", text) or leading_label(match["title"]):
        return False
    following = rest[index + 1 : index + 2]
    if not following or ANNEX_START.fullmatch(following[0].text):
        return False
    after = following[0].text
    return not (only_date(after) or ENDNOTE.match(after) or _signs(rest, index + 1))


def _signs(rest: Sequence[Line], index: int) -> bool:
    """Whether an issuer with a date below it stands here: a signature, not an annex's title."""
    if not ORGAN_END.search(rest[index].text) or TITLE_END.search(rest[index].text):
        return False
    return any(only_date(line.text) for line in rest[index : index + 4])


def _take_endnotes(rest: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """Cut off what follows the body: list of annexes, signature, date, contacts, copies."""
    start = len(rest)
    while start > 0 and rest[start - 1].row and not _is_endnote(rest, start - 1, start):
        start -= 1  # a form below the signature
    if start == 0 or not _is_endnote(rest, start - 1, start):
        start = len(rest)
    while start > 0:
        above = start - 1 if _is_endnote(rest, start - 1, len(rest)) else _annex_list(rest, start)
        if above == start:
            break
        start = above
    if start > 0 and not re.search(r"[。；;]$", rest[start - 1].text):
        while start < len(rest) and _ON_ITSELF.match(rest[start].text):
            start += 1  # it stands under a heading of its own (附则)
    return list(rest[:start]), list(rest[start:])


def _is_endnote(rest: Sequence[Line], index: int, end: int) -> bool:
    line = rest[index]
    text = line.text
    if line.row or line.heading:
        return line.row and ENDNOTE.match(text) is not None
    if ENDNOTE.match(text) or only_date(text) or ANNEX_LIST.match(text) or _CLOSING.match(text):
        return True
    if len(text) > 44 or re.search(r"[，。；：:、]", text) or leading_label(text):
        return False
    if ORGAN_END.search(text):
        return index > 0 and not TITLE_END.search(text)
    # The first line of an issuer's name that is set on two lines.
    return index + 1 < end and ORGAN_END.search(rest[index + 1].text) is not None and len(text) < 20


def _annex_list(rest: Sequence[Line], end: int) -> int:
    """Where the list 附件：1.… 2.… begins when it is the last thing before `end`."""
    for index in range(end - 1, max(end - 30, -1), -1):
        text = rest[index].text
        if ANNEX_LIST.match(text):
            return index
        label = leading_label(text)
        if label is None or label.kind not in ("num", "nump", "pnum") or "。" in text:
            break
    return end
