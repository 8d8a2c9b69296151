"""Tables of the documents."""

from reports.models.bulletins import Bulletin

__all__ = ["Bulletin"]
