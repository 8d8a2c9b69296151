"""A DOCX whose bytes depend on its parts alone."""

import io
import zipfile

from docx.document import Document as DocxDocument

EARLIEST = (1980, 1, 1, 0, 0, 0)  # the first moment a zip archive can hold


def pack(document: DocxDocument) -> bytes:
    """Return the file with a fixed time on every part."""
    saved, packed = io.BytesIO(), io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(packed, "w") as target:
        for name in source.namelist():
            part = zipfile.ZipInfo(name, EARLIEST)
            part.compress_type = zipfile.ZIP_DEFLATED
            part.create_system = 0
            target.writestr(part, source.read(name))
    return packed.getvalue()
