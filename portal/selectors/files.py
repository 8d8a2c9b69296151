"""Files of a row, and whether a person may read one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet

from portal.models import Attachment, User


def attachments_of(owner: Model) -> QuerySet[Attachment]:
    """Return the files of one row that have not been removed, oldest first."""
    return Attachment.objects.filter(
        content_type=ContentType.objects.get_for_model(owner), object_id=owner.pk, removed_at=None
    ).select_related("uploaded_by")


def attachments_by_owner(model: type[Model], keys: Iterable[int]) -> dict[int, list[Attachment]]:
    """Return the files of many rows of one table with one query; rows without files are absent."""
    found: dict[int, list[Attachment]] = {}
    rows = Attachment.objects.filter(
        content_type=ContentType.objects.get_for_model(model), object_id__in=list(keys), removed_at=None
    ).select_related("uploaded_by")
    for row in rows:
        found.setdefault(row.object_id, []).append(row)
    return found


def readable_attachment(token: str, user: User) -> Attachment:
    """Return the file with this token when `user` may read the row it belongs to.

    Raises `Attachment.DoesNotExist` for an unknown token, a removed file and a
    row outside the person's scope alike, so that tokens cannot be probed.
    """
    attachment = Attachment.objects.get(token=token, removed_at=None)
    if not user.is_active or not owner_is_visible(attachment, user):
        raise Attachment.DoesNotExist
    return attachment


def owner_is_visible(attachment: Attachment, user: User) -> bool:
    """Tell whether `user` reads the owner row, asked of that table's own `visible_to`.

    A table without a scope of its own names, in `ATTACHMENT_SCOPES`, the path
    to the row that has one. Without either nobody reads the file.
    """
    owner = attachment.owner
    if owner is None:
        return False
    path = settings.ATTACHMENT_SCOPES.get(owner._meta.label_lower, "")
    row = reduce(getattr, path.split("."), owner) if path else owner
    visible_to = getattr(type(row)._default_manager, "visible_to", None)
    return visible_to is not None and visible_to(user).filter(pk=row.pk).exists()
