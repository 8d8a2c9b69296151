"""Who may open a page. Refused unless declared: a view without a declaration answers 403.

Which rows are seen is a question for `visible_to`, which steps may be taken one
for the workflow tables.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from portal.roles import BUSINESS_ROLES, Role

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """`roles` None: anybody signed in; `public`: no account needed."""

    roles: frozenset[str] | None = None
    public: bool = False
    # Open to a person who must still change the initial password or enrol a second factor.
    while_enrolling: bool = False


def _declare(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        vars(view)["access"] = access
        return view

    return mark


def public(view: View) -> View:
    """Open the page to everybody, signed in or not."""
    return _declare(Access(public=True))(view)


def signed_in(view: View) -> View:
    """Open the page to every signed-in person, whatever the role."""
    return _declare(Access())(view)


def enrolling(view: View) -> View:
    """Open the page to every signed-in person, also before the initial password was changed."""
    return _declare(Access(while_enrolling=True))(view)


def role_required(*roles: Role) -> Callable[[View], View]:
    """Open the page to people who hold at least one of `roles`."""
    return _declare(Access(roles=frozenset(roles)))


def business(view: View) -> View:
    """Open the page to everybody but the three administrative duties and the observers."""
    return _declare(Access(roles=frozenset(BUSINESS_ROLES - {Role.OBSERVER})))(view)


def access_of(view: Callable[..., Any]) -> Access | None:
    """Return the declaration of a view function or of the class behind it, or None."""
    found = getattr(view, "access", None) or getattr(getattr(view, "cls", None), "access", None)
    return found if isinstance(found, Access) else None
