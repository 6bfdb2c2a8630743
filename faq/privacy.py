"""Keep what belongs to one asker out of what everybody may read."""

import re
from collections.abc import Iterable

_IDENTITY = re.compile(r"(?<![0-9A-Za-z])(\d{6})(?:\d{8}|\d{5})([\dXx]{4})(?![0-9A-Za-z])")
_MOBILE = re.compile(r"(?<!\d)((?:\+?86[- ]?)?1[3-9]\d)[- ]?\d{4}[- ]?(\d{4})(?!\d)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_CREDIT_CODE = re.compile(
    r"(?<![0-9A-Za-z])[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}(?![0-9A-Za-z])"
)
_COMPANY = re.compile(
    r"[\u4e00-\u9fa5A-Za-z0-9（）()·]{2,24}?(?:有限责任公司|股份有限公司|有限公司|集团公司|集团|事务所|合作社)"
)
_COMPANY_LEAD = re.compile(
    r"^(?:我们(?:公司)?(?:是|叫)?|我们|我(?:是|叫)?|这里是|你好|您好|请问|关于|是|叫)+"
)
_INTRODUCED = re.compile(
    r"(我叫|我是|本人|联系人[:：]?|姓名[:：]?|名字叫|找我[，,]?我?姓?)\s*"
    r"([\u4e00-\u9fa5]{2,3})(?=[，,。.；;！!\s、（(]|的|电话|手机|$)"
)
_NAMED = re.compile(  # the ways that are followed by nothing but a name
    r"(?:我叫|联系人[:：]?|姓名[:：]?|名字叫)\s*([\u4e00-\u9fa5]{2,3})(?=[，,。.；;！!\s、（(]|电话|手机|$)"
)
_TITLES = (
    "施工",
    "建设",
    "业主",
    "项目",
    "单位",
    "公司",
    "企业",
    "会计",
    "财务",
    "咨询",
    "代办",
    "甲方",
    "乙方",
    "来问",
    "想问",
    "新来",
)


_NARROW = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789Xx")


def mask_numbers(text: str) -> str:
    """Phone, identity and credit-code numbers with their middle hidden: 138****5678."""
    text = text.translate(_NARROW)
    text = _IDENTITY.sub(r"\1********\2", text)
    text = _CREDIT_CODE.sub(lambda found: found[0][:4] + "**********" + found[0][-4:], text)
    return _MOBILE.sub(r"\1****\2", text)


def remove_personal(text: str, names: Iterable[str] = ()) -> str:
    """The text without the asker's numbers, mail, company and name, for a candidate entry.

    `names` are names that are known from elsewhere (the messenger's profile, the company).
    A curator still reads the candidate before it is published.
    """
    text = text.translate(_NARROW)
    for pattern in (_IDENTITY, _CREDIT_CODE, _MOBILE):
        text = pattern.sub("（号码略）", text)
    text = _MAIL.sub("（邮箱略）", text)
    text = _COMPANY.sub(_without_company, text)
    text = _INTRODUCED.sub(_without_name, text)
    for name in names:
        if len(name.strip()) >= 2:
            text = text.replace(name.strip(), "（姓名略）")
    return text


def find_names(text: str) -> list[str]:
    """The names by which people introduce themselves, to be taken out of other texts as well."""
    return [name for name in _NAMED.findall(text) if not any(title in name for title in _TITLES)]


def _without_company(found: re.Match[str]) -> str:
    lead = _COMPANY_LEAD.match(found[0])
    return (lead[0] if lead else "") + "某公司"


def _without_name(found: re.Match[str]) -> str:
    if any(title in found[2] for title in _TITLES):
        return found[0]
    return f"{found[1]}（姓名略）"
