"""Tell what an OLE container (the file format before .xlsx) holds, by the names in its directory."""

import mmap
from typing import Final

SIGNATURE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

SECTOR = 512
ENTRY = 128
NAME_FIELD = 64


def has_stream(data: mmap.mmap | bytes, name: str) -> bool:
    """Whether the container's directory names a stream or storage `name`.

    Directory entries are 128 bytes long and lie on 128-byte boundaries: the name in UTF-16 filled up
    to 64 bytes, then its length in bytes with the closing zero.
    """
    encoded = name.encode("utf-16-le")
    pattern = encoded.ljust(NAME_FIELD, b"\0") + (len(encoded) + 2).to_bytes(2, "little")
    found = data.find(pattern, SECTOR)
    while found >= 0:
        if (found - SECTOR) % ENTRY == 0:
            return True
        found = data.find(pattern, found + 1)
    return False
