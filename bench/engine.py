"""What does a picture cost, by style and size? Run: python -m bench.engine

Every cell is a fresh process that loads the network and the fonts as a worker does, lifts the subject from the example
photo of a person and paints it once, on one core. CPU time is what that process used; memory is its peak (VmHWM),
libraries and network included. Cutting out is done once per order, whatever its number of pictures, so it has a table
of its own.
"""

import json
import os
import platform
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final
from uuid import UUID

import cv2
import numpy as np

from generation.adapters.studio.brief import Brief
from generation.adapters.studio.cutout import lift, open_photo
from generation.adapters.studio.engine import StudioEngine
from generation.adapters.studio.render import STYLES, cut_out, render
from generation.adapters.studio.segmentation import subject_mask
from generation.adapters.studio.worker import prepare
from generation.ports import PaintOrder

ROUNDS: Final = 3
PHOTO: Final = Path(__file__).parents[1] / "examples" / "person.png"
MEMORY: Final = 1_500_000_000
SIZES: Final = {"standard": "1024 px", "large": "2048 px"}
TARGETS: Final = {("acrylic-standee", "standard"): (1.2, 450.0), ("acrylic-standee", "large"): (4.0, None)}
WORKERS: Final = 2
ORDERS: Final = 6


def peak_mib() -> float:
    """VmHWM of this program alone: ru_maxrss would count the parent it was forked from."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) / 1024


def timed(action: Callable[[], object]) -> dict[str, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    action()
    return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


def paint_here(style: str, resolution: str) -> None:
    """In a process of its own: one picture, and what it took."""
    prepare(MEMORY)
    options = {"resolution": resolution}
    brief = Brief(style=style, title="Eileen Collins", variant=1, aspect_ratio="1:1", seed=3, options=options)
    subject = cut_out(PHOTO.read_bytes(), brief.scale)
    print(json.dumps(timed(lambda: render(subject, brief)) | {"peak": peak_mib()}))


def cut_here(resolution: str) -> None:
    """In a process of its own: the whole and the parts of cutting out, after one to warm up."""
    prepare(MEMORY)
    data, scale = PHOTO.read_bytes(), 2 if resolution == "large" else 1
    cut_out(data, scale)
    whole = timed(lambda: cut_out(data, scale))
    photo, masks = open_photo(data), list[np.ndarray]()
    segmenting = timed(lambda: masks.append(subject_mask(photo)))
    photo = open_photo(data, scale)
    lifting = timed(lambda: lift(photo, masks[0]))
    print(json.dumps({"segmenting": segmenting["cpu"], "lifting": lifting["cpu"], **whole, "peak": peak_mib()}))


def measured(*arguments: str) -> list[dict[str, float]]:
    command = [sys.executable, "-m", "bench.engine", *arguments]
    runs = [subprocess.run(command, check=True, capture_output=True, text=True) for _ in range(ROUNDS)]
    return [json.loads(run.stdout) for run in runs]


def spread(values: list[float], digits: int = 2) -> str:
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f})"


def column(runs: list[dict[str, float]], key: str) -> list[float]:
    return [run[key] for run in runs]


def verdict(style: str, resolution: str, runs: list[dict[str, float]]) -> str:
    if not (target := TARGETS.get((style, resolution))):
        return ""
    found = (statistics.median(column(runs, "cpu")), statistics.median(column(runs, "peak")))
    named = zip(("CPU s", "MiB"), found, target, strict=True)
    return ", ".join(f"{n} <= {t:g}: {'met' if v <= t else 'MISSED'}" for n, v, t in named if t is not None)


def table_of_styles(cutting: Mapping[str, float]) -> None:
    print("| style | size | CPU s | wall s | peak MiB | share of segmentation in one picture | target |")
    print("|" + " --- |" * 7)
    for style in sorted(STYLES):
        for resolution, pixels in SIZES.items():
            runs = measured("one", style, resolution)
            cpu = statistics.median(column(runs, "cpu"))
            share = cutting[resolution] / (cutting[f"{resolution} whole"] + cpu)
            cells = [spread(column(runs, "cpu")), spread(column(runs, "wall")), spread(column(runs, "peak"), 0)]
            print(
                f"| {style} | {pixels} | {' | '.join(cells)} | {share:.0%} | {verdict(style, resolution, runs)} |",
                flush=True,
            )


def table_of_cutting() -> dict[str, float]:
    """Prints what lifting a subject costs; returns the seconds of segmentation and of the whole, by resolution."""
    print("| cutting out, for | CPU s | of it segmentation | of it edges and colours | peak MiB |")
    print("|" + " --- |" * 5)
    found: dict[str, float] = {}
    for resolution, pixels in SIZES.items():
        runs = measured("cut", resolution)
        found[resolution] = statistics.median(column(runs, "segmenting"))
        found[f"{resolution} whole"] = statistics.median(column(runs, "cpu"))
        cells = [spread(column(runs, key)) for key in ("cpu", "segmenting", "lifting")]
        print(f"| {pixels} | {' | '.join(cells)} | {spread(column(runs, 'peak'), 0)} |", flush=True)
    print()
    return found


def pictures_per_minute() -> None:
    """Orders of four pictures each through the engine itself, one after the other."""
    engine = StudioEngine(workers=WORKERS)
    try:
        engine.warm_up()
        photo = PHOTO.read_bytes()
        print(f"\nThrough StudioEngine with {WORKERS} workers, {ORDERS} orders of four pictures, one at a time:\n")
        for style in sorted(STYLES):
            began, count = time.perf_counter(), 0
            for number in range(ORDERS):
                order = PaintOrder(
                    figurine_id=UUID(int=number), style=style, photo=photo, title="Eileen", variants=4, seed=number
                )
                count += len(engine.paint(order))
            print(f"- {style}: {count * 60 / (time.perf_counter() - began):.0f} pictures per minute", flush=True)
    finally:
        engine.close()


def main() -> None:
    print(f"Python {platform.python_version()}, numpy {np.__version__}, OpenCV {cv2.__version__}, ", end="")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; median (min-max) of {ROUNDS} processes\n")
    table_of_styles(table_of_cutting())
    pictures_per_minute()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["one", style, resolution]:
            paint_here(style, resolution)
        case ["cut", resolution]:
            cut_here(resolution)
        case _:
            main()
