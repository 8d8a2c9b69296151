"""Write a picture anew, so that only its pixels remain: no place, no camera, no hidden tail."""

from __future__ import annotations

import struct
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps

from portal.errors import Refused
from portal.file_kinds import JPG, FileKind

# A phone's largest ordinary photograph; decoded it needs about 150 MB.
MAX_PIXELS: Final = 50_000_000
JPEG_QUALITY: Final = 90
_JPEG_MODES: Final = {"L", "RGB"}
_PNG_MODES: Final = {"1", "L", "LA", "P", "RGB", "RGBA", "I;16"}


def only_pixels(name: str, content: bytes, kind: FileKind) -> bytes:
    """Return the picture re-encoded in its own format, turned upright, without metadata.

    The size is read from the header before anything is decoded. Raises
    `Refused` for a picture that is too large or cannot be decoded.
    """
    form = "JPEG" if kind == JPG else "PNG"
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
    modes = _JPEG_MODES if form == "JPEG" else _PNG_MODES
    if picture.mode not in modes:
        picture = picture.convert("RGB" if form == "JPEG" else "RGBA")
    picture.info = {key: value for key, value in picture.info.items() if key == "transparency"}
    out = BytesIO()
    if form == "JPEG":
        picture.save(out, "JPEG", quality=JPEG_QUALITY)
    else:
        picture.save(out, "PNG")
    return out.getvalue()
