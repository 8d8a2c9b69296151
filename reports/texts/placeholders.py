"""Placeholders for figures in texts that people write: {indicators.items.closed}, {indicators.items.closed:share}.

Filled, a placeholder is a number that knows its figure, as in generated text. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace

from reports.texts.content import Paragraph, Run, Runs, Section, joined
from reports.texts.values import ASPECTS, Value, Values, number_of, printed, split_mark

PLACEHOLDER = re.compile(r"\{([A-Za-z][\w.@-]*(?::[a-z_]+)?)\}")
SENTENCE = re.compile(r"[^。；！？]*[。；！？]|[^。；！？]+$")


def placeholders_in(text: str) -> list[str]:
    return PLACEHOLDER.findall(text)


def unknown_in(text: str, keys: Collection[str]) -> list[str]:
    """Return the placeholders of a text that name no figure of `keys` or no number of one."""
    return [
        mark
        for mark in placeholders_in(text)
        if split_mark(mark)[0] not in keys or split_mark(mark)[1] not in ASPECTS
    ]


def fill(text: str, values: Values) -> Runs:
    """Return a text with its placeholders filled.

    A sentence with a number that is missing, or whose numbers are all nil, is left out.
    """
    return joined(
        run
        for said in SENTENCE.findall(text)
        if _says_something([number_of(values, mark) for mark in placeholders_in(said)])
        for run in _runs(said, "", values)
    )


def _says_something(numbers: list[Value]) -> bool:
    return all(number is not None for number in numbers) and (not numbers or any(numbers))


def link(section: Section, values: Values) -> Section:
    """Return the section with the placeholders that were typed into its paragraphs filled."""
    blocks = tuple(
        replace(block, runs=_linked(block.runs, values)) if isinstance(block, Paragraph) else block
        for block in section.blocks
    )
    return replace(section, blocks=blocks)


def _linked(runs: Runs, values: Values) -> Runs:
    return joined(
        piece for run in runs for piece in ([run] if run.figure else _runs(run.text, run.look, values))
    )


def _runs(text: str, look: str, values: Values) -> Iterator[Run]:
    end = 0
    for match in PLACEHOLDER.finditer(text):
        yield Run(text[end : match.start()], look=look)
        yield Run(printed(number_of(values, match[1])), match[1])
        end = match.end()
    yield Run(text[end:], look=look)
