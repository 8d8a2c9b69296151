"""Back up the database and the files, verify a backup, restore it into an empty place."""

from portal.services.backups.making import make_backup, prune_backups
from portal.services.backups.manifest import Manifest, read_manifest
from portal.services.backups.restoring import Restored, restore_backup
from portal.services.backups.verifying import verify_backup

__all__ = [
    "Manifest",
    "Restored",
    "make_backup",
    "prune_backups",
    "read_manifest",
    "restore_backup",
    "verify_backup",
]
