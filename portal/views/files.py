"""Downloading a file: through the scope of the row it belongs to, never by path."""

from io import BytesIO

from django.http import Http404, HttpResponse
from django.http.response import FileResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from portal.access import signed_in
from portal.http import PortalRequest
from portal.models import Attachment
from portal.selectors.files import readable_attachment
from portal.services import files


@signed_in
@require_GET
def file_download(request: PortalRequest, token: str) -> HttpResponseBase:
    try:
        attachment = readable_attachment(token, request.user)
    except Attachment.DoesNotExist as error:
        raise Http404 from error
    try:
        content = files.download(attachment, actor=request.user)
    except files.FileHeld as error:
        return render(request, "portal/file_held.html", {"message": str(error)}, status=409)
    except files.FileDamaged as error:
        files.record_damage(attachment, actor=request.user)
        return render(request, "portal/file_damaged.html", {"message": str(error)}, status=410)
    response: HttpResponse | FileResponse = FileResponse(
        BytesIO(content), as_attachment=True, filename=attachment.name, content_type=attachment.media_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
