"""Files of each kind to lines, and what is refused."""

import io
import zipfile
from collections.abc import Callable

import docx
import pypdf
import pytest
from docx.oxml.parser import parse_xml

from knowledge.errors import UnreadableDocument
from knowledge.files import LARGEST_FILE, decode, read_lines
from knowledge.lines import mend
from tests.policy_files import DOCUMENTS, parsed, paths, pdf_file, saved, text_at, word_file

TEXT = "某市办事规则\n\n一、范围\n本规则适用于某市的小型项目。\n二、时限\n五个工作日办结。\n"
_WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def mended(data: bytes, filename: str) -> list[str]:
    return [line.text for line in mend(read_lines(data, filename))]


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def locked_pdf() -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf_file([[(90, 700, 16, "某市办事规则" * 4)]])))
    writer.encrypt("secret", algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
PDF = pdf_file([[(90, 700, 16, "某市办事规则"), (90, 670, 16, "一、本规则适用于某市的小型项目。")]])
BOMB = zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": bytes(260 * 1024 * 1024)})


@pytest.mark.parametrize(
    ("data", "filename", "says"),
    [
        (b"", "a.txt", "空的"),
        (b" \r\n\t", "a.md", "空的"),
        (b"<html><body><script>x</script></body></html>", "a.html", "没有文字"),
        (bytes(LARGEST_FILE + 1), "a.pdf", "20 MB"),
        (TEXT.encode(), "a.exe", "不支持"),
        (TEXT.encode(), "a", "没有扩展名"),
        (OLE, "a.doc", "另存为 docx"),
        (OLE, "a.docx", "另存为 docx"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a.docx", "密码"),
        (b"{\\rtf1 x}", "a.rtf", "另存为 docx"),
        (b"MZ\x90\x00" + bytes(200), "a.txt", "可执行程序"),
        (b"MZ\x90\x00" + bytes(200), "a.docx", "可执行程序"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "a.pdf", "图片"),
        (PDF, "a.docx", "PDF"),
        (PDF, "a.txt", "PDF"),
        (b"<!DOCTYPE html><html><body>x</body></html>", "a.txt", "网页"),
        (word_file(["一、甲。"]), "a.pdf", "Word"),
        (zipped({"[Content_Types].xml": b"", "xl/workbook.xml": b""}), "a.docx", "Excel"),
        (zipped({"a.txt": b"x"}), "a.docx", "压缩包"),
        (word_file(["一、甲。"])[:-700], "a.docx", "损坏"),
        (zipped({"[Content_Types].xml": b"<x", "word/document.xml": b"<y"}), "a.docx", "损坏"),
        (BOMB, "a.docx", "过大"),
        (TEXT.encode(), "a.docx", "损坏"),
        (PDF[:200], "a.pdf", "损坏"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 20, "a.pdf", "损坏"),
        (locked_pdf(), "a.pdf", "密码"),
        (pdf_file([[], []]), "a.pdf", "扫描件"),
        (pdf_file([[(90, 700, 16, "\ue001\ue002\ue003" * 8)]]), "a.pdf", "乱码"),
        (bytes(range(128, 256)) * 8, "a.txt", "编码"),
        (word_file([]), "a.docx", "没有文字"),
        (b"<html><body>" + b"<div>" * 5000 + b"x</body></html>", "a.html", "过深"),
        ("某市规则。\n".encode() * 250_000, "a.txt", "万字"),
    ],
)
def test_what_cannot_be_read_is_refused(data: bytes, filename: str, says: str) -> None:
    with pytest.raises(UnreadableDocument, match=says):
        read_lines(data, filename)


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode(),
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("gbk"),
        lambda text: text.encode("gb18030"),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
    ],
)
def test_encodings_of_text(encode: Callable[[str], bytes]) -> None:
    assert decode(encode(TEXT)) == TEXT
    assert "五个工作日办结。" in mended(encode(TEXT), "a.txt")


def test_short_gbk_text() -> None:
    assert decode("施工许可证怎么办".encode("gbk")) == "施工许可证怎么办"


def test_big5_text_is_not_taken_for_gbk() -> None:
    text = "建築工程施工許可辦理規則，適用於本市行政區域內的新建、改建項目。" * 3
    assert decode(text.encode("big5")) == text


