"""Synthetic chest CT slices whose answer is known: is there a nodule, and where?

Nothing here comes from a person. A slice is drawn in Hounsfield units from ellipses (body, fat, lungs, heart, spine, ribs), thin vessels and
end-on vessel dots that a detector must not take for nodules, blurred a little and covered with noise. Half of all slices carry one nodule of
3 to 8 pixels radius inside a lung.

    python phantom.py --out phantoms --count 4 --seed 7 [--size 256] [--syntax explicit|implicit|big|rle]

writes valid DICOM CT files and `answers.json`.
"""

import argparse
import json
from pathlib import Path

import numpy as np

SIZE = 256
UID_ROOT = "1.2.826.0.1.3680043.8.498."


class Slice:
    """One phantom: Hounsfield units [SIZE, SIZE] float32 and the nodule's row, column, radius in pixels, or None."""

    def __init__(self, hu, nodule):
        self.hu = hu
        self.nodule = nodule


def draw(image, row, column, a, b, angle, value, edge=1.0):
    """Blends an ellipse (semi-axes a along the columns, b along the rows, rotated by angle) into image; edge is the soft border in pixels."""
    reach = int(np.ceil(max(a, b) + edge + 1))
    top, bottom = max(0, int(row) - reach), min(image.shape[0], int(row) + reach + 2)
    left, right = max(0, int(column) - reach), min(image.shape[1], int(column) + reach + 2)
    if top >= bottom or left >= right:
        return
    y, x = np.mgrid[top:bottom, left:right].astype(np.float32)
    y, x = y - row, x - column
    c, s = np.cos(angle), np.sin(angle)
    u, v = (x * c + y * s) / a, (y * c - x * s) / b
    distance = (1.0 - np.sqrt(u * u + v * v)) * min(a, b)
    weight = np.clip(distance / edge + 0.5, 0.0, 1.0)
    part = image[top:bottom, left:right]
    part += weight * (value - part)


def point_in_lung(rng, lung, margin):
    """A random point of the lung ellipse at least margin pixels from its border."""
    row, column, a, b = lung
    angle, radius = rng.uniform(0, 2 * np.pi), np.sqrt(rng.uniform(0, 1))
    return row + radius * max(b - margin, 1) * np.sin(angle), column + radius * max(a - margin, 1) * np.cos(angle)


def make(rng, with_nodule=None):
    """Draws one slice from a numpy Generator."""
    if with_nodule is None:
        with_nodule = rng.uniform() < 0.5
    image = np.full((SIZE, SIZE), -1000.0, np.float32)
    row, column = rng.uniform(124, 132), rng.uniform(124, 132)
    width, height = rng.uniform(96, 112), rng.uniform(70, 84)
    draw(image, row, column, width, height, 0, rng.uniform(-120, -80), 1.5)
    shell = rng.uniform(7, 13)
    draw(image, row, column, width - shell, height - shell, 0, rng.uniform(20, 60), 1.5)
    air = rng.uniform(-880, -800)
    lungs = []
    for side in (-1, 1):
        lung = (row + rng.uniform(-6, 2), column + side * rng.uniform(44, 50), rng.uniform(29, 35), rng.uniform(44, 53))
        draw(image, *lung, side * rng.uniform(-0.1, 0.1), air, 1.5)
        lungs.append(lung)
    heart = (row + rng.uniform(4, 14), column + rng.uniform(4, 14), rng.uniform(24, 31), rng.uniform(22, 29))
    draw(image, *heart, rng.uniform(-0.4, 0.4), rng.uniform(20, 60), 1.5)
    spine = row + height * rng.uniform(0.58, 0.64)
    draw(image, spine, column, rng.uniform(10, 13), rng.uniform(9, 12), 0, rng.uniform(300, 500), 1.5)
    draw(image, spine + 11, column, 5, 4, 0, 20, 1.0)
    for index in range(10):
        angle = 2 * np.pi * (index + rng.uniform(-0.2, 0.2)) / 10
        inner = shell + 5
        draw(image, row + (height - inner) * np.sin(angle), column + (width - inner) * np.cos(angle), rng.uniform(6, 9), rng.uniform(2.2, 3.2),
             angle + np.pi / 2, rng.uniform(350, 700), 1.0)
    for lung in lungs:
        for _ in range(rng.integers(10, 22)):
            y, x = point_in_lung(rng, lung, 4)
            draw(image, y, x, rng.uniform(4, 14), rng.uniform(0.7, 1.8), rng.uniform(0, np.pi), rng.uniform(-350, 40), 1.0)
        for _ in range(rng.integers(3, 9)):
            y, x = point_in_lung(rng, lung, 4)
            radius = rng.uniform(0.8, 2.2)
            draw(image, y, x, radius, radius, 0, rng.uniform(-300, 40), 1.0)
    nodule = None
    if with_nodule:
        radius = rng.uniform(3, 8)
        for _ in range(64):
            y, x = point_in_lung(rng, lungs[int(rng.integers(0, 2))], radius + 2)
            outside_heart = ((y - heart[0]) / (heart[3] + radius)) ** 2 + ((x - heart[1]) / (heart[2] + radius)) ** 2 > 1
            if outside_heart:
                break
        draw(image, y, x, radius * rng.uniform(0.9, 1.1), radius, rng.uniform(0, np.pi), rng.uniform(-120, 60), 1.5)
        nodule = (float(y), float(x), float(radius))
    padded = np.pad(image, 1, mode="edge")
    image = (2 * image + padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]) / 6
    image += rng.normal(0, rng.uniform(18, 40), image.shape).astype(np.float32)
    return Slice(np.clip(np.round(image), -1024, 3071).astype(np.float32), nodule)


