"""What a search finds: groups of hits, counted no further than needed. Pure data."""

from __future__ import annotations

from dataclasses import dataclass

COUNT_LIMIT = 100


@dataclass(frozen=True)
class Hit:
    """One thing found: its name, a line about it, and where it leads (nowhere for an empty `url`)."""

    label: str
    sub: str = ""
    url: str = ""


@dataclass(frozen=True)
class SearchGroup:
    """Hits of one kind. `total` stops one beyond `COUNT_LIMIT`; `url` leads to the whole list where there is one."""

    label: str
    total: int
    hits: tuple[Hit, ...]
    url: str = ""

    @property
    def total_label(self) -> str:
        return f"{COUNT_LIMIT}+" if self.total > COUNT_LIMIT else str(self.total)


def words_of(text: str) -> list[str]:
    """Return the words of a query; every one of them must be found."""
    return text.split()[:5]
