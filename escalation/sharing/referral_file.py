"""A referral as a Word file that a screen reader can work with: real headings, header rows, a language and a title."""

from __future__ import annotations

import re
from datetime import UTC
from io import BytesIO
from zoneinfo import ZoneInfo

from docx import Document
from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm
from docx.table import Table

from escalation.sharing.redacting import ANOTHER_PERSON
from escalation.sharing.referral import Part, Referral

LANGUAGE = "en-GB"
NOT_AGREED = "Not agreed by the young person."
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def title(made: Referral) -> str:
    """What the file is called, in its heading and in its properties."""
    return f"Referral from {made.organisation}, case {made.reference}"


def facts(made: Referral, zone: ZoneInfo) -> list[tuple[str, str]]:
    """What stands at the top: from whom, to whom, and what the sharing rests on."""
    lines = [
        ("To", made.recipient),
        ("From", f"{made.by}, {made.organisation}"),
        ("Made on", f"{made.made_at.astimezone(zone):%d %B %Y, %H:%M}"),
        ("Our reference", made.reference),
    ]
    if made.agreed_at:
        lines.append(("Agreed by the young person", f"{made.agreed_at.astimezone(zone):%d %B %Y, %H:%M}, in the chat"))
    if made.basis:
        when = f"{made.basis.at.astimezone(zone):%d %B %Y, %H:%M}"
        lines += [
            ("Shared without agreement", f"Decided by {made.basis.by}, on {when}"),
            ("Legal basis", made.basis.legal_basis),
            ("Reason", made.basis.reason),
        ]
    return lines


def word(made: Referral, zone: ZoneInfo) -> bytes:
    """The file."""
    document = Document()
    _properties(document, made)
    document.add_heading(title(made), level=1)
    document.add_paragraph("Confidential. For the recipient only. Whatever is marked as not agreed was shared on the decision named here.")
    document.add_heading("About this referral", level=2)
    _table(document, "About this referral", ("What", "Details"), facts(made, zone))
    for section, parts in made.sections.items():
        document.add_heading(section, level=2)
        _table(document, section, ("Question", "Answer"), [(_label(part), part.text) for part in parts])
    if made.places:
        document.add_paragraph(f"Names of other people were left out: “{ANOTHER_PERSON}” stands in their place.")
    _footer(document, made)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _label(part: Part) -> str:
    return part.label if part.agreed else f"{part.label}\n{NOT_AGREED}"


def _properties(document: WordDocument, made: Referral) -> None:
    """Title, language and author; nothing that the library's own template says of itself stays."""
    about = document.core_properties
    about.title, about.subject, about.author, about.last_modified_by = title(made), "Referral", made.organisation, made.organisation
    about.language, about.comments, about.keywords, about.category = LANGUAGE, "", "", ""
    about.created = about.modified = made.made_at.astimezone(UTC).replace(tzinfo=None)
    package = document.part.package
    for id in [id for id, link in package.rels.items() if link.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
        del package.rels[id]
    for language in document.styles.element.iter(qn("w:lang")):
        for name in ("w:val", "w:eastAsia"):
            language.set(qn(name), LANGUAGE)


def _table(document: WordDocument, name: str, heads: tuple[str, str], rows: list[tuple[str, str]]) -> None:
    table = document.add_table(rows=1, cols=2, style="Table Grid")
    table.autofit = False
    for cell, head in zip(table.rows[0].cells, heads, strict=True):
        cell.text = ""
        cell.paragraphs[0].add_run(head).bold = True
    for label, text in rows:
        first, second = table.add_row().cells
        first.text, second.text = _clean(label), _clean(text)
    for row in table.rows:
        row.cells[0].width, row.cells[1].width = Cm(5.5), Cm(10.5)
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    _describe(table, name)


def _describe(table: Table, name: str) -> None:
    """A name for whoever hears the table."""
    properties = table._tbl.tblPr
    caption = OxmlElement("w:tblCaption")
    caption.set(qn("w:val"), name)
    properties.append(caption)


def _footer(document: WordDocument, made: Referral) -> None:
    line = document.sections[0].footer.paragraphs[0]
    line.add_run(f"Confidential. {made.organisation}, case {made.reference}. Page ")
    run = line.add_run()
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run._r.append(_field(kind, text))


def _field(kind: str, text: str) -> BaseOxmlElement:
    if kind:
        part = OxmlElement("w:fldChar")
        part.set(qn("w:fldCharType"), kind)
        return part
    part = OxmlElement("w:instrText")
    part.text = text
    return part


def _clean(text: str) -> str:
    """Without the characters that no Word file can hold."""
    return _NOT_IN_XML.sub("", text)
