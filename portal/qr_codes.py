"""QR codes as SVG, without a style attribute; and the address the public reaches this portal under."""

from __future__ import annotations

from io import BytesIO

import segno
from django.conf import settings
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe


def public_url(request: HttpRequest, path: str) -> str:
    """Return `path` under the public address (setting `PUBLIC_URL`), else under the one this request came to."""
    return settings.PUBLIC_URL.rstrip("/") + path if settings.PUBLIC_URL else request.build_absolute_uri(path)


def qr_inline(text: str, *, title: str, css: str) -> SafeString:
    """Return the code of `text` for a page."""
    drawn = segno.make(text, error="m").svg_inline(
        omitsize=True, border=2, svgclass=None, lineclass=None, light="#fff"
    )
    return format_html(
        '<div class="{}" role="img" aria-label="{}">{}</div>',
        css,
        title,
        mark_safe(drawn),  # noqa: S308 - drawn by the library from modules alone
    )


def qr_file(text: str) -> str:
    """Return the code of `text` as an SVG file, for a document."""
    out = BytesIO()
    segno.make(text, error="m").save(out, kind="svg", border=2, xmldecl=False, svgns=True)
    return out.getvalue().decode()
