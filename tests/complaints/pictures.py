"""Files as phones and ill-wishers send them."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

SCRIPT = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00" + b"\x00" * 64


def picture(form="JPEG", name="IMG_20231108.jpg", **options):
    """Return a small photograph; a JPEG carries the place where it was taken."""
    out = BytesIO()
    photo = Image.new("RGB", (60, 40), (180, 60, 40))
    if form == "JPEG":
        exif = Image.Exif()
        exif[0x010F] = "Huawei of Zhe Mingyuan"
        options["exif"] = exif
    photo.save(out, form, **options)
    return SimpleUploadedFile(name, out.getvalue())


def sent(name, content):
    return SimpleUploadedFile(name, content)
