"""What does a printable model cost? Run: python -m bench.relief

Every row is a fresh process that makes the same model three times of a picture the studio engine painted of an example
photo: seconds of the first and the median of the others (the first loads the network), the peak of the process's memory
(VmHWM), and the files. The files have been read back and checked by then, which is part of the time.
"""

import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import cv2
import trimesh

from generation.adapters.relief.model import make_model
from generation.adapters.studio.render import Brief, cut_out, render

EXAMPLES: Final = Path(__file__).parent.parent / "examples"
ROWS: Final = (
    ("person.png", "acrylic-standee", 80),
    ("person.png", "window-box", 80),
    ("cat.png", "acrylic-standee", 40),
    ("cat.png", "acrylic-standee", 80),
    ("cat.png", "acrylic-standee", 150),
    ("rocket.jpg", "acrylic-standee", 80),
)
FORMATS: Final = ("glb", "stl", "3mf", "turntable", "preview")


def painted(photo: str, style: str) -> bytes:
    brief = Brief(style=style, title="Ada", variant=1, aspect_ratio="1:1", seed=7)
    return render(cut_out((EXAMPLES / photo).read_bytes()), brief).image


def measure_here(path: str, scene: str, height: str) -> None:
    """In a process of its own, on one core, as the service's workers are."""
    cv2.setNumThreads(1)
    picture = Path(path).read_bytes()
    times: list[float] = []
    for _ in range(3):
        began = time.perf_counter()
        made = make_model(picture, scene, int(height))
        times.append(time.perf_counter() - began)
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    sizes = {part.value: len(data) for part, data in made.files.items()}
    report = {"tipping": made.report.tipping_degrees, "wall": made.report.min_wall_mm, "cm3": made.report.volume_cm3}
    result = {"first": times[0], "again": statistics.median(times[1:]), "peak": int(found[1]) / 1024, **report}
    print(json.dumps({**result, "triangles": made.report.triangles, "sizes": sizes}))


def measured(path: Path, scene: str, height: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.relief", "one", str(path), scene, str(height)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    print(f"Python {platform.python_version()}, trimesh {trimesh.__version__}, {os.cpu_count()} cores, ", end="")
    print(f"load {os.getloadavg()[0]:.1f}\n")
    files = " | ".join(f"{name} kB" for name in FORMATS)
    print(f"| picture | mm | first s | then s | peak MiB | triangles | {files} | wall mm | tips at | cm³ |")
    print("|" + " --- |" * (9 + len(FORMATS)))
    with tempfile.TemporaryDirectory() as folder:
        for photo, style, height in ROWS:
            path = Path(folder, f"{photo}-{style}")
            path.write_bytes(painted(photo, style))
            row = measured(path, style, height)
            sizes = " | ".join(f"{row['sizes'][name] / 1000:.0f}" for name in FORMATS)
            print(
                f"| {photo} {style} | {height} | {row['first']:.2f} | {row['again']:.2f} | {row['peak']:.0f} "
                f"| {row['triangles']} | {sizes} | {row['wall']} | {row['tipping']}° | {row['cm3']} |",
                flush=True,
            )


if __name__ == "__main__":
    if sys.argv[1:2] == ["one"]:
        measure_here(*sys.argv[2:])
    else:
        main()
