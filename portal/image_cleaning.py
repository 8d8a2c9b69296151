"""Write a picture anew, so that only its pixels remain: no place, no camera, no hidden tail."""

from __future__ import annotations

import struct
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps

from portal.errors import Refused
from portal.file_kinds import JPG, PNG, WEBP, FileKind

# A phone's largest ordinary photograph; decoded it needs about 150 MB.
MAX_PIXELS: Final = 50_000_000
QUALITY: Final = 90
_FORMS: Final = {JPG: "JPEG", PNG: "PNG", WEBP: "WEBP"}
# The modes each format can hold, and what others are turned into.
_MODES: Final = {
    "JPEG": ({"L", "RGB"}, "RGB"),
    "PNG": ({"1", "L", "LA", "P", "RGB", "RGBA", "I;16"}, "RGBA"),
    "WEBP": ({"RGB", "RGBA"}, "RGBA"),
}


def only_pixels(name: str, content: bytes, kind: FileKind) -> bytes:
    """Return the picture re-encoded in its own format, turned upright, without metadata.

    Of an animation the first picture is kept. The size is read from the header before anything is decoded. Raises
    `Refused` for a picture that is too large or cannot be decoded.
    """
    form = _FORMS[kind]
    try:
        with Image.open(BytesIO(content), formats=(form,)) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise Refused(
                    f"「{name}」有 {picture.width}×{picture.height} 点，超过 5000 万点。请缩小图片后上传。"
                )
            upright = ImageOps.exif_transpose(picture)
            return _encode(upright, form)
    except Image.DecompressionBombError as error:
        raise Refused(f"「{name}」的点数过大，不予接收。请缩小图片后上传。") from error
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        raise Refused(f"「{name}」不是完好的图片。请重新拍照或另存后上传。") from error


def _encode(picture: Image.Image, form: str) -> bytes:
    modes, fallback = _MODES[form]
    if picture.mode not in modes:
        picture = picture.convert(fallback)
    picture.info = {key: value for key, value in picture.info.items() if key == "transparency"}
    out = BytesIO()
    if form == "PNG":
        picture.save(out, form)
    else:
        picture.save(out, form, quality=QUALITY)
    return out.getvalue()
