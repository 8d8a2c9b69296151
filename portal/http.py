"""The request as our views see it: a signed-in person of ours, htmx's headers read; and a workbook as the answer."""

from typing import IO

from django.http import FileResponse, HttpRequest
from django_htmx.middleware import HtmxDetails

from portal.file_kinds import XLSX
from portal.models import User


class PortalRequest(HttpRequest):
    """Only an annotation: middleware puts the attributes there."""

    user: User
    htmx: HtmxDetails


def fragment(request: HttpRequest, template: str, partial: str) -> str:
    """Return the name of the page, or of its partial when htmx asks for a part of it.

    A history restore asks for the whole page, whatever else its headers say.
    """
    headers = request.headers
    wants_part = headers.get("HX-Request") and not headers.get("HX-History-Restore-Request")
    return f"{template}#{partial}" if wants_part and not headers.get("HX-Boosted") else template


def workbook_answer(file: IO[bytes], name: str) -> FileResponse:
    """Give out a workbook that was written to `file`, named without its extension."""
    file.seek(0)
    filename = f"{name}.{XLSX.extension}"
    return FileResponse(file, as_attachment=True, filename=filename, content_type=XLSX.media_type)
