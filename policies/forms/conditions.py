"""The editor of conditions: what was typed, as a tree of blocks that is drawn, changed and read back.

Every block has a name that says its place (`c`, `c-0`, `c-0-1`); its fields are
named after it. Adding and removing send the whole form, so that the editor works
without a script and nothing typed is lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from policies.conditions import DEEPEST, GROUPS, MOST_PARTS, Node, read_tree
from policies.criteria import CRITERIA
from policies.forms.condition_inputs import Input, inputs_of
from portal.params import ParamError

ROOT = "c"
FIRST_GROUP = "all"
COMMON = ("source", "valid_from", "valid_until")


@dataclass(frozen=True)
class Control:
    """One control as the page draws it; `options` are value, label and whether it is chosen."""

    name: str
    label: str
    kind: str
    value: str = ""
    options: tuple[tuple[str, str, bool], ...] = ()
    placeholder: str = ""

    @property
    def chosen(self) -> str:
        """The labels of what is chosen, for the closed list."""
        return "、".join(label for _, label, is_chosen in self.options if is_chosen)


@dataclass
class Block:
    """A condition or a group as it stands in the editor, readable or not yet."""

    name: str
    kind: str
    typed: dict[str, list[str]] = field(default_factory=dict)
    parts: list[Block] = field(default_factory=list)
    error: str = ""
    towns: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_group(self) -> bool:
        return self.kind in GROUPS

    @property
    def is_root(self) -> bool:
        return self.name == ROOT

    @property
    def label(self) -> str:
        return GROUPS[self.kind].label if self.is_group else CRITERIA[self.kind].label

    @property
    def place(self) -> str:
        """Where the block stands, for people: 2.1 is the first part of the second."""
        return ".".join(str(int(part) + 1) for part in self.name.split("-")[1:])

    @property
    def may_nest(self) -> bool:
        """Tell whether a group may be added inside."""
        return self.is_group and self.name.count("-") + 2 < DEEPEST

    @property
    def group_choices(self) -> list[tuple[str, str, bool]]:
        return [(key, group.label, key == self.kind) for key, group in GROUPS.items()]

    def one(self, name: str) -> str:
        """Return what was typed in a field with one value."""
        return next(iter(self.typed.get(name, [])), "")

    @property
    def controls(self) -> Iterator[Control]:
        """Yield the controls of a condition of this kind."""
        for found in inputs_of(self.kind, self.one("fact"), self.towns):
            yield self._control(found)

    @property
    def common(self) -> Iterator[Control]:
        """Yield the controls that every condition has: its clause, and the days it is in force."""
        for name, label, kind in zip(
            COMMON, ("条款出处", "起用", "止用"), ("text", "day", "day"), strict=True
        ):
            hint = "如：第三条第二款" if name == "source" else ""
            yield Control(f"{self.name}__{name}", label, kind, self.one(name), placeholder=hint)

    def _control(self, found: Input) -> Control:
        chosen = self.typed.get(found.name, [])
        options = tuple((value, label, value in chosen) for value, label in found.options)
        return Control(
            f"{self.name}__{found.name}", found.label, found.kind, self.one(found.name), options, found.hint
        )

    def to_raw(self) -> dict[str, Any]:
        """Return what was typed as the reader of conditions takes it."""
        if self.is_group:
            return {"kind": self.kind, "of": [part.to_raw() for part in self.parts]}
        raw: dict[str, Any] = {"kind": self.kind}
        for found in inputs_of(self.kind, self.one("fact"), self.towns):
            found.read(self.typed.get(found.name, []), raw, self.towns)
        return raw | {name: self.one(name) for name in COMMON if self.one(name)}

    def mark_errors(self) -> None:
        """Write beside every condition why it can't be read."""
        for part in self.parts:
            part.mark_errors()
        if self.is_group:
            if not self.parts and not self.is_root:
                self.error = f"“{self.label}”下还没有条件，请添加或删除这一组"
            return
        try:
            read_tree(self.to_raw())
        except ParamError as error:
            self.error = str(error)

    @property
    def errors(self) -> list[tuple[str, str]]:
        """The names of the blocks that can't be read, each with its sentence."""
        own = [(self.name, f"条件 {self.place}：{self.error}")] if self.error else []
        return own + [found for part in self.parts for found in part.errors]


