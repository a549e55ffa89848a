"""A sheet of A4 with our fonts: PDF/A-2u, and the same bytes for the same words."""

from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Literal
from unicodedata import mirrored
from xml.sax.saxutils import escape

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.bidi import BidiParagraph
from fpdf.enums import Align, XPos, YPos

FONTS = Path(__file__).parent / "fonts"
REGULAR, BOLD, FALLBACK = "DejaVuSansCondensed.ttf", "DejaVuSansCondensed-Bold.ttf", "DroidSansFallback.ttf"
_MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")
# Hebrew, Arabic and their presentation forms.
_RIGHT_TO_LEFT = ((0x0590, 0x08FF), (0xFB1D, 0xFDFF), (0xFE70, 0xFEFC))

Colour = tuple[int, int, int]
INK: Colour = (29, 26, 23)
QUIET: Colour = (93, 86, 78)
ACCENT: Colour = (200, 67, 43)
RULE: Colour = (216, 208, 197)
SHADE: Colour = (250, 247, 242)
WIDTH, HEIGHT = 210.0, 297.0
LEFT, RIGHT, TOP, BOTTOM = 22.0, 20.0, 18.0, 30.0
INNER = WIDTH - LEFT - RIGHT
# Stands for the number of pages until it is known: a figure space is as wide as a digit.
_PAGES = "\u2007"

# ISO 19005-2: what a PDF/A says about itself.
_METADATA = """<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>2</pdfaid:part>
<pdfaid:conformance>U</pdfaid:conformance>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<xmp:CreateDate>{moment}</xmp:CreateDate>
<xmp:ModifyDate>{moment}</xmp:ModifyDate>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>"""


class Paper(FPDF):
    """Pages with a footer. Nothing of the machine or the moment gets into the file."""

    def __init__(self, *, title: str, identity: str, made_at: datetime, footer: tuple[str, ...], wide: bool) -> None:
        super().__init__(enforce_compliance="PDF/A-2U")
        self._identity = identity
        self._footer = footer
        self._title = title
        # How far down the two blocks under the head reach.
        self.below = 0.0
        self.set_creation_date(made_at)
        self.set_lang("en")
        # The library would write the time of printing there.
        moment = made_at.isoformat(timespec="seconds")
        self.set_xmp_metadata(_METADATA.format(title=escape(title), author=escape(footer[0]), moment=moment))
        self.add_font("text", "", FONTS / REGULAR)
        self.add_font("text", "B", FONTS / BOLD)
        if wide:
            self.add_font("wide", "", FONTS / FALLBACK)
            self.set_fallback_fonts(["wide"], exact_match=False)
        self.set_margins(LEFT, TOP, RIGHT)
        self.c_margin = 0
        self.set_auto_page_break(auto=True, margin=BOTTOM)
        self.alias_nb_pages(_PAGES)
        self.add_page()

    def file_id(self) -> str:
        """The trailer's two identifiers: of what the document is, not of when it was printed."""
        digest = sha256(self._identity.encode()).hexdigest()[:32].upper()
        return f"<{digest}><{digest}>"

    def footer(self) -> None:
        """Who sells, and which page this is."""
        self.set_y(-BOTTOM + 8)
        self.rule(self.get_y())
        self.ln(2.5)
        top = self.get_y()
        self.write_text(
            f"{self._title}  ·  page {self.page_no()} of {_PAGES}", size=7.5, colour=QUIET, height=3.8, align="R"
        )
        self.set_xy(LEFT, top)
        for line in self._footer:
            self.write_text(line, size=7.5, colour=QUIET, width=INNER - 60, height=3.8)

    def write_text(
        self,
        text: str,
        *,
        size: float = 9.5,
        bold: bool = False,
        colour: Colour = INK,
        width: float = 0,
        height: float = 5,
        align: Literal["L", "R"] = "L",
    ) -> None:
        """One paragraph at the pen, broken to the width; the pen goes below it, to where it began."""
        self.set_text_color(*colour)
        for line in text.split("\n"):
            # Said anew for each line: after characters of the fallback font the library believes it stands already.
            self.font_family = ""
            self.set_font("text", "B" if bold else "", size)
            self.multi_cell(
                width, height, in_reading_order(line), align=Align.coerce(align), new_x=XPos.LEFT, new_y=YPos.NEXT
            )

    def rule(self, y: float, *, colour: Colour = RULE, thickness: float = 0.2) -> None:
        """A line across the page."""
        self.set_draw_color(*colour)
        self.set_line_width(thickness)
        self.line(LEFT, y, WIDTH - RIGHT, y)

    def make_room(self, height: float) -> None:
        """Go to the next page if less room than this is left on this one."""
        if self.get_y() + height > HEIGHT - BOTTOM:
            self.add_page()


def in_reading_order(line: str) -> str:
    """Letters from left to right, as paper has them: what is written from the right is turned round."""
    if not any(first <= ord(letter) <= last for letter in line for first, last in _RIGHT_TO_LEFT):
        return line
    characters = BidiParagraph(line).get_reordered_characters()
    return "".join(_turned(each.character) if each.embedding_level % 2 else each.character for each in characters)


def _turned(letter: str) -> str:
    return letter.translate(_MIRRORED) if mirrored(letter) else letter


def is_wide(text: str) -> bool:
    """Whether the text needs the font that has the Chinese, Japanese and Korean characters."""
    return any(ord(letter) not in _known(REGULAR) for letter in text if letter.isprintable())


def unprintable(text: str) -> str:
    """The characters of a text that none of our fonts has."""
    return "".join(sorted({letter for letter in text if letter != "\n" and not _has(letter)}))


def _has(letter: str) -> bool:
    return ord(letter) in _known(REGULAR) or ord(letter) in _known(FALLBACK)


@cache
def _known(font: str) -> frozenset[int]:
    with TTFont(FONTS / font, lazy=True) as opened:
        return frozenset(opened.getBestCmap() or ())
