"""Post-processes pandoc's Word files: page setup, page numbers, document properties without a second title, centred figures."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from html import escape

from report_builder.document.fonts import EASTERN
from report_builder.document.material import Header
from report_builder.document.widths import NARROW
from report_builder.pages import PAPERS, Page

EQUATION = "Equation"  # table style of the row with a formula and its number
PAGE_BREAK = (
    '<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/></w:pPr>'
    '<w:r><w:br w:type="page"/></w:r></w:p>'
)
_ROW = re.compile(f'<w:tbl><w:tblPr><w:tblStyle w:val="{EQUATION}" ?/>.*?</w:tbl>', re.DOTALL)
_MIDDLE = '<w:tcPr><w:vAlign w:val="center"/></w:tcPr>'
_CLOSE = '<w:tblCellMar><w:left w:w="{0}" w:type="dxa"/><w:right w:w="{0}" w:type="dxa"/></w:tblCellMar><w:tblLook'
_NARROW = re.compile(f'(<w:tblPr><w:tblStyle w:val="){NARROW}(" ?/>.*?)<w:tblLook', re.DOTALL)
_FOOTER = "footer.xml"
_NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_NUMBERED = '<w:footerReference w:type="default" r:id="rIdFooter"/>'
_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"
_TWIPS = 1440 / 25.4  # per millimetre
_SIZED = re.compile(r'<w:rStyle w:val="TableText(\d+)" ?/>')
_ENTRY = re.compile(r"toc(\d)")
_PARAGRAPH = re.compile(r"<w:p>(?:<w:pPr>(<w:pStyle [^>]*/>)?|(?!<w:pPr>))")
_BROKEN = re.compile(rf"{re.escape(PAGE_BREAK)}((?:\s*<w:bookmark(?:Start|End)\b[^>]*/>)*\s*)(?={_PARAGRAPH.pattern})")
_CODE = re.compile(r'<w:p><w:pPr><w:pStyle w:val="SourceCode" ?/>.*?</w:p>', re.DOTALL)
_TABLE = re.compile(r"<w:tbl>.*?</w:tbl>", re.DOTALL)
_WHOLE_LINES, _WHOLE_ROWS = 16, 12  # code and tables of at most this length stand on one page
_CENTRED = ("Figure", "CaptionedFigure", "ImageCaption", "TableCaption")


def finish(content: bytes, header: Header) -> bytes:
    """Return pandoc's Word file with the page setup of its style, page numbers, document properties and our styles.

    Args:
        content: the file, without a title in its metadata, which pandoc would print.
        header: provides title and author for the properties.
    """
    changes: Mapping[str, Callable[[str], str]] = {
        "word/document.xml": lambda text: _paginate(text, header.page),
        "word/_rels/document.xml.rels": lambda text: _before("</Relationships>", _RELATION, text),
        "[Content_Types].xml": lambda text: _before("</Types>", _PART, text),
        "docProps/core.xml": lambda text: _set_properties(text, header),
        "word/styles.xml": lambda text: _style(text, header),
    }
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as taken:
        for entry in given.infolist():
            part = given.read(entry)
            change = changes.get(entry.filename)
            taken.writestr(entry, change(part.decode()).encode() if change else part, zipfile.ZIP_DEFLATED)
        footer = zipfile.ZipInfo(f"word/{_FOOTER}", given.infolist()[0].date_time)
        taken.writestr(footer, _PAGE_NUMBERS, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _before(mark: str, new: str, text: str) -> str:
    return text.replace(mark, new + mark, 1)


def _field(name: str) -> str:
    return f'<w:fldSimple w:instr=" {name} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'


_RELATION = f'<Relationship Type="{_KIND}" Id="rIdFooter" Target="{_FOOTER}"/>'
_PART = f'<Override PartName="/word/{_FOOTER}" ContentType="{_TYPE}"/>'
_PAGE_NUMBERS = (
    f'<?xml version="1.0" encoding="UTF-8"?><w:ftr {_NAMESPACES}><w:p><w:pPr><w:jc w:val="center"/></w:pPr>'
    f'{_field("PAGE")}<w:r><w:t xml:space="preserve"> / </w:t></w:r>{_field("NUMPAGES")}</w:p></w:ftr>'
)


def _paginate(text: str, page: Page) -> str:
    """Set paper size and page numbers, keep table rows whole, centre equation numbers vertically, and tighten narrow tables."""
    text = _ROW.sub(lambda row: row[0].replace("<w:tcPr />", _MIDDLE).replace("<w:tblLook", _CLOSE.format(0), 1), text)
    text = re.sub(r"(<w:tr\b[^>]*>)(?!<w:trPr>)", r"\1<w:trPr><w:cantSplit/></w:trPr>", text)
    text = _NARROW.sub(lambda found: f"{found[1]}Table{found[2]}{_CLOSE.format(40)}", text)
    text = _CODE.sub(_whole_code, _TABLE.sub(_whole_table, _start_pages(text)))
    text = _SIZED.sub(r'<w:sz w:val="\1"/><w:szCs w:val="\1"/>', text)  # direct, as a table's size overrides a style's
    start = text.rindex("<w:sectPr")
    section = text[start:].replace("</w:sectPr>", f"{_paper(page)}</w:sectPr>", 1)
    return text[:start] + re.sub(r"^<w:sectPr[^>]*>", lambda found: found[0] + _NUMBERED, section, count=1)


def _said(paragraphs: str, said: str, count: int = 0) -> str:
    """Return paragraphs with a property added to each, or to the first `count` of them."""

    def added(found: re.Match[str]) -> str:
        return f"{found[0]}{said}" if "<w:pPr>" in found[0] else f"{found[0]}<w:pPr>{said}</w:pPr>"

    return _PARAGRAPH.sub(added, paragraphs, count=count)


def _start_pages(text: str) -> str:
    """Turn breaks before a paragraph into a property of it: behind a full page, a break of its own would leave a page blank."""
    first, *others = _BROKEN.split(text)
    parts = [f"{gap}{_said(part, '<w:pageBreakBefore/>', 1)}" for gap, part in zip(others[::3], others[2::3], strict=True)]
    return first + "".join(parts)


def _whole_code(found: re.Match[str]) -> str:
    return found[0] if found[0].count("<w:br />") >= _WHOLE_LINES else _said(found[0], "<w:keepLines/>")


def _whole_table(found: re.Match[str]) -> str:
    """Keep the rows of a short table together, and panels with their caption."""
    *rows, last = re.split(r"(?=<w:tr\b)", found[0])
    if len(rows) > _WHOLE_ROWS:
        return found[0]
    panels = "<w:drawing>" in found[0]
    return "".join(_said(row, "<w:keepNext/>") for row in rows) + (_said(last, "<w:keepNext/>") if panels else last)


def section_end(page: Page, *, turned: bool) -> str:
    """Return a paragraph that ends a section of portrait or landscape (`turned`) pages."""
    return f"<w:p><w:pPr><w:sectPr>{_NUMBERED}{_paper(page, turned=turned)}</w:sectPr></w:pPr></w:p>"


def _paper(page: Page, *, turned: bool = False) -> str:
    width, height = PAPERS[page.text("paper")][:: -1 if turned else 1]
    margins = {
        "top": page.millimetres("margin-top"),
        "bottom": page.millimetres("margin-bottom"),
        "left": page.side,
        "right": page.side,
    }
    stated = " ".join(f'w:{side}="{length * _TWIPS:.0f}"' for side, length in margins.items())
    way = ' w:orient="landscape"' if turned else ""
    size = f'<w:pgSz w:w="{width * _TWIPS:.0f}" w:h="{height * _TWIPS:.0f}"{way}/>'
    return f'{size}<w:pgMar {stated} w:header="709" w:footer="709" w:gutter="0"/>'


def _set_properties(text: str, header: Header) -> str:
    """Replace the title, which pandoc leaves empty, and the author in the document properties."""
    text = re.sub(r"<dc:(title|creator)>.*?</dc:\1>|<dc:(title|creator) ?/>", "", text, flags=re.DOTALL)
    author = f"<dc:creator>{escape(header.author)}</dc:creator>" if header.author else ""
    return _before("</cp:coreProperties>", f"<dc:title>{escape(header.title)}</dc:title>{author}", text)


def _own(name: str) -> str:
    """Return the definition of a style that pandoc created for us: an entry of the contents, or what stays with a listing."""
    if level := _ENTRY.fullmatch(name):
        number_of_page = '<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="9298"/></w:tabs>'
        left = f'<w:ind w:left="{240 * int(level[1]) - 240}"/>'
        return f'<w:pPr>{number_of_page}<w:spacing w:before="0" w:after="40"/>{left}</w:pPr>'
    return "<w:pPr><w:keepNext/></w:pPr>" if name.startswith("Listing") else ""


def _centred(style: str) -> str:
    style = style.replace("<w:pPr>", '<w:pPr><w:jc w:val="center"/>')
    return style if "<w:jc" in style else _before("</w:style>", '<w:pPr><w:jc w:val="center"/></w:pPr>', style)


def _style(text: str, header: Header) -> str:
    """Adapt styles: heading colour, captions centred, whole and with what they name, smaller tables and code."""
    page, upright = header.page, header.language.partition("-")[0] in EASTERN

    def changed(found: re.Match[str]) -> str:
        style, name = found[0], found[1]
        if name.startswith("Heading") and "colour" in page.given:
            return re.sub(r"<w:color [^>]*/>", f'<w:color w:val="{page.text("colour")[1:]}"/>', style)
        if name in _CENTRED:
            return _centred(style)
        if name == "ListingCaption":
            style = re.sub(r'(<w:basedOn w:val=")\w+', r"\1Caption", style)
        if name == "Caption":
            return re.sub(r"<w:i ?/>", "" if upright else r"\g<0>", style.replace("<w:pPr>", "<w:pPr><w:keepLines/>", 1))
        if added := _own(name):
            return _before("</w:style>", added, style)
        if name == "Table":
            return style.replace("<w:tblPr>", '<w:rPr><w:sz w:val="20"/></w:rPr><w:tblPr><w:jc w:val="center"/>', 1)
        return style.replace('<w:sz w:val="22" />', '<w:sz w:val="17"/>') if name == "VerbatimChar" else style

    return re.sub(r'<w:style\b[^>]*w:styleId="(\w+)".*?</w:style>', changed, text, flags=re.DOTALL)
