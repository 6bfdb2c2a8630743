"""Files as offices really make them: footnotes, merged cells, whole pages in a form, odd bytes."""

import io
import zipfile

import docx
import pypdf
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml.parser import parse_xml
from docx.table import Table

from knowledge.clauses import walk
from knowledge.errors import UnreadableDocument
from knowledge.files import read_lines
from knowledge.lines import mend
from tests.policy_files import parsed, paths, pdf_file, saved, text_at, word_file

_WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_HEAD = ["某市代办服务办法", "第一条 代办服务不收费。", "第二条 办理时限见下表："]


def mended(data: bytes, filename: str) -> list[str]:
    return [line.text for line in mend(read_lines(data, filename))]


def fill(table: Table, rows: list[list[str]]) -> None:
    for number, texts in enumerate(rows):
        for column, text in enumerate(texts):
            table.cell(number, column).text = text


def test_a_footnote_of_word_stands_in_the_clause_that_refers_to_it() -> None:
    document = docx.Document()
    document.add_paragraph(_HEAD[0])
    referring = document.add_paragraph(_HEAD[1])
    document.add_paragraph("第二条 五个工作日办结。")
    notes = (
        f'<w:footnotes {_WORD}><w:footnote w:id="0"><w:p/></w:footnote><w:footnote w:id="2"><w:p>'
        "<w:r><w:t>第三方的中介费</w:t></w:r></w:p><w:p><w:r><w:t>除外。</w:t></w:r></w:p>"
        "</w:footnote></w:footnotes>"
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    name = PackURI("/word/footnotes.xml")
    part = Part(name, kind, notes.encode(), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    referring._p.append(parse_xml(f'<w:r {_WORD}><w:footnoteReference w:id="2"/></w:r>'))
    found = parsed(saved(document), "a.docx")
    assert text_at(found, "第一条") == "代办服务不收费。\n注：第三方的中介费除外。"
    assert text_at(found, "第二条") == "五个工作日办结。"


def test_cells_of_word_that_are_merged_downwards_say_in_each_row_what_it_is_of() -> None:
    document = docx.Document()
    table = document.add_table(rows=4, cols=3)
    rows = [["阶段", "事项", "时限"], ["立项", "备案", "1日"], ["", "核准", "5日"]]
    fill(table, [*rows, ["施工", "许可", "3日"]])
    table.cell(1, 0).merge(table.cell(2, 0))
    assert mended(saved(document), "a.docx") == [
        "阶段 | 事项 | 时限",
        "立项 | 备案 | 1日",
        "立项 | 核准 | 5日",
        "施工 | 许可 | 3日",
    ]


def test_a_table_of_word_within_a_cell_is_read_once() -> None:
    document = docx.Document()
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text = "材料"
    fill(table.cell(0, 1).add_table(1, 2), [["申请表", "一份"]])
    assert mended(saved(document), "a.docx") == ["材料 | 申请表 | 一份"]


def test_what_nobody_sees_in_word_is_not_read() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("第一条 代办不收费")._p
    for run in (
        "<w:rPr><w:vanish/></w:rPr><w:t>，除非另有约定</w:t>",
        '<w:rPr><w:vanish w:val="0"/></w:rPr><w:t>，也不收</w:t>',
        "<w:ruby><w:rt><w:r><w:t>shì</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>试</w:t></w:r>"
        "</w:rubyBase></w:ruby>",
    ):
        paragraph.append(parse_xml(f"<w:r {_WORD}>{run}</w:r>"))
    assert mended(saved(document), "a.docx") == ["第一条 代办不收费，也不收试"]


@pytest.mark.parametrize("filename", ["a.txt", "a.md"])
def test_signs_within_a_line_are_no_bullets(filename: str) -> None:
    text = (
        "# 某市代办服务办法\n\n**第一条** 时限为3 - 5个工作日，限于 A + B 类、长 2 * 3 米、"
        "等级 > 二级。\n\n**第二条** 代办不收费。\n"
    )
    found = parsed(text, filename)
    assert paths(found) == ["第一条", "第二条"]
    said = text_at(found, "第一条")
    assert [sign for sign in ("3 - 5", "A + B", "2 * 3", "> 二级") if sign not in said] == []


PAGE = """<html><body><form id="form1" method="post" action="show.aspx?id=1">
<input type="hidden" value="x"><div class="top"><ul><li>首页</li><li>办事服务</li></ul></div>
<h1>某市代办服务办法</h1>
<div><p>第一条 代办服务不收费。</p><p>第二条 办理时限见下表：</p>
<table><tr><td rowspan="2">立项</td><td>备案</td><td>1日</td></tr>
<tr><td>核准</td><td>5日</td></tr><tr><td colspan="2">施工许可</td><td>3日</td></tr></table>
<p>第三条 本办法自2025年7月1日起施行。</p>
<p>某市政务服务局</p><p>2025年6月18日</p></div>
<div>分享到：微信 微博</div><div>上一篇：施工图审查办法</div><div>下一篇：没有了</div>
<div>主办：某市人民政府办公室 网站标识码：9100000001 某ICP备05000000号</div>
<p>联系我们 | 网站地图</p>
</form></body></html>"""


def test_a_page_that_stands_in_a_form_as_a_whole() -> None:
    found = parsed(PAGE.encode("gb18030"), "a.html")
    assert (found.title, found.issued_on) == ("某市代办服务办法", "2025-06-18")
    assert paths(found) == ["文头", "第一条", "第二条", "第三条", "附注"]
    assert text_at(found, "第二条").splitlines() == [
        "办理时限见下表：",
        "立项 | 备案 | 1日",
        "立项 | 核准 | 5日",
        "施工许可 | 3日",
    ]
    assert text_at(found, "第三条") == "本办法自2025年7月1日起施行。"
    assert "下一篇" in text_at(found, "附注")  # nothing is lost, and no clause says it


def test_a_number_that_a_page_sets_in_pieces_stays_one() -> None:
    page = (
        "<html><body><table><tr><td><p>许可</p><p>施工</p></td><td><span>1</span><b>5</b>个<br>"
        "工作日<script>x</script></td></tr></table></body></html>"
    )
    assert mended(page.encode(), "a.html") == ["许可施工 | 15个工作日"]


def test_gb18030_with_a_byte_order_mark() -> None:
    text = "# 某市代办服务办法\n\n第一条 代办服务\x0b不收费。\n第二条 五个工作日办结。\n"
    found = parsed(b"\x84\x31\x95\x33" + text.encode("gb18030"), "a.txt")
    assert found.title == "某市代办服务办法"
    assert [clause.text for clause in walk(found.clauses)] == [
        "代办服务不收费。",
        "五个工作日办结。",
    ]


def test_a_pdf_in_two_columns_is_read_down_the_left_one_first() -> None:
    size, left, right = 12.0, 72.0, 312.0
    words = "代办员依法办理不收费用"
    page = [(180.0, 790.0, 18.0, "某市项目代办工作规则"), (291.0, 40.0, 9.0, "7")]
    for row in range(12):
        y = 750.0 - 20 * row
        article, line = divmod(row, 3)
        for column, first in ((left, 1), (right, 5)):
            number = "一二三四五六七八"[article + first - 1]
            whole = f"{words}并应当如实记录"
            text = (f"第{number}条　{words}", whole, f"至第{number}年。")[line]
            page.append((column + (2 * size if line == 0 else 0), y, size, text))
    found = parsed(pdf_file([page]), "a.pdf")
    assert found.title == "某市项目代办工作规则"
    assert paths(found) == [f"第{n}条" for n in "一二三四五六七八"]
    for number in "一八":
        assert text_at(found, f"第{number}条") == f"{words}{words}并应当如实记录至第{number}年。"


def test_a_long_table_in_a_pdf_is_not_taken_for_columns() -> None:
    rows = [(f"事项{n}", f"由某市某局在{n}个工作日内办结，逾期说明原因。") for n in range(10, 24)]
    page = [
        (180.0, 790.0, 18.0, "某市办理时限表"),
        (72.0, 760.0, 12.0, "一、各事项的办理时限如下。"),
    ]
    for row, (name, text) in enumerate(rows):
        page += [(72.0, 740.0 - 20 * row, 12.0, name), (200.0, 740.0 - 20 * row, 12.0, text)]
    lines = mended(pdf_file([page]), "a.pdf")
    assert lines[2:] == [f"{name} | {text}" for name, text in rows]


def test_a_pdf_with_more_pages_than_can_be_read_is_refused_not_cut() -> None:
    writer = pypdf.PdfWriter()
    for _ in range(2001):
        writer.add_blank_page(100, 100)
    data = io.BytesIO()
    writer.write(data)
    with pytest.raises(UnreadableDocument, match="2001 页"):
        read_lines(data.getvalue(), "a.pdf")


def test_a_word_file_whose_text_unpacks_beyond_measure_is_refused() -> None:
    data = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(word_file(_HEAD))) as small,
        zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as large,
    ):
        for name in small.namelist():
            more = b" " * (41 * 1024 * 1024) if name == "word/document.xml" else b""
            large.writestr(name, small.read(name) + more)
    with pytest.raises(UnreadableDocument, match="过大"):
        read_lines(data.getvalue(), "a.docx")