def block_of_tree(raw: object, towns: Mapping[str, str]) -> Block:
    """Return the editor's blocks for a stored tree; nothing stored is an empty group."""
    root = _of_raw(raw, ROOT, towns) if isinstance(raw, Mapping) else Block(ROOT, FIRST_GROUP, towns=towns)
    if root.is_group:
        return root
    whole = Block(ROOT, FIRST_GROUP, parts=[root], towns=towns)
    return _renamed(whole, ROOT)


def _of_raw(raw: Mapping[str, Any], name: str, towns: Mapping[str, str]) -> Block:
    kind = str(raw.get("kind"))
    if kind in GROUPS:
        parts = [_of_raw(part, f"{name}-{place}", towns) for place, part in enumerate(raw["of"])]
        return Block(name, kind, parts=parts, towns=towns)
    block = Block(name, kind, towns=towns)
    for found in inputs_of(kind, str(raw.get("fact") or ""), towns):
        block.typed[found.name] = found.write(raw)
    block.typed |= {key: [str(raw[key])] for key in COMMON if raw.get(key)}
    return block


def block_of_form(data: QueryDict, towns: Mapping[str, str]) -> Block:
    """Return the editor's blocks as they were sent."""
    return _of_form(data, ROOT, towns) or Block(ROOT, FIRST_GROUP, towns=towns)


def _of_form(data: QueryDict, name: str, towns: Mapping[str, str]) -> Block | None:
    kind = data.get(f"{name}__kind", "")
    if kind in GROUPS and name.count("-") < DEEPEST:
        names = (f"{name}-{place}" for place in range(MOST_PARTS))
        parts = [part for part in (_of_form(data, one, towns) for one in names) if part is not None]
        return _renamed(Block(name, kind, parts=parts, towns=towns), name)
    if kind not in CRITERIA:
        return None
    block = Block(name, kind, towns=towns)
    fact = data.get(f"{name}__fact", "")
    for key in (*(found.name for found in inputs_of(kind, fact, towns)), *COMMON):
        block.typed[key] = [value.strip() for value in data.getlist(f"{name}__{key}") if value.strip()]
    return block


def _renamed(block: Block, name: str) -> Block:
    """Name a block and its parts by their places."""
    block.name = name
    for place, part in enumerate(block.parts):
        _renamed(part, f"{name}-{place}")
    return block


def change_blocks(root: Block, op: str, data: QueryDict) -> Block:
    """Do what a button asks for: `add:c-0`, `group:c`, `remove:c-0-1`; anything else changes nothing."""
    action, _, name = op.partition(":")
    target = next((block for block in _all(root) if block.name == name), None)
    if target is None:
        return root
    if action == "remove":
        for block in _all(root):
            block.parts = [part for part in block.parts if part is not target]
    elif target.is_group and len(target.parts) < MOST_PARTS:
        kind = data.get(f"{name}__new", "") if action == "add" else "any"
        if kind in CRITERIA or (action == "group" and target.may_nest):
            target.parts.append(Block("", kind, towns=root.towns))
    return _renamed(root, ROOT)


def _all(block: Block) -> list[Block]:
    return [block, *(found for part in block.parts for found in _all(part))]


@dataclass(frozen=True)
class Reading:
    """What the editor's content comes to: the tree, or why it can't be read."""

    tree: Node | None
    errors: Sequence[tuple[str, str]] = ()

    @property
    def is_readable(self) -> bool:
        return not self.errors


def read_blocks(root: Block) -> Reading:
    """Read the editor's content; an empty editor is no conditions."""
    if not root.parts:
        return Reading(None)
    root.mark_errors()
    if root.errors:
        return Reading(None, root.errors)
    try:
        return Reading(read_tree(root.to_raw()))
    except ParamError as error:
        return Reading(None, [(ROOT, str(error))])


NEW_CHOICES = [(kind, criterion.label) for kind, criterion in CRITERIA.items()]
