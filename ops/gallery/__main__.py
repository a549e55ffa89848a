"""python -m ops.gallery: paint twelve photos in every studio style, and lay the pictures out in contact sheets."""

import argparse
import os
import time
from pathlib import Path

from rich.console import Console
from rich.progress import track

from generation.adapters.studio.render import STYLES
from ops.gallery.photos import EXAMPLES, PHOTOS
from ops.gallery.sheets import Pictures, painted, write


def main() -> None:
    """Paint the gallery and say where it is."""
    parser = argparse.ArgumentParser(prog="python -m ops.gallery", description=__doc__)
    parser.add_argument("--out", type=Path, default=EXAMPLES / "out" / "gallery", help="the folder to write to")
    parser.add_argument("--styles", nargs="+", choices=sorted(STYLES), default=sorted(STYLES), help="only these styles")
    wishes = parser.parse_args()
    console = Console(highlight=False)
    began = time.monotonic()
    gallery: dict[str, Pictures] = {}
    ready = painted(wishes.styles, workers=min(4, os.cpu_count() or 1))
    doing = f"{len(PHOTOS)} photos in {len(wishes.styles)} styles"
    for title, pictures in track(ready, doing, total=len(PHOTOS), console=console):
        gallery[title] = pictures
    page = write(gallery, wishes.styles, wishes.out)
    count = len(PHOTOS) * len(wishes.styles)
    console.print(f"{count} pictures in {time.monotonic() - began:.0f} s: {page}")


if __name__ == "__main__":
    main()
