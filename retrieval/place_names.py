"""What the names of Chinese places look like, and what marks a word as one: tables and patterns."""

import re
from pathlib import Path

# Short names that mean something else in most sentences.
ORDINARY_WORDS = frozenset(
    Path(__file__).with_name("place_words.txt").read_text(encoding="utf-8").split()
)
# Full names that any town may use for a part of itself, or that straddle words (市和县, 示范县).
_GENERIC = "城区 郊区 矿区 东区 西区 南区 北区 新城区 老城区 新市区 城中区 港口区 平房区 新建区"
_STRADDLING = "和县 应县 成县 新县 古县 代县 范县 兴县 息县 高县 单县 道县"
GENERIC_NAMES = frozenset(f"{_GENERIC} {_STRADDLING}".split())
# Without those whose character is too common a word (京, 津, 新, 青, 宁, 吉, 黑, 甘, 川).
ABBREVIATIONS = {
    "冀": "130000", "晋": "140000", "蒙": "150000", "辽": "210000", "沪": "310000", "苏": "320000",
    "浙": "330000", "皖": "340000", "闽": "350000", "赣": "360000", "鲁": "370000", "豫": "410000",
    "鄂": "420000", "湘": "430000", "粤": "440000", "桂": "450000", "琼": "460000", "渝": "500000",
    "黔": "520000", "滇": "530000", "陕": "610000",
}  # fmt: skip
_PEOPLES = (
    "壮|回|维吾尔|藏|苗|彝|侗|瑶|土家|白|哈尼|傣|黎|傈僳|佤|畲|拉祜|水|东乡|纳西|景颇|柯尔克孜|土|"
    "达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|鄂温克|裕固|独龙|鄂伦春|朝鲜|满|"
    "蒙古|哈萨克|布依|保安|各"
)
SUFFIX = re.compile(
    rf"^(?P<short>.{{2,}}?)(?:(?:(?:{_PEOPLES})族?)*(?P<autonomous>自治[区州县旗])|(?:回|达斡尔)族区"
    r"|特别行政区|地区|新区|林区|[省市区县旗盟镇乡]|街道)$"
)
# What follows tells that the last syllable is no suffix (三元区域, 北京市场), or that a short name
# is part of another name (北京路, 山东大学).
NO_SUFFIX = {"区": "域间块划", "市": "场", "县": "级"}
OTHER_NAME = re.compile(r"路(?!径|子|条)|街|大道|大学|学院|银行|大?桥(?!头)|大厦|广场|火车站|钱")
# A far county's short name counts behind or before one of these.
CUE_BEFORE = frozenset("在到去是和跟与把从对给来问我们你咱于回往,，。.、；;：:？?！!（(“\"'《 \n")
CUE_AFTER = frozenset("的那这有能可要也呢吗咋怎办算属境本当,，。.、；;：:？?！!）)”\"'》 \n")
IN = frozenset("在到去于驻")
JOINTS = ("", " ", "的", "·", "-", "/", ",", "，")
NEGATED_BEFORE = re.compile(
    r"(?:(?<!是)不是|并非|而非|不在|没在|不问|没问|不说|没说|除了?|排除|不包括|不含|不要|别给我)"
    r"(?:问|说|指|要|看|找)?(?:我们|咱们)?$"
    # of a person, not of the project
    r"|(?:我|老板|本人|^|[,，。 ])人(?:现在|目前|还|都|一直|常年)*在$|出差(?:在|到|去)$"
)
NEGATED_AFTER = re.compile(r"(?:的|这边)?(?:以外|之外|除外)")
CORRECTION_END = re.compile(r"(?:的|啊|呀|哦|了|吧)*[\s。.!！]*$")
# 我们公司在, 项目位于: what follows is where the asker is, not what is asked about.
OWN_PLACE_BEFORE = re.compile(
    r"(?:我|我们|咱|咱们|俺|本人|我方|我这边|我们这边|项目|公司|企业|单位|厂子?|厂房|工厂|地块|工地|店|人)"
    r"(?:这边|这儿|这里|注册地?|地址|现在|目前|都|就|呢|的|那个|这个|新|老|人|项目|公司|单位|企业|厂房?){0,3}"
    r"(?:在|是|位于|属于|属|坐落于?|落在|落户|建在|设在|注册在|来自)$"
)
LEVEL_WORD = re.compile(
    r"(?:(?:我们|咱们|你们|我|咱|你|本|全|该)(?:这个?|那个?)?(?P<own>[省市区县镇乡旗])(?![场民长委局域号])"
    r"|(?<![城小园社片厂景郊库新老辖地校院矿居东西南北中商集超夜门街闹])(?P<inner>[省市区县镇乡])"
    r"(?:里(?!程)|上的))"
)
LEVEL_OF = {
    "省": "省", "市": "市", "区": "区县", "县": "区县", "旗": "区县", "镇": "镇街", "乡": "镇街",
}  # fmt: skip
_ONE = "".join(ABBREVIATIONS)
ABBREVIATION = re.compile(
    rf"(?<=[在来赴驻入])(?P<there>[{_ONE}])"
    r"(?=$|[\s,，。？?！!]|投资|企业|项目|落[地户]|注册|发展|办|的|开|建|央企|国企|民企)"
    rf"|(?P<adjective>[{_ONE}])(?=企(?!业)|商(?![务业场品标])|籍)"
    rf"|(?<![\u4e00-\u9fff])(?P<number>[{_ONE}])(?=[\u4e00-\u9fff]{{1,6}}[〔\[])"
)


def names_of(name: str) -> tuple[list[str], str | None]:
    """The full names (恩施土家族苗族自治州, 恩施州) and the short name (恩施) of a place."""
    match = SUFFIX.match(name)
    if not match:
        return [name], None
    full = [name]
    if match["autonomous"] and match["autonomous"][-1] != "区":
        full.append(match["short"] + match["autonomous"][-1])
    elif name.endswith("族区"):
        full.append(match["short"] + "区")
    return full, match["short"]
