"""What does a clean picture cost, against Pillow used plainly? Run: python -m bench.intake

Every cell is a fresh process and the ways take turns. Memory is the peak of the process (VmHWM), which the target is
about, and the part of it that the photo added to the libraries both ways have loaded. Plain Pillow opens, turns,
resizes and encodes to the same size limit and quality; the intake also hashes the upload, converts its colours, drops
all metadata and looks for weaknesses.
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
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Final

import PIL
from PIL import Image, ImageOps

from gateway.adapters.intake import Intake, sanitise

ROUNDS: Final = 5
SIZES: Final = {"4 MP": (2400, 1600), "12 MP": (4032, 3024), "48 MP": (8064, 6048)}
INPUTS: Final = (("JPEG", "4 MP"), ("JPEG", "12 MP"), ("JPEG", "48 MP"), ("PNG", "4 MP"), ("HEIF", "12 MP"))
TARGETS: Final = {("JPEG", "12 MP"): (0.45, 0.5)}

Way = Callable[[bytes], object]


def plain_pillow(data: bytes) -> bytes:
    image = ImageOps.exif_transpose(Image.open(BytesIO(data))).convert("RGB")
    image.thumbnail((2048, 2048), Image.Resampling.LANCZOS, reducing_gap=None)
    jpeg = BytesIO()
    image.save(jpeg, "JPEG", quality=90, subsampling=0)
    return jpeg.getvalue()


def clean(data: bytes) -> object:
    return sanitise(BytesIO(data))


WAYS: Final[dict[str, Way]] = {"plain Pillow": plain_pillow, "intake": clean}


def photo(kind: str, size: tuple[int, int]) -> bytes:
    """Soft shapes with some grain, stored on its side and with a place in it, as a telephone does."""
    width, height = size
    bands = [Image.effect_noise((width // 16, height // 16), spread).resize(size) for spread in (90, 70, 50)]
    grain = Image.effect_noise(size, 12)
    image = Image.merge("RGB", [Image.blend(band, grain, 0.3) for band in bands])
    exif = image.getexif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    file = BytesIO()
    image.save(file, kind, exif=exif, **({"compress_level": 1} if kind == "PNG" else {"quality": 85}))
    return file.getvalue()


def memory_mib(field: str) -> float:
    """VmRSS or VmHWM of this program alone: ru_maxrss would count the parent it was forked from."""
    found = re.search(rf"{field}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) / 1024


def measure_here(way: str, path: str) -> None:
    """In a process of its own: one run to warm up, then the median of three."""
    data = Path(path).read_bytes()
    idle = memory_mib("VmRSS")
    WAYS[way](data)
    times = [timed(lambda: WAYS[way](data)) for _ in range(3)]
    print(json.dumps({"ms": statistics.median(times), "peak": (peak := memory_mib("VmHWM")), "added": peak - idle}))


def timed(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return (time.perf_counter() - began) * 1000


def measured(way: str, path: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.intake", "one", way, str(path)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def spread(values: list[float]) -> str:
    return f"{statistics.median(values):5.0f} ({min(values):.0f}-{max(values):.0f})"


def compare(kind: str, megapixels: str, path: Path) -> None:
    runs: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for _ in range(ROUNDS):
        for way, done in runs.items():
            done.append(measured(way, path))
    plain, ours = ({key: [run[key] for run in done] for key in ("ms", "peak", "added")} for done in runs.values())
    ratios = [statistics.median(ours[key]) / statistics.median(plain[key]) for key in plain]
    verdict = ""
    if target := TARGETS.get((kind, megapixels)):
        named = zip(("time", "peak"), ratios, target, strict=False)
        verdict = ", ".join(f"{name} <= {t}: {'met' if r <= t else 'MISSED'}" for name, r, t in named)
    cells = [f"{spread(plain[key])} | {spread(ours[key])} | {r:.2f}" for key, r in zip(plain, ratios, strict=True)]
    print(f"| {megapixels} {kind} {path.stat().st_size / 1e6:.1f} MB | {' | '.join(cells)} | {verdict} |", flush=True)


def sandbox_cost(path: Path) -> None:
    """What the worker process adds to one photo, once it is there."""
    data = path.read_bytes()
    intake = Intake(workers=1)
    try:
        first = timed(lambda: intake.sanitise(BytesIO(data)))
        within, without = [], []
        for _ in range(ROUNDS * 3):
            within.append(timed(lambda: intake.sanitise(BytesIO(data))))
            without.append(timed(lambda: sanitise(BytesIO(data))))
    finally:
        intake.close()
    print(f"\nThe same {path.name} through the sandbox: {spread(within)} ms, without it {spread(without)} ms;")
    print(f"the first photo, which starts the worker: {first:.0f} ms.")


def main() -> None:
    print(f"Python {platform.python_version()}, Pillow {PIL.__version__}, {os.cpu_count()} cores, ", end="")
    print(f"load {os.getloadavg()[0]:.1f}; median (min-max) of {ROUNDS} processes\n")
    pairs = " | ".join(f"plain {what} | intake | ratio" for what in ("ms", "peak MiB", "added MiB"))
    print(f"| photo | {pairs} | target |")
    print("|" + " --- |" * 11)
    with tempfile.TemporaryDirectory() as folder:
        for kind, megapixels in INPUTS:
            path = Path(folder, f"{megapixels} {kind}")
            path.write_bytes(photo(kind, SIZES[megapixels]))
            compare(kind, megapixels, path)
        sandbox_cost(Path(folder, "12 MP JPEG"))


if __name__ == "__main__":
    if sys.argv[1:2] == ["one"]:
        measure_here(*sys.argv[2:])
    else:
        main()
