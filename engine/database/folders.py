"""Whether a folder may hold a database: not on a network, nor where a program copies every file."""

from __future__ import annotations

import os
import re
from pathlib import Path

from engine.errors import ConfigError

MOUNTS = Path("/proc/self/mountinfo")

NETWORK = (
    "9p afs beegfs ceph cifs coda davfs drvfs glusterfs gpfs lustre ncpfs nfs nfs4 ocfs2 orangefs "
    "prl_fs smb3 smbfs vboxsf vmhgfs fuse.ceph fuse.davfs fuse.davfs2 fuse.glusterfs "
    "fuse.google-drive-ocamlfuse fuse.gvfsd-fuse fuse.gcsfuse fuse.juicefs fuse.onedriver "
    "fuse.rclone fuse.s3fs fuse.seadrive fuse.sshfs fuse.vmhgfs-fuse fuse.blobfuse2"
)
"""File systems of other computers, on which SQLite's locks do not hold."""

SYNCED = (
    "box sync",
    "cloudstorage",
    "dropbox",
    "google drive",
    "googledrive",
    "icloud drive",
    "iclouddrive",
    "megasync",
    "mobile documents",
    "my drive",
    "nextcloud",
    "onedrive",
    "owncloud",
    "pcloud drive",
    "pclouddrive",
    "seafile",
    "sharepoint",
    "syncthing",
    "tresorit",
)
"""How the folders of well-known programs are called that copy every file to another computer."""

_MOVE = "SQLite loses data there: name a folder of this computer's own disk in config.toml."


def hindrance(folder: Path) -> str:
    """What hinders that SQLite writes beside a database, which even reading needs; or nothing."""
    reading = "even reading needs that, because SQLite keeps its log (WAL) beside the database"
    if not os.access(folder, os.W_OK):
        return (
            f"The folder {folder} cannot be written here, and {reading}. Nothing was changed; make "
            "the folder and its disk writable, or read from a copy in a folder that is."
        )
    if hasattr(os, "statvfs"):
        disk = os.statvfs(folder)
        if disk.f_blocks and not disk.f_bavail:
            return (
                f"The disk of {folder} is full and cannot be written, and {reading}. Nothing was "
                "changed; free some space, then try again."
            )
    return ""


def refuse_shared(folder: Path, mountinfo: str | None = None) -> None:
    """Raise ConfigError for a folder that is on a network or that a program copies elsewhere.

    `mountinfo` is what Linux says of its file systems; it is read when it is not given.
    """
    folder = folder.resolve()
    kind = _file_system(folder, _mounts() if mountinfo is None else mountinfo)
    if kind in NETWORK.split() or folder.drive.startswith("\\\\"):
        raise ConfigError(f"{folder} is on a network. {_MOVE}")
    for part in folder.parts:
        if _is_synced(part.casefold()):
            raise ConfigError(f'{folder} is copied elsewhere by what keeps "{part}". {_MOVE}')


def _mounts() -> str:
    try:
        return MOUNTS.read_text()
    except OSError:
        return ""


def _file_system(folder: Path, mountinfo: str) -> str:
    """The kind of the innermost file system, of those mounted at one place the last."""
    best, found = -1, ""
    for line in mountinfo.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split()
        if len(fields) < 5 or not after:
            continue
        place = Path(_unescaped(fields[4]))
        if folder.is_relative_to(place) and len(place.parts) >= best:
            best, found = len(place.parts), after.split()[0]
    return found


def _unescaped(place: str) -> str:
    if "\\" not in place:
        return place
    return re.sub(r"\\([0-7]{3})", lambda escaped: chr(int(escaped[1], 8)), place)


def _is_synced(part: str) -> bool:
    """Whether it is such a name, alone or with more after it, as "OneDrive - Council" has."""
    found = [part[len(name) :] for name in SYNCED if part.startswith(name)]
    return any(not more or more[0] in " (-_." for more in found)
