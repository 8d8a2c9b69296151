"""What a person does to generated text, and what a fresh generation leaves of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reports.texts.content import Block, Paragraph, Run, Section, Sections
from reports.texts.marks import align


def edit(section: Section, texts: Mapping[str, str], added: str = "") -> Section:
    """Return the section with the paragraphs' new texts; an empty text takes a paragraph out.

    Each line of `added` becomes a paragraph at the end. A paragraph whose text is
    as before is not touched, so that a repeated save changes nothing.
    """
    blocks: list[Block] = []
    dropped = list(section.dropped)
    for block in section.blocks:
        text = _one_line(texts[block.key]) if block.key in texts else None
        if not isinstance(block, Paragraph) or text is None or text == block.text:
            blocks.append(block)
        elif text:
            blocks.append(Paragraph(block.key, align(text, block.runs), edited=True))
        else:
            dropped.append(block.key)
    for line in filter(None, (line.strip() for line in added.splitlines())):
        key = _free_key(section.key, [block.key for block in blocks] + dropped)
        blocks.append(Paragraph(key, (Run(line),), edited=True))
    return replace(section, blocks=tuple(blocks), dropped=tuple(dropped))


def merge(kept: Sections, fresh: Sections) -> tuple[Section, ...]:
    """Return the freshly generated sections with what a person had changed in `kept`.

    Edited paragraphs keep their words, taken-out ones stay out, added ones stay
    at the end of their section; everything else is new.
    """
    before = {section.key: section for section in kept}
    return tuple(
        _merged(before[section.key], section) if section.key in before else section for section in fresh
    )


def _merged(kept: Section, fresh: Section) -> Section:
    edited = {block.key: block for block in kept.paragraphs if block.edited}
    blocks: list[Block] = [
        edited.pop(block.key, block) if isinstance(block, Paragraph) else block
        for block in fresh.blocks
        if block.key not in kept.dropped
    ]
    return replace(fresh, blocks=(*blocks, *edited.values()), dropped=kept.dropped)


def replace_paragraph(section: Section, key: str, paragraph: Paragraph | None) -> Section:
    """Return the section with the paragraph `key` generated anew, put at the end, or taken out."""
    blocks = [block for block in section.blocks if block.key != key]
    if paragraph is not None:
        place = next((n for n, block in enumerate(section.blocks) if block.key == key), len(blocks))
        blocks.insert(place, paragraph)
    return replace(section, blocks=tuple(blocks), dropped=tuple(k for k in section.dropped if k != key))


def _one_line(text: str) -> str:
    return "".join(line.strip() for line in text.splitlines())


def _free_key(section: str, taken: list[str]) -> str:
    number = 1
    while f"{section}.added{number}" in taken:
        number += 1
    return f"{section}.added{number}"
