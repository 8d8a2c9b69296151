"""Secrets of the embedded edition: made once, kept beside the database, readable by the owner only."""

import base64
import os
import secrets
from pathlib import Path


def embedded_secret_key(folder: Path, name: str) -> str:
    """Return the secret kept in `folder/name`; make it at the first call.

    Of two processes starting together one writes the file and the other reads
    it. `field.key` holds a keyring entry `k1:<32 bytes in base64>`.
    """
    path = folder / name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        entry = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        text = f"k1:{entry}" if name == "field.key" else secrets.token_urlsafe(48)
        draft = folder / f".{name}.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(text, encoding="ascii")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()
