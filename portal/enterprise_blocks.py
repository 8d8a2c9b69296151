"""What the other apps show on the page of a market entity, asked of them without importing them.

`settings.ENTERPRISE_BLOCKS` names functions as strings; each returns a block for
one entity and one person, or nothing, and looks only at rows that person may read.
`settings.ENTERPRISE_OWN_BLOCKS` names those of the page that the entity opens itself:
no person stands behind it, so that they show what the entity may know of itself and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from portal.models import Enterprise, User


@dataclass(frozen=True)
class Block:
    """A section of the page: its heading, the template that fills it, and what the template is given.

    The template finds itself under `block` and its data under `block.context`;
    `note` stands beside the heading.
    """

    title: str
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""


Provider = Callable[[Enterprise, User, date], Block | None]
OwnProvider = Callable[[Enterprise, date], Block | None]


@cache
def _providers(paths: tuple[str, ...]) -> tuple[Provider, ...]:
    return tuple(import_string(path) for path in paths)


def blocks_for(enterprise: Enterprise, user: User, *, today: date) -> list[Block]:
    """Return the blocks that `user` sees about `enterprise`, in the order in which settings name them."""
    found = (provider(enterprise, user, today) for provider in _providers(tuple(settings.ENTERPRISE_BLOCKS)))
    return [block for block in found if block is not None]


@cache
def _own_providers(paths: tuple[str, ...]) -> tuple[OwnProvider, ...]:
    return tuple(import_string(path) for path in paths)


def own_blocks(enterprise: Enterprise, *, today: date) -> list[Block]:
    """Return the blocks of the page that an entity opens itself, in the order in which settings name them."""
    found = (
        provider(enterprise, today) for provider in _own_providers(tuple(settings.ENTERPRISE_OWN_BLOCKS))
    )
    return [block for block in found if block is not None]
