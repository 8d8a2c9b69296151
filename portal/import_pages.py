"""What the pages of every workbook import share: a person's own uploads, the upload form and the preview."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from portal.http import PortalRequest
from portal.models import WorkbookImport

RECENT = 10


def own_imports(request: PortalRequest, kind: str) -> QuerySet[WorkbookImport]:
    """Return the person's own uploads of a kind: another's do not exist for him."""
    return WorkbookImport.objects.filter(kind=kind, uploaded_by=request.user)


def own_import(request: PortalRequest, kind: str, token: str, **parameters: object) -> WorkbookImport:
    """Return one upload of the person's own, and of these `parameters`; 404 for any other."""
    of = {f"parameters__{name}": value for name, value in parameters.items()}
    return get_object_or_404(own_imports(request, kind), token=token, **of)


def upload_page(request: PortalRequest, template: str, form: Form, kind: str) -> HttpResponse:
    """Show the form to upload with, its errors, and what the person uploaded last."""
    context = {"form": form, "recent": own_imports(request, kind)[:RECENT]}
    return render(request, template, context, status=422 if form.errors else 200)


def preview_page(
    request: PortalRequest, template: str, batch: WorkbookImport, **context: Any
) -> HttpResponse:
    """Show what an upload would change; with a `refusal`, why it was not done (409)."""
    status = 409 if context.get("refusal") else 200
    shown = {"batch": batch, "preview": batch.preview, **context}
    return render(request, template, shown, status=status)
