"""From photos to contact sheets and the page that shows them."""

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from html import escape
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageOps

from generation.adapters.studio.brief import Brief
from generation.adapters.studio.fonts import sized
from generation.adapters.studio.render import cut_out, render
from generation.adapters.studio.worker import prepare
from ops.gallery.photos import PHOTOS, encoded

_CELL, _COLUMNS, _GAP, _CAPTION = 384, 4, 12, 34
_PAPER, _INK = (250, 247, 242), (29, 26, 23)
_MEMORY = 1_500_000_000
_SEED = 11

Pictures = dict[str, bytes]
"""Style to JPEG."""


def painted(styles: Sequence[str], workers: int) -> Iterator[tuple[str, Pictures]]:
    """Each photo in every style, as they get ready."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=prepare, initargs=(_MEMORY,)) as pool:
        tasks = {
            pool.submit(_in_every_style, title, number, list(styles)): title for number, title in enumerate(PHOTOS)
        }
        for task in as_completed(tasks):
            yield tasks[task], task.result()


def _in_every_style(title: str, number: int, styles: list[str]) -> Pictures:
    subject = cut_out(encoded(PHOTOS[title]()))
    return {
        style: render(
            subject, Brief(style=style, title=title, variant=number % 4 + 1, aspect_ratio="1:1", seed=_SEED + number)
        ).image
        for style in styles
    }


def sheet(pictures: Sequence[tuple[str, Image.Image]], file: Path) -> None:
    """Pictures with their captions, four in a row."""
    rows = -(-len(pictures) // _COLUMNS)
    step_x, step_y = _CELL + _GAP, _CELL + _CAPTION + _GAP
    paper = Image.new("RGB", (_COLUMNS * step_x + _GAP, rows * step_y + _GAP), _PAPER)
    pen = ImageDraw.Draw(paper)
    for index, (caption, picture) in enumerate(pictures):
        x, y = _GAP + index % _COLUMNS * step_x, _GAP + index // _COLUMNS * step_y
        paper.paste(
            ImageOps.pad(picture.convert("RGB"), (_CELL, _CELL), Image.Resampling.LANCZOS, color=_PAPER), (x, y)
        )
        pen.text((x + 2, y + _CELL + 22), caption, fill=_INK, font=sized(0, 17), anchor="ls")
    paper.save(file, "JPEG", quality=88)


def write(gallery: dict[str, Pictures], styles: Sequence[str], folder: Path) -> Path:
    """A sheet per style, one of the photos themselves, and a page; returns the page."""
    folder.mkdir(parents=True, exist_ok=True)
    sheet([(title, make()) for title, make in PHOTOS.items()], folder / "photos.jpg")
    for style in styles:
        rows = [(title, Image.open(BytesIO(gallery[title][style]))) for title in PHOTOS]
        sheet(rows, folder / f"{style}.jpg")
    page = folder / "index.html"
    page.write_text(_page(styles), "utf-8")
    return page


def _page(styles: Sequence[str]) -> str:
    sections = "\n".join(
        f'<h2>{escape(name.replace("-", " ").capitalize())}</h2><img src="{escape(name)}.jpg" alt="">'
        for name in ["photos", *styles]
    )
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Every style of the studio engine</title>
<style>
body {{ margin: 0 auto; max-width: 1600px; padding: 32px; font: 17px/1.5 system-ui }}
html {{ background: #faf7f2; color: #1d1a17 }}
h1, h2 {{ font-family: ui-serif, Georgia, serif; font-weight: 600 }}
img {{ width: 100%; height: auto; border-radius: 14px }}
</style>
<h1>Every style of the studio engine</h1>
<p>Twelve photos, none chosen to please: the examples, cropped, darkened, shrunk and mixed.</p>
{sections}
</html>
"""
