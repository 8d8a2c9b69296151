"""What stands above the text: masthead, numbers, red rule, title."""

from typing import Any

from portal.documents import layout
from portal.documents.composition import compose_masthead
from portal.documents.docx_writer.setting import (
    CENTRED,
    CHAR,
    FLUSH,
    LINE_PITCH,
    TEXT,
    Form,
    Look,
    element,
    line,
    make_run,
    run_of,
    twips,
)
from portal.documents.fonts import Face
from portal.documents.model import Align, DocumentKind, OfficialDocument, Run
from portal.documents.numbers import issue_label, printed_date
from portal.documents.titles import break_title

TITLE = Look(Face.TITLE, layout.TITLE_SIZE, spacing=0)


def head_lines(document: OfficialDocument) -> list[Any]:
    match document.kind:
        case DocumentKind.BULLETIN:
            return [*_masthead(document, layout.BULLETIN_TOP), *_bulletin_lines(document)]
        case DocumentKind.LETTER:
            return [*_masthead(document, layout.LETTER_TOP), _number_line(document)]
    return []


def title_line(title: str, words: tuple[str, ...], *, before: int) -> Any:
    """Return the title with a blank line below it."""
    form = Form(
        style="Title",
        align=Align.CENTER,
        before=before,
        after=LINE_PITCH,
        pitch=round(layout.TITLE_PITCH * 20),
        keep_next=True,
    )
    return line("\n".join(break_title(title, words)), form, TITLE)


def _masthead(document: OfficialDocument, drop: float) -> list[Any]:
    masthead = compose_masthead(document.masthead)
    look = Look(Face.TITLE, masthead.size, layout.OFFICIAL_RED, spacing=0)
    pitch = round(masthead.size * 1.2 * 20)
    lines = [line(text, Form(align=Align.CENTER, pitch=pitch), look) for text in masthead.lines]
    return [_spacer(drop), *lines]


def _spacer(millimetres: float) -> Any:
    """Return an empty line of that height: space before the first line of a page is not kept everywhere."""
    return line("", Form(pitch=twips(millimetres)))


def _bulletin_lines(document: OfficialDocument) -> list[Any]:
    lines = [line(issue_label(document.issue_number), Form(align=Align.CENTER, before=160))]
    if document.number:
        lines.append(line(document.number, CENTRED))
    width = twips(layout.PORTRAIT.text_width)
    # The rule below is as wide as the paragraph, so that the inset has to be a tab and not an indent.
    stops = (("left", CHAR // 2), ("right", width - CHAR // 2))
    whose = line((), Form(align=Align.LEFT, before=160, tabs=stops, rule=layout.RULE_WIDTH))
    whose.append(run_of(TEXT, element("tab")))
    whose.append(make_run(Run(document.issuer)))
    whose.append(run_of(TEXT, element("tab")))
    whose.append(make_run(Run(printed_date(document.issued_on))))
    return [*lines, whose]


def _number_line(document: OfficialDocument) -> Any:
    form = Form(align=Align.CENTER, before=2 * LINE_PITCH, rule=layout.RULE_WIDTH)
    return line(document.number, form)


def addressee_line(document: OfficialDocument) -> list[Any]:
    return [line(document.addressee, FLUSH)] if document.addressee else []