@pytest.mark.parametrize(
    "line",
    ["— 3 —", "－12－", "- 4 -", "第3页 共5页", "第 3 页", "Page 2 of 9"],
)
def test_page_numbers_go_and_the_sentence_is_mended(line: str) -> None:
    text = f"一、办理方式\n项目单位到窗口提出申请，窗口人员应当当场核对申\n\n{line}\n\n请材料。\n"
    assert mended(text.encode(), "a.txt") == [
        "一、办理方式",
        "项目单位到窗口提出申请，窗口人员应当当场核对申请材料。",
    ]


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        ("全市 2024 年 工 作 要 点", "全市2024年工作要点"),
        ("某市\u3000行政\u00a0审批\u200b服务局", "某市 行政审批服务局"),
        ("总　则", "总则"),
        ("第五条　规定的材料", "第五条 规定的材料"),
        ("使用 OFD 格式 and PDF", "使用 OFD 格式 and PDF"),
        ("⼯程建设⻓期⻔窗", "工程建设长期门窗"),
        ("[bookmark: _GoBack]全面落实", "全面落实"),
        ("联系人：张某  电话：0000-1234567", "联系人：张某 电话：0000-1234567"),
    ],
)
def test_stray_characters(found: str, shown: str) -> None:
    assert mended(f"{found}\n".encode(), "a.txt") == [shown]


def numbered_document() -> bytes:
    """Word numbers its paragraphs itself: the numbers are not in their text."""
    document = docx.Document()
    levels = [
        ("chineseCounting", "%1、"),
        ("chineseCounting", "（%2）"),
        ("decimal", "%3."),
        ("decimalEnclosedCircleChinese", "%4"),
    ]
    made = "".join(
        f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{shape}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for i, (shape, text) in enumerate(levels)
    )
    numbering = document.part.numbering_part.element
    numbering.insert(
        0, parse_xml(f'<w:abstractNum {_WORD} w:abstractNumId="90">{made}</w:abstractNum>')
    )
    numbering.append(
        parse_xml(f'<w:num {_WORD} w:numId="90"><w:abstractNumId w:val="90"/></w:num>')
    )
    document.add_heading("某市项目管家办法", 0)
    for level, text in (
        (0, "总体要求"),
        (1, "基本原则"),
        (2, "坚持无偿服务。"),
        (2, "坚持依法服务，包括："),
        (3, "不收费；"),
        (3, "不代签。"),
        (1, "服务范围"),
        (2, "重点项目。"),
        (0, "附则"),
    ):
        paragraph = document.add_paragraph(text)
        paragraph._p.get_or_add_pPr().append(
            parse_xml(f'<w:numPr {_WORD}><w:ilvl w:val="{level}"/><w:numId w:val="90"/></w:numPr>')
        )
    last = document.add_paragraph("本办法自印发之日起施行。")
    last._p.append(parse_xml(f'<w:ins {_WORD} w:id="1"><w:r><w:t>有效期3年。</w:t></w:r></w:ins>'))
    last._p.append(
        parse_xml(f'<w:del {_WORD} w:id="2"><w:r><w:delText>删去的字</w:delText></w:r></w:del>')
    )
    return saved(document)


def test_automatic_numbers_of_word_are_written_out() -> None:
    document = parsed(numbered_document(), "a.docx")
    assert document.title == "某市项目管家办法"
    assert paths(document) == [
        "一、",
        "一、（一）",
        "一、（一）1.",
        "一、（一）2.",
        "一、（一）2.①",
        "一、（一）2.②",
        "一、（二）",
        "一、（二）1.",
        "二、",
    ]
    assert text_at(document, "二、") == "附则\n本办法自印发之日起施行。有效期3年。"


def test_tables_of_word_stay_where_they_are() -> None:
    document = docx.Document()
    document.add_paragraph("一、时限如下表：")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ["事项", "时限", "施工许可", "3个工作日"], strict=True):
        cell.text = text
    document.add_paragraph("二、其他")
    assert mended(saved(document), "a.docx") == [
        "一、时限如下表：",
        "事项 | 时限",
        "施工许可 | 3个工作日",
        "二、其他",
    ]


