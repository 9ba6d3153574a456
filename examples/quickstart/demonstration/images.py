"""The image stores of the demonstration: real CT and MR files from pydicom, phantoms with a known answer, and traps.

    python3 images.py FOLDER     writes FOLDER/ward-3 and what lies outside it
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "examples" / "models"))


def make_images(folder):
    """Fills the store FOLDER/ward-3; returns the phantoms' answers: name -> {row, column, radius} or None."""
    import numpy as np
    import phantom
    import pydicom

    store, outside = Path(folder) / "ward-3", Path(folder) / "outside"
    samples = Path(pydicom.__file__).parent / "data" / "test_files"
    for name in ("ct", "mr", "phantoms", "traps"):
        (store / name).mkdir(parents=True)
    outside.mkdir()
    shutil.copy(samples / "CT_small.dcm", store / "ct")
    shutil.copy(samples / "MR_small.dcm", store / "mr")
    shutil.copy(samples / "CT_small.dcm", outside)
    answers, rng = {}, np.random.default_rng(8)  # not a seed that the network was trained or measured on
    for number in range(1, 5):
        slice_ = phantom.make(rng, with_nodule=number % 2 == 1)
        name = f"phantom-{number}.dcm"
        phantom.write_dicom(store / "phantoms" / name, slice_.hu, number)
        answers[name] = None if slice_.nodule is None else dict(zip(("row", "column", "radius"), slice_.nodule))
    traps = store / "traps"
    os.symlink(outside / "CT_small.dcm", traps / "link.dcm")
    os.symlink(outside, traps / "folder")
    whole = (store / "ct" / "CT_small.dcm").read_bytes()
    (traps / "cut.dcm").write_bytes(whole[: len(whole) // 2])
    (traps / "text.dcm").write_bytes(b"This is no DICOM file.\n" * 40)
    (traps / "empty.dcm").write_bytes(b"")
    os.mkfifo(traps / "pipe.dcm")
    return answers


class ForeignMount:
    """A copy of the store's images on a FUSE file system; `reason` says why there is none."""

    def __init__(self, folder):
        self.root, self.reason = Path(folder) / "fuse", None
        source = Path(folder) / "ward-3"
        self.root.mkdir()
        if not shutil.which("bindfs"):
            self.reason = "the package bindfs is not installed"
        elif not os.access("/dev/fuse", os.R_OK | os.W_OK):
            self.reason = "/dev/fuse cannot be used here"
        else:
            done = subprocess.run(["bindfs", "--no-allow-other", str(source), str(self.root)], capture_output=True, text=True)
            if done.returncode != 0 or not os.path.ismount(self.root):
                self.reason = f"mounting FUSE is not permitted here: {(done.stderr or done.stdout).strip().splitlines()[-1:]}"

    @property
    def mounted(self):
        return self.reason is None

    def close(self):
        if os.path.ismount(self.root):
            for command in (["fusermount3", "-u"], ["fusermount", "-u"], ["umount"], ["umount", "-l"]):
                if shutil.which(command[0]) and subprocess.run([*command, str(self.root)], capture_output=True).returncode == 0:
                    return


def local_folder():
    """A parent for temporary files on a file system that Ward takes for local, and whether overlayfs must be trusted for it."""
    local = {"ext2/ext3", "xfs", "btrfs", "zfs", "f2fs", "tmpfs"}
    candidates = [os.environ.get("TMPDIR", "/tmp"), "/tmp", "/var/tmp", "/dev/shm", str(ROOT / ".build")]
    for candidate in candidates:
        done = subprocess.run(["stat", "-f", "-c", "%T", candidate], capture_output=True, text=True)
        if done.stdout.strip() in local and os.access(candidate, os.W_OK):
            return candidate, False
    return candidates[0], True


if __name__ == "__main__":
    make_images(sys.argv[1])
