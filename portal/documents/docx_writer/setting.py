"""Lines of text as WordprocessingML, with every property spelt out.

No style of the reader's own template can then show through, and a copied paragraph keeps its look.
"""

from dataclasses import dataclass, replace
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from portal.documents import layout
from portal.documents.composition import printable
from portal.documents.fonts import PRINTED_NAMES, Face
from portal.documents.model import Align, Mark, Run, Text, runs_of

LINE_PITCH = 579  # twips: 225 mm in 22 lines
# 28 characters of 16 pt need 448 pt and the line has 442, so each gives up a quarter of a point. A docGrid of
# the kind linesAndChars would say the same, but LibreOffice then doubles the width of a character.
TEXT_SPACING = -5
CHAR = round(layout.TEXT_SIZE * 20) + TEXT_SPACING

# The order in which the schema wants the children of w:pPr; Word calls a file with another order damaged.
PROPERTY_ORDER = [
    "pStyle",
    "keepNext",
    "keepLines",
    "pageBreakBefore",
    "framePr",
    "widowControl",
    "numPr",
    "suppressLineNumbers",
    "pBdr",
    "shd",
    "tabs",
    "suppressAutoHyphens",
    "kinsoku",
    "wordWrap",
    "overflowPunct",
    "topLinePunct",
    "autoSpaceDE",
    "autoSpaceDN",
    "bidi",
    "adjustRightInd",
    "snapToGrid",
    "spacing",
    "ind",
    "contextualSpacing",
    "mirrorIndents",
    "suppressOverlap",
    "jc",
    "textDirection",
    "textAlignment",
    "textboxTightWrap",
    "outlineLvl",
    "divId",
    "cnfStyle",
    "rPr",
    "sectPr",
    "pPrChange",
]
RANK = {qn(f"w:{name}"): rank for rank, name in enumerate(PROPERTY_ORDER)}

# 22 lines on every page, punctuation inside the margin, no space between Chinese text and figures.
SWITCHED_OFF = ("widowControl", "overflowPunct", "autoSpaceDE", "autoSpaceDN")
JUSTIFIED = "both"


def twips(millimetres: float) -> int:
    return round(millimetres * 1440 / 25.4)


@dataclass(frozen=True)
class Look:
    """How the characters of a line look. `spacing` is in twentieths of a point."""

    face: Face = Face.TEXT
    size: float = layout.TEXT_SIZE
    colour: str = ""
    spacing: int = TEXT_SPACING


@dataclass(frozen=True)
class Form:
    """How a line stands. Lengths are twips; `pitch` 0 leaves the height of the line to its content.

    `first` is the indent of the first line, a negative one hangs. `tabs` are pairs of side and place.
    `rule` is the width of a red rule below, in points.
    """

    style: str = "Normal"
    align: str = JUSTIFIED
    first: int = 0
    left: int = 0
    right: int = 0
    before: int = 0
    after: int = 0
    pitch: int = LINE_PITCH
    tabs: tuple[tuple[str, int], ...] = ()
    rule: float = 0
    keep_next: bool = False
    page_break_before: bool = False


TEXT = Look()
FLUSH = Form()
INDENTED = Form(first=2 * CHAR)
CENTRED = Form(align=Align.CENTER)


def element(tag: str, *children: Any, **attributes: object) -> Any:
    """Return a new w: element with w: attributes and children."""
    created = OxmlElement(f"w:{tag}")
    for key, value in attributes.items():
        created.set(qn(f"w:{key}"), str(value))
    created.extend(children)
    return created


def line(text: Text, form: Form = FLUSH, look: Look = TEXT) -> Any:
    """Return a w:p with the text; line feeds become line breaks, a tab character a tab."""
    runs = [make_run(run, look) for run in runs_of(text)]
    return element("p", line_properties(form, look), *runs)


def line_properties(form: Form, look: Look = TEXT) -> Any:
    """Return w:pPr. Its last child gives an empty line the height of the text."""
    properties = [element("pStyle", val=form.style)]
    if form.keep_next:
        properties.append(element("keepNext"))
    if form.style != "Normal":  # titles and headings; of a paragraph only the last lines are held
        properties.append(element("keepLines"))
    if form.page_break_before:
        properties.append(element("pageBreakBefore"))
    if form.rule:
        below = {"val": "single", "sz": round(form.rule * 8), "color": layout.OFFICIAL_RED}
        properties.append(
            element("pBdr", element("bottom", space=round(layout.RULE_GAP * 72 / 25.4), **below))
        )
    if form.tabs:
        properties.append(
            element("tabs", *(element("tab", val=side, pos=place) for side, place in form.tabs))
        )
    properties += [element(name, val=0) for name in SWITCHED_OFF]
    if form.pitch != LINE_PITCH:
        properties.append(element("snapToGrid", val=0))
    height = {"line": form.pitch, "lineRule": "exact"} if form.pitch else {"line": 240, "lineRule": "auto"}
    properties.append(element("spacing", before=form.before, after=form.after, **height))
    first = {"hanging": -form.first} if form.first < 0 else {"firstLine": form.first}
    properties.append(element("ind", left=form.left, right=form.right, **first))
    properties.append(element("jc", val=form.align))
    properties.append(element("rPr", *character_properties(look)))
    return element("pPr", *properties)


def make_run(run: Run, look: Look = TEXT) -> Any:
    """Return a w:r in the typeface or colour of its mark."""
    return run_of(look_of(run.mark, look), *_characters(run.text))


def run_of(look: Look, *children: Any) -> Any:
    return element("r", element("rPr", *character_properties(look)), *children)


def field(instruction: str, look: Look) -> list[Any]:
    """Return the runs of a complex field, for instance PAGE, with a result to be replaced by the reader."""
    code = element("instrText")
    code.set(qn("xml:space"), "preserve")
    code.text = f" {instruction} "
    return [
        run_of(look, element("fldChar", fldCharType="begin")),
        run_of(look, code),
        run_of(look, element("fldChar", fldCharType="separate")),
        run_of(look, *_characters("1")),
        run_of(look, element("fldChar", fldCharType="end")),
    ]


def character_properties(look: Look) -> list[Any]:
    """Return the children of w:rPr, in schema order."""
    name = PRINTED_NAMES[look.face]
    children = [element("rFonts", hint="eastAsia", ascii=name, hAnsi=name, eastAsia=name, cs=name)]
    if look.colour:
        children.append(element("color", val=look.colour))
    if look.spacing:
        children.append(element("spacing", val=look.spacing))
    half_points = round(look.size * 2)
    return [
        *children,
        element("kern", val=0),
        element("sz", val=half_points),
        element("szCs", val=half_points),
    ]


def look_of(mark: Mark, look: Look) -> Look:
    if mark in layout.MARK_COLOURS:
        return replace(look, colour=layout.MARK_COLOURS[mark])
    return replace(look, face=Face(mark)) if mark else look


def sort_properties(root: Any) -> None:
    """Put the children of every w:pPr below `root` into schema order."""
    for properties in root.iter(qn("w:pPr")):
        properties[:] = sorted(properties, key=lambda child: RANK[child.tag])


def _characters(text: str) -> list[Any]:
    pieces: list[Any] = []
    for number, part in enumerate(printable(text).split("\n")):
        if number:
            pieces.append(element("br"))
        piece = element("t")
        piece.set(qn("xml:space"), "preserve")
        piece.text = part
        pieces.append(piece)
    return pieces
