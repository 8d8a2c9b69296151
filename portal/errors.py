"""What services raise. Each error is a Chinese sentence that the person can act on."""

from collections.abc import Mapping


class Refused(Exception):
    """A step, entry or file that is not accepted; the message says why and what to do."""


class Conflict(Refused):
    """Somebody else changed the row first; `theirs` names each field's present value for the page to show."""

    def __init__(self, message: str, theirs: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.theirs = dict(theirs or {})