def test_content_controls_and_text_boxes_of_word_are_read() -> None:
    document = docx.Document()
    document.add_paragraph("一、甲。")
    body = document.element.body
    body.insert(
        1,
        parse_xml(
            f"<w:sdt {_WORD}><w:sdtContent><w:p><w:r><w:t>二、乙。</w:t></w:r></w:p>"
            "</w:sdtContent></w:sdt>"
        ),
    )
    boxed = document.add_paragraph("三、丙。")
    boxed._p.append(
        parse_xml(
            f"<w:r {_WORD}><w:pict><w:txbxContent><w:p><w:r><w:t>框内文字</w:t></w:r></w:p>"
            "</w:txbxContent></w:pict></w:r>"
        )
    )
    assert mended(saved(document), "a.docx") == ["一、甲。", "二、乙。", "三、丙。", "框内文字"]


def test_a_web_page_without_its_surroundings() -> None:
    lines = mended((DOCUMENTS / "page.html").read_bytes(), "page.html")
    assert "一、资金支持。对符合条件的项目给予最高20万元补助。" in lines
    assert lines[lines.index("二、审批提速") :][1:3] == ["1. 当日受理；", "2. 三日办结。"]
    assert "仓库 | 每平方米10元" in lines
    assert not any("版权" in line or "政务公开" in line or "var" in line for line in lines)


def test_markdown() -> None:
    text = "# 规则\n\n## **一、范围**\n\n见[说明](https://example.invalid/)。\n\n"
    text += "- （一）甲；\n- （二）乙。\n\n| 事项 | 时限 |\n|---|:-:|\n| 许可 | 3日 |\n"
    assert mended(text.encode(), "a.md") == [
        "规则",
        "一、范围",
        "见说明。",
        "（一）甲；",
        "（二）乙。",
        "事项 | 时限",
        "许可 | 3日",
    ]


def test_a_pdf_by_the_places_of_its_lines() -> None:
    """Two pages, first lines indented by two characters, full lines broken in mid-sentence."""
    left, indent, size = 90.0, 122.0, 16.0
    first = [
        (200.0, 780.0, 22.0, "某市门窗工程管理办法"),
        (indent, 740.0, size, "第一条　为规范门窗工程管理，保障工程质量和安全"),
        (left, 712.0, size, "，制定本办法。"),
        (indent, 684.0, size, "第二条　本办法适用于本市行政区域内的门窗工程。其"),
        (left, 656.0, size, "中，长度在3.5米以上的门窗，应当按照本办法第三条"),
        (290.0, 60.0, 10.0, "— 1 —"),
    ]
    second = [
        (left, 780.0, size, "规定报备。"),
        (indent, 752.0, size, "报备不收费。"),
        (indent, 724.0, size, "第三条　报备材料包括："),
        (indent, 696.0, size, "（一）申请表；"),
        (indent, 668.0, size, "（二）图纸。"),
        (left, 630.0, size, "序号"),
        (200.0, 630.0, size, "事项"),
        (left, 602.0, size, "1"),
        (200.0, 602.0, size, "报备"),
        (290.0, 60.0, 10.0, "— 2 —"),
    ]
    radicals = {"工": "\u2f2f", "长": "\u2ed3", "门": "\u2ed4"}
    document = parsed(pdf_file([first, second], radicals), "a.pdf")
    assert document.title == "某市门窗工程管理办法"
    assert text_at(document, "第一条") == "为规范门窗工程管理，保障工程质量和安全，制定本办法。"
    assert text_at(document, "第二条").endswith(
        "长度在3.5米以上的门窗，应当按照本办法第三条规定报备。"
    )
    assert text_at(document, "第二条第二款") == "报备不收费。"
    assert text_at(document, "第三条（二）") == "图纸。\n序号 | 事项\n1 | 报备"


def test_a_running_header_is_kept_once() -> None:
    pages = [
        [
            (90.0, 800.0, 10.0, "某市公报"),
            (90.0, 740.0, 16.0, f"第{n}条　本市的办理时限为{d}个工作日，法律另有规定的除外。"),
            (90.0, 712.0, 16.0, "特殊情况可以延长。"),
            (290.0, 60.0, 10.0, str(d)),
        ]
        for d, n in enumerate("一二三四", 1)
    ]
    lines = mended(pdf_file(pages), "a.pdf")
    assert lines.count("某市公报") == 1
    assert not {"1", "2", "3", "4"} & set(lines)
