"""Where a document is a rule: read from its issuer and its title, or asked."""

import re

from knowledge.fields import OpenQuestion
from retrieval.places import ROOT, Gazetteer
from retrieval.segment import normalise

_NATIONAL = re.compile(
    r"(?:国务院|中共中央|全国人民代表大会|全国人大|国家[\u4e00-\u9fff]{2,14}(?:局|委员会|委|总局|办公室)"
    r"|中华人民共和国|[\u4e00-\u9fff]{2,10}部(?:办公厅)?(?:、|$))"
)
# A place below the one that the gazetteer knows: its rule must not be taken for the whole place's.
_BELOW = re.compile(
    r"[\u4e00-\u9fff]{0,8}?(?:自治[州县旗]|开发区|高新区|新区|园区|保税港?区|度假区|示范区"
    r"|(?<![社小片景城])区(?![域块划])|县|旗|镇(?!街)|(?<!城)乡(?![村建镇])|街道)"
)
_MISSING = "无法确定这份文件适用于哪个地区，请写明地区（如“三元区”）或六位代码。"


def read_region(
    gazetteer: Gazetteer, issuer: str | None, title: str
) -> tuple[str | None, OpenQuestion | None]:
    """The code of the region, or the question to ask when issuer and title leave it open."""
    by_issuer, unsure = _places(gazetteer, issuer or "")
    by_title, title_unsure = _places(gazetteer, title)
    if unsure or (not by_issuer and title_unsure):
        return None, _ask(gazetteer, [*by_issuer, *by_title])
    if len(by_issuer) == 1 and _agree(gazetteer, by_issuer[0], by_title):
        return by_issuer[0], None
    if not by_issuer and len(by_title) == 1:
        return by_title[0], None
    return None, _ask(gazetteer, [*by_issuer, *by_title])


def _agree(gazetteer: Gazetteer, issuer: str, by_title: list[str]) -> bool:
    """Whether the title names no place but the issuer's own or one above it."""
    above = gazetteer.lineage(issuer)
    return all(code in above for code in by_title)


def _places(gazetteer: Gazetteer, text: str) -> tuple[list[str], bool]:
    """The places named, and whether one stands there that the gazetteer does not know."""
    plain = normalise(text)
    named = [m for m in gazetteer.mentions(plain) if m.kind == "name"]
    places = list(gazetteer.places(plain))
    if not places:
        return ([ROOT], False) if _NATIONAL.match(plain) else ([], False)
    below = any(_BELOW.match(plain, m.end) for m in named if set(m.codes) & set(places))
    return places, below


def _ask(gazetteer: Gazetteer, codes: list[str]) -> OpenQuestion:
    candidates = tuple(dict.fromkeys(codes))
    if not candidates:
        return OpenQuestion("region", _MISSING)
    names = "、".join(gazetteer.path(code) for code in candidates)
    question = f"不能肯定这份文件适用于哪个地区（可能是{names}），请写明地区或六位代码。"
    return OpenQuestion("region", question, candidates)
