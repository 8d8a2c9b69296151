"""Styles, font table and settings of the DOCX; its styles 正文 and 标题 1-4 are those of the standard."""

from typing import Any
from xml.sax.saxutils import escape

from docx import Document
from docx.document import Document as DocxDocument
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from portal.documents.docx_writer.setting import Look, character_properties, element
from portal.documents.fonts import PRINTED_NAMES, Face
from portal.documents.layout import TEXT_SIZE, TITLE_SIZE

HEADING_FACES = (Face.HEI, Face.KAI, Face.TEXT, Face.TEXT)

# What a machine without the named font may take instead.
ALTERNATIVES = {
    Face.TITLE: "华文中宋",
    Face.TEXT: "仿宋",
    Face.KAI: "楷体",
    Face.HEI: "SimHei",
    Face.SONG: "SimSun",
}

# Parts of python-docx's own template that a government document has no use for.
UNUSED = {
    RELATIONSHIP_TYPE.CUSTOM_XML,
    RELATIONSHIP_TYPE.NUMBERING,
    RELATIONSHIP_TYPE.WEB_SETTINGS,
    RELATIONSHIP_TYPE.FONT_TABLE,
    RELATIONSHIP_TYPE.THEME,
    RELATIONSHIP_TYPE.THUMBNAIL,
    RELATIONSHIP_TYPE.EXTENDED_PROPERTIES,
    "http://schemas.microsoft.com/office/2007/relationships/stylesWithEffects",
}


def new_document() -> DocxDocument:
    """Return an empty document with our styles, fonts and settings and nothing else."""
    document = Document()
    for relations in (document.part.rels, document.part.package.rels):
        for key in [key for key, relation in relations.items() if relation.reltype in UNUSED]:
            del relations[key]
    _set_styles(document.styles.element)
    _add_font_table(document)
    _set_settings(document.settings.element)
    for child in document.element.body[:-1]:
        document.element.body.remove(child)
    return document


def _set_styles(styles: Any) -> None:
    styles[:] = []
    styles.append(
        element(
            "docDefaults",
            element("rPrDefault", element("rPr", *character_properties(Look()), _language())),
            element("pPrDefault"),
        )
    )
    styles.append(_style("Normal", "Normal", Look(), default="1"))
    styles.append(_style("Title", "Title", Look(Face.TITLE, TITLE_SIZE, spacing=0)))
    for level, face in enumerate(HEADING_FACES, start=1):
        styles.append(_style(f"Heading{level}", f"heading {level}", Look(face, TEXT_SIZE), outline=level - 1))
    styles.append(
        parse_xml(
            f'<w:style {nsdecls("w")} w:type="table" w:default="1" w:styleId="TableNormal">'
            '<w:name w:val="Normal Table"/><w:uiPriority w:val="99"/><w:semiHidden/><w:unhideWhenUsed/>'
            '<w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/>'
            '<w:left w:w="80" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/><w:right w:w="80" w:type="dxa"/>'
            "</w:tblCellMar></w:tblPr></w:style>"
        )
    )


def _style(identifier: str, name: str, look: Look, *, outline: int | None = None, default: str = "") -> Any:
    style = element("style", type="paragraph", styleId=identifier)
    if default:
        style.set(qn("w:default"), default)
    style.append(element("name", val=name))
    if not default:
        style.append(element("basedOn", val="Normal"))
        style.append(element("next", val="Normal"))
    style.append(element("qFormat"))
    if outline is not None:
        style.append(element("pPr", element("keepNext"), element("outlineLvl", val=outline)))
    style.append(element("rPr", *character_properties(look)))
    return style


def _language() -> Any:
    return element("lang", val="en-US", eastAsia="zh-CN", bidi="ar-SA")


def _add_font_table(document: DocxDocument) -> None:
    fonts = "".join(
        f'<w:font w:name="{escape(PRINTED_NAMES[face])}"><w:altName w:val="{escape(ALTERNATIVES[face])}"/>'
        '<w:charset w:val="86"/><w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>'
        for face in Face
    )
    table = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts {nsdecls("w")}>{fonts}</w:fonts>'
    )
    part = Part(
        PackURI("/word/fontTable.xml"), CONTENT_TYPE.WML_FONT_TABLE, table.encode(), document.part.package
    )
    document.part.relate_to(part, RELATIONSHIP_TYPE.FONT_TABLE)


def _set_settings(settings: Any) -> None:
    settings[:] = [
        element("evenAndOddHeaders"),
        element("characterSpacingControl", val="compressPunctuation"),
        element(
            "compat",
            element("useFELayout"),
            element(
                "compatSetting",
                name="compatibilityMode",
                uri="http://schemas.microsoft.com/office/word",
                val=15,
            ),
        ),
        element("themeFontLang", val="zh-CN", eastAsia="zh-CN"),
    ]