def dataset(seed, count):
    """count slices of the stream that seed names: Hounsfield units [count, SIZE, SIZE] as int16 and a list of nodules or None."""
    rng = np.random.default_rng(seed)
    slices = [make(rng) for _ in range(count)]
    return np.stack([s.hu.astype(np.int16) for s in slices]), [s.nodule for s in slices]


def write_dicom(path, hu, number=1, syntax="explicit", size=SIZE):
    """Writes one slice as a CT Image Storage file; size is a multiple of SIZE (pixels are repeated)."""
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless

    factor = size // SIZE
    pixels = np.kron(hu, np.ones((factor, factor))) if factor > 1 else hu
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    meta.MediaStorageSOPInstanceUID = f"{UID_ROOT}7.{number}"
    meta.TransferSyntaxUID = {"explicit": ExplicitVRLittleEndian, "implicit": ImplicitVRLittleEndian, "big": ExplicitVRBigEndian,
                              "rle": ExplicitVRLittleEndian}[syntax]
    file = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128, is_implicit_VR=meta.TransferSyntaxUID.is_implicit_VR,
                       is_little_endian=meta.TransferSyntaxUID.is_little_endian)
    file.SOPClassUID, file.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    file.StudyInstanceUID, file.SeriesInstanceUID = f"{UID_ROOT}5", f"{UID_ROOT}6"
    file.StudyDate = file.ContentDate = "20260101"
    file.StudyTime = file.ContentTime = "120000"
    file.Modality, file.Manufacturer, file.BodyPartExamined = "CT", "Ward phantom", "CHEST"
    file.PatientName, file.PatientID, file.PatientBirthDate, file.PatientSex = "PHANTOM^SYNTHETIC", "PHANTOM", "", ""
    file.ImageType = ["DERIVED", "SECONDARY", "AXIAL"]
    file.AccessionNumber, file.ReferringPhysicianName, file.StudyID, file.SeriesNumber, file.InstanceNumber = "", "", "1", 1, number
    file.ImagePositionPatient, file.ImageOrientationPatient = [0, 0, number], [1, 0, 0, 0, 1, 0]
    file.FrameOfReferenceUID, file.PositionReferenceIndicator = f"{UID_ROOT}8", ""
    file.PixelSpacing, file.SliceThickness, file.KVP, file.AcquisitionNumber = [1.4 / factor, 1.4 / factor], 1.25, 120, 1
    file.BurnedInAnnotation = "NO"
    file.SamplesPerPixel, file.PhotometricInterpretation = 1, "MONOCHROME2"
    file.Rows, file.Columns = pixels.shape
    file.BitsAllocated, file.BitsStored, file.HighBit, file.PixelRepresentation = 16, 12, 11, 0
    file.RescaleIntercept, file.RescaleSlope, file.RescaleType = -1024, 1, "HU"
    file.WindowCenter, file.WindowWidth = -600, 1500
    order = ">u2" if syntax == "big" else "<u2"
    file.PixelData = (pixels + 1024).astype(order).tobytes()
    file["PixelData"].VR = "OW"
    if syntax == "rle":
        file.compress(RLELossless)
    file.save_as(str(path), enforce_file_format=True)


def main():
    parser = argparse.ArgumentParser(description="Write synthetic chest CT slices as DICOM.")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=4)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--size", type=int, default=SIZE)
    parser.add_argument("--syntax", choices=["explicit", "implicit", "big", "rle"], default="explicit")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    rng, answers = np.random.default_rng(options.seed), {}
    for number in range(1, options.count + 1):
        phantom = make(rng, with_nodule=number % 2 == 1)
        name = f"phantom-{number:03d}.dcm"
        write_dicom(options.out / name, phantom.hu, number, options.syntax, options.size)
        factor = options.size // SIZE
        answers[name] = None if phantom.nodule is None else dict(zip(("row", "column", "radius"), [round(v * factor, 1) for v in phantom.nodule]))
    (options.out / "answers.json").write_text(json.dumps(answers, indent=2) + "\n")


if __name__ == "__main__":
    main()
