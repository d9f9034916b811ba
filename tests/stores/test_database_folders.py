from __future__ import annotations

from pathlib import Path

import pytest

from engine.database import folders, sqlite
from engine.errors import (
    ConfigError,
)

MOUNTS = r"""
22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
30 22 0:30 / /home rw - nfs4 server:/home rw
31 30 8:2 / /home/local rw - ext4 /dev/sdb1 rw
32 22 0:32 / /mnt/shared\040files rw - cifs //server/share rw
33 22 0:33 / /media/stick rw shared:1 - fuseblk /dev/sdc1 rw
34 22 0:34 / /media/remote rw - fuse.sshfs somebody@server:/ rw
"""


@pytest.mark.parametrize(
    ("folder", "shared"),
    [
        ("/var/lib/casetrail", False),
        ("/home/lee", True),
        ("/home/local/lee", False),
        ("/homeward", False),
        ("/mnt/shared files/casetrail", True),
        ("/media/stick", False),
        ("/media/remote/casetrail", True),
        ("/var/OneDrive - Sample Council/casetrail", True),
        ("/var/Dropbox", True),
        ("/var/Dropbox (Sample)/cases", True),
        ("/var/lee/Google Drive/cases", True),
        ("/var/lee/Library/Mobile Documents/cases", True),
        ("/var/lee/Nextcloud", True),
        ("/var/lee/dropboxes", False),
    ],
)
def test_a_folder_on_a_network_or_copied_elsewhere_is_refused(folder: str, shared: bool) -> None:
    if not shared:
        folders.refuse_shared(Path(folder), MOUNTS)
        return
    with pytest.raises(ConfigError, match=r"this computer's own disk"):
        folders.refuse_shared(Path(folder), MOUNTS)


def test_what_linux_says_of_this_folder_is_read(tmp_path: Path) -> None:
    mounts = folders.MOUNTS.read_text()

    assert folders._file_system(tmp_path, mounts)
    folders.refuse_shared(tmp_path)


def test_no_file_is_made_in_a_folder_on_a_network(tmp_path: Path) -> None:
    mounts = f"40 22 0:40 / {tmp_path} rw - nfs4 server:/cases rw\n"

    with pytest.raises(ConfigError, match="is on a network"):
        sqlite.File(tmp_path / "casetrail.db", mounts).make()

    assert list(tmp_path.iterdir()) == []


def test_a_file_that_was_moved_to_a_network_is_no_longer_opened(tmp_path: Path) -> None:
    mounts = f"40 22 0:40 / {tmp_path} rw - nfs4 server:/cases rw\n"
    sqlite.File(tmp_path / "casetrail.db").make()

    with pytest.raises(ConfigError, match="is on a network"):
        sqlite.File(tmp_path / "casetrail.db", mounts).check()
    synced = tmp_path / "OneDrive"
    synced.mkdir()
    (tmp_path / "casetrail.db").rename(synced / "casetrail.db")
    with pytest.raises(ConfigError, match='copied elsewhere by what keeps "OneDrive"'):
        sqlite.File(synced / "casetrail.db").check()
