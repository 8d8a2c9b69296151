"""Numbers in edited text: which figure each belongs to, and whether it still agrees. Pure.

A clerk edits plain text; the marks are put back by aligning the new text with
the old runs. A number in the place of a marked one keeps its mark, whatever it
says now, and is then shown as differing from its figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from reports.texts.content import Run, Runs, Section, Sections, joined, runs_in
from reports.texts.values import Values, number_of, printed, read_number

NUMBER = re.compile(r"[0-9０-９]+(?:,[0-9]{3})*(?:[.．][0-9０-９]+)?")


@dataclass(frozen=True)
class _Token:
    """A number or one other character; `run` is what it came from."""

    text: str
    run: Run

    @property
    def is_number(self) -> bool:
        return NUMBER.fullmatch(self.text) is not None


def align(text: str, runs: Runs) -> Runs:
    """Return `text` as runs: the marks and looks of `runs` go to the same places of the new text.

    Marked numbers that were taken out lose their mark; numbers typed in anew have
    none, unless they say exactly what a mark that was moved away says.
    """
    old, new = _tokens(runs), _tokens((Run(text),))
    placed: list[Run | None] = [None] * len(new)
    loose: list[_Token] = []
    matcher = SequenceMatcher(None, [t.text for t in old], [t.text for t in new], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            for offset in range(b - a):
                placed[c + offset] = old[a + offset].run
        else:
            loose += _pair(old[a:b], new, range(c, d), placed)
    _settle(loose, new, placed)
    return joined(
        Run(token.text, run.figure, run.look) if run else Run(token.text)
        for token, run in zip(new, placed, strict=True)
    )


def _pair(
    old: list[_Token], new: list[_Token], places: Iterable[int], placed: list[Run | None]
) -> list[_Token]:
    """Give the marks of a replaced stretch to its numbers in order; return the marks left over."""
    marked = [token for token in old if token.run.figure]
    numbers = [place for place in places if new[place].is_number]
    for token, place in zip(marked, numbers, strict=False):
        placed[place] = token.run
    return marked[len(numbers) :]


def _settle(loose: list[_Token], new: list[_Token], placed: list[Run | None]) -> None:
    """Give marks whose sentence was moved to the unmarked number that says the same."""
    for token in loose:
        value = read_number(token.text)
        for place, candidate in enumerate(new):
            run = placed[place]
            if candidate.is_number and not (run and run.figure) and read_number(candidate.text) == value:
                placed[place] = token.run
                break


def _tokens(runs: Runs) -> list[_Token]:
    """Cut runs into numbers and single characters; a marked run stays whole."""
    found: list[_Token] = []
    for run in runs:
        if run.figure:
            found.append(_Token(run.text, run))
            continue
        bare, end = Run("", "", run.look), 0
        for match in NUMBER.finditer(run.text):
            found += [_Token(char, bare) for char in run.text[end : match.start()]]
            found.append(_Token(match[0], bare))
            end = match.end()
        found += [_Token(char, bare) for char in run.text[end:]]
    return found


def agrees(run: Run, values: Values) -> bool:
    """Tell whether a marked run says what its figure says; text without a mark always agrees."""
    if not run.figure:
        return True
    return run.text == expected(run, values) or (
        read_number(run.text) is not None and read_number(run.text) == read_number(expected(run, values))
    )


def expected(run: Run, values: Values) -> str:
    """Return what the figure behind a marked run would print."""
    return printed(number_of(values, run.figure))


@dataclass(frozen=True)
class Difference:
    """A printed number that is not its figure's: in which section and block it stands."""

    section: str
    block: str
    mark: str
    name: str
    written: str
    expected: str

    @property
    def sentence(self) -> str:
        return f"“{self.section}”中的“{self.name}”写作 {self.written}，按口径应为 {self.expected}"


def differences(sections: Sections, values: Values) -> list[Difference]:
    """Return every printed number that no longer agrees with its figure, in reading order."""
    found: list[Difference] = []
    for section in sections:
        for block in section.blocks:
            part = Section(section.key, section.title, (block,))
            found += [
                _difference(section.title or "导语", block.key, run, values)
                for run in runs_in(part)
                if not agrees(run, values)
            ]
    return found


def _difference(title: str, block: str, run: Run, values: Values) -> Difference:
    figure = values.get(run.figure.partition(":")[0])
    name = figure.name if figure else run.figure
    return Difference(title, block, run.figure, name, run.text, expected(run, values))
