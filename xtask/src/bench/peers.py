"""What a user of these libraries would write for the work of each row."""
import os
import sys

work, path = sys.argv[1], sys.argv[2]
TAGS = (
    "PatientID PatientName StudyInstanceUID SeriesInstanceUID SOPInstanceUID Modality StudyDate"
    " SeriesNumber InstanceNumber Rows Columns PixelSpacing SliceThickness ImagePositionPatient"
    " RescaleSlope"
).split()

if work == "pydicom-list":
    import pydicom

    count = 0
    for element in pydicom.dcmread(path, stop_before_pixels=True).iterall():
        f"{element.tag} {element.VR} {element.keyword} {str(element.value)[:60]}"
        count += 1
    print(count)
elif work == "pydicom-pixels":
    from pydicom.pixels import iter_pixels

    total, low, high = 0, 1 << 30, -1
    for frame in iter_pixels(path, raw=True):
        total += int(frame.sum(dtype="u8"))
        low, high = min(low, int(frame.min())), max(high, int(frame.max()))
    print(total, low, high)
elif work == "pydicom-tags":
    import pydicom

    rows = 0
    for folder, _, names in os.walk(path):
        for name in sorted(names):
            image = pydicom.dcmread(os.path.join(folder, name), stop_before_pixels=True)
            [str(image.get(tag, "")) for tag in TAGS]
            rows += 1
    print(rows)
elif work == "webvtt-py":
    import json

    import webvtt

    with open(sys.argv[3], "w") as out:
        for cue in webvtt.read(path):
            json.dump([cue.identifier, cue.start, cue.end, cue.raw_text], out)
            out.write("\n")
else:
    sys.exit(f"no work named {work}")
