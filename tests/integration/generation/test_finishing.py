"""From a painting to files that are sound, clean, marked and signed."""

import io
import struct

import numpy as np
import pytest
import trustme
from lxml import etree
from PIL import Image

from generation.adapters.finishing import Conversions, Finisher, Signatures
from generation.domain import Format, Origin
from generation.ports import Painting, PictureBroken, Size
from tests.fixtures.photo_files import SECRET, chunk, cornered, encoded, exif, segment, swapped_profile, with_segments
from tests.fixtures.signing import GEMINI, STUDIO, signatures_under
from tests.fixtures.traces import foreign, marks

COMPOSITE = "http://cv.iptc.org/newscodes/digitalsourcetype/composite"
GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
OURS = (Size.FULL, Size.PREVIEW, Size.THUMB)
IPTC = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"
DC = "{http://purl.org/dc/elements/1.1/}"


def painting(image: bytes, kind: Format = Format.JPEG, size: tuple[int, int] = (400, 300)) -> Painting:
    return Painting(image=image, media_type=kind.media_type, width=size[0], height=size[1])


def whole(kind: Format = Format.JPEG, **options: object) -> bytes:
    return encoded(cornered(), kind.upper(), **options)


def pixels(image: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(image)) as opened:
        return np.asarray(opened.convert("RGB"))


@pytest.fixture(scope="module")
def finish(signatures: Signatures) -> Finisher:
    return Finisher(signatures)


def noisy(level: float) -> bytes:
    return encoded(Image.effect_noise((400, 300), level).convert("RGB"), "JPEG")


BROKEN = {
    "nothing": painting(b""),
    "garbage": painting(b"\xff\xd8\xff" + bytes(range(256)) * 20),
    "words instead of a picture": painting(b"I cannot help with that."),
    "cut short": painting(whole()[:-200]),
    "a PNG cut short": painting(whole(Format.PNG)[:-40], Format.PNG),
    "a WebP cut short": painting(whole(Format.WEBP)[:-40], Format.WEBP),
    "another kind than it says": painting(whole(Format.PNG), Format.JPEG),
    "wider than it says": painting(whole(), size=(399, 300)),
    "lower than it says": painting(whole(), size=(400, 301)),
    "a kind we do not take": painting(encoded(cornered(), "GIF"), size=(400, 300)),
    "a speck": painting(encoded(cornered(32, 32), "JPEG"), size=(32, 32)),
    "larger than any picture": painting(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)),
        Format.PNG,
        (30_000, 30_000),
    ),
    "one colour": painting(encoded(Image.new("RGB", (400, 300), "teal"), "JPEG")),
    "noise on a blank sheet": painting(noisy(2)),
}


@pytest.mark.parametrize("flaw", BROKEN)
@pytest.mark.parametrize("origin", [STUDIO, GEMINI], ids=["studio", "gemini"])
def test_what_is_no_sound_picture_is_not_finished(finish: Finisher, flaw: str, origin: Origin):
    with pytest.raises(PictureBroken):
        finish(BROKEN[flaw], origin)


@pytest.mark.parametrize("kind", [Format.JPEG, Format.PNG])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_blocks": 4}], ids=str)
def test_finishing_changes_no_pixel(finish: Finisher, kind: Format, options: dict[str, object]):
    image = whole(kind, **(options if kind is Format.JPEG else {}))
    finished = finish(painting(image, kind), STUDIO)
    assert (pixels(finished.files[Size.FULL]) == pixels(image)).all()
    assert (finished.media_type, finished.width, finished.height) == (kind.media_type, 400, 300)


def planted(kind: Format) -> bytes:
    """A painting that carries everything a picture file can carry besides its picture."""
    image = cornered()
    options: dict[str, object] = {"exif": exif(), "icc_profile": swapped_profile(), "xmp": b"<x>" + SECRET + b"</x>"}
    if kind is Format.JPEG:
        jpeg = encoded(image, "JPEG", comment=SECRET, **options)
        thumbnail = segment(0xE0, b"JFXX\0\x10" + encoded(cornered(64, 64), "JPEG"))
        return with_segments(jpeg, thumbnail, segment(0xED, b"Photoshop 3.0\0" + SECRET)) + SECRET
    if kind is Format.PNG:
        png = encoded(image, "PNG", exif=exif(), icc_profile=swapped_profile())
        return png[:33] + chunk(b"tEXt", b"Comment\0" + SECRET) + png[33:] + SECRET
    return encoded(image, "WEBP", **options)


@pytest.mark.parametrize("origin", [STUDIO, GEMINI], ids=["studio", "gemini"])
@pytest.mark.parametrize("kind", Format)
def test_nothing_a_painting_carries_is_in_what_we_serve(finish: Finisher, kind: Format, origin: Origin):
    image = planted(kind)
    assert SECRET in image
    finished = finish(painting(image, kind), origin)
    assert {size: foreign(finished.files[size]) for size in OURS} == {size: set() for size in OURS}


def test_metadata_without_a_profile_goes_too_and_the_pixels_stay(finish: Finisher):
    image = with_segments(whole(comment=SECRET), segment(0xED, SECRET), segment(0xE2, SECRET)) + SECRET
    full = finish(painting(image), STUDIO).files[Size.FULL]
    assert foreign(full) == set()
    assert (pixels(full) == pixels(image)).all()


def test_a_profile_is_applied_before_it_goes(finish: Finisher):
    image = encoded(cornered(), "PNG", icc_profile=swapped_profile())
    full = finish(painting(image, Format.PNG), STUDIO).files[Size.FULL]
    red, _, blue = pixels(full)[50, 50]
    assert (red < 60, blue > 190) == (True, True)


def test_a_turned_painting_comes_upright_and_transparency_on_white(finish: Finisher):
    turned = finish(painting(whole(exif=exif(6))), STUDIO)
    assert (turned.width, turned.height) == pixels(turned.files[Size.FULL]).shape[1::-1] == (300, 400)
    glass = cornered().convert("RGBA")
    glass.paste((0, 0, 0, 0), (0, 0, 40, 40))
    full = finish(painting(encoded(glass, "PNG"), Format.PNG), STUDIO).files[Size.FULL]
    assert pixels(full)[10, 10].tolist() == [255, 255, 255]


@pytest.mark.parametrize("kind", Format)
@pytest.mark.parametrize(("origin", "source"), [(STUDIO, COMPOSITE), (GEMINI, GENERATED)], ids=["studio", "gemini"])
def test_every_size_says_how_it_came_to_be_and_is_signed(
    finish: Finisher, signatures: Signatures, kind: Format, origin: Origin, source: str
):
    finished = finish(painting(whole(kind), kind), origin)
    for size in OURS:
        file = finished.files[size]
        found = signatures.inspect(file, f"image/{_kind_of(file)}")
        made = found.actions[0]
        assert (found.state, found.problems, found.parents, found.issuer) == ("Trusted", (), 0, "Figurine studio")
        assert (made.action, made.digital_source_type) == ("c2pa.created", source)
        assert (made.software, made.version) == (origin.engine, origin.model)
        assert _xmp(file)[f"{IPTC}DigitalSourceType"] == source


def _kind_of(file: bytes) -> str:
    with Image.open(io.BytesIO(file)) as opened:
        return str(opened.format).lower()


def _xmp(file: bytes) -> dict[str, str]:
    with Image.open(io.BytesIO(file)) as opened:
        packet: bytes | str = opened.info["xmp"]
    tree = etree.fromstring(packet if isinstance(packet, bytes) else packet.encode())
    return {element.tag: "".join(element.itertext()) for element in tree[0][0]}


def test_the_xmp_packet_tells_the_machine_and_nothing_of_the_person(finish: Finisher):
    fields = _xmp(finish(painting(whole()), GEMINI).files[Size.FULL])
    assert fields == {
        f"{IPTC}DigitalSourceType": GENERATED,
        "{http://ns.adobe.com/xap/1.0/}CreatorTool": "Figurine studio, engine gemini",
        f"{DC}identifier": STUDIO.figurine_id.urn,
        "{http://ns.adobe.com/xap/1.0/}CreateDate": "2026-11-26T00:00:00+00:00",
        f"{IPTC}AISystemUsed": "gemini",
        f"{IPTC}AISystemVersionUsed": "gemini-nano-banana-2.1",
        f"{DC}description": "Made with AI.",
    }
    composed = _xmp(finish(painting(whole()), STUDIO).files[Size.FULL])
    assert "without generative AI" in composed[f"{DC}description"]
    assert f"{IPTC}AISystemUsed" not in composed


def test_the_bytes_of_a_generative_engine_are_kept_as_they_came(finish: Finisher):
    image = planted(Format.PNG)
    finished = finish(painting(image, Format.PNG), GEMINI)
    assert (finished.files[Size.ORIGINAL], finished.original_type) == (image, "image/png")
    composed = finish(painting(image, Format.PNG), STUDIO)
    assert (set(composed.files), composed.original_type) == (set(OURS), None)


def test_an_engines_own_signature_goes_along_with_ours(finish: Finisher, signatures: Signatures):
    elsewhere = signatures_under(trustme.CA(organization_name="The engine's own"))
    signed = elsewhere.sign(whole(Format.PNG), Format.PNG, GEMINI)
    assert signatures.inspect(signed, "image/png").state == "Valid"
    finished = finish(painting(signed, Format.PNG), GEMINI)
    full = signatures.inspect(finished.files[Size.FULL], "image/png")
    assert (full.state, full.parents) == ("Trusted", 1)
    assert [action.action for action in full.actions] == ["c2pa.opened", "c2pa.edited.metadata"]
    assert full.actions[-1].digital_source_type == GENERATED
    assert finished.files[Size.ORIGINAL] == signed
    assert foreign(finished.files[Size.FULL]) == set()


@pytest.mark.parametrize("kind", Format)
def test_one_changed_byte_shows(finish: Finisher, signatures: Signatures, kind: Format):
    full = bytearray(finish(painting(whole(kind), kind), STUDIO).files[Size.FULL])
    full[-20] ^= 1
    found = signatures.inspect(bytes(full), kind.media_type)
    assert (found.state, bool(found.problems)) == ("Invalid", True)


def test_what_nobody_signed_and_what_nobody_can_read_is_told_apart(signatures: Signatures):
    assert signatures.inspect(whole(), "image/jpeg").state == "Unsigned"
    assert signatures.inspect(b"no picture", "image/jpeg").state == "Invalid"


def test_after_the_certificate_is_replaced_old_pictures_are_still_trusted(
    authority: trustme.CA, signatures: Signatures
):
    old = signatures.sign(whole(), Format.JPEG, STUDIO)
    renewed = signatures_under(authority)
    new = renewed.sign(whole(), Format.JPEG, STUDIO)
    states = [who.inspect(file, "image/jpeg").state for who in (signatures, renewed) for file in (old, new)]
    assert states == ["Trusted"] * 4
    assert renewed.inspect(old, "image/jpeg").serial != renewed.inspect(new, "image/jpeg").serial


def test_after_the_authority_is_replaced_old_pictures_are_trusted_through_the_anchors(signatures: Signatures):
    old = signatures.sign(whole(), Format.JPEG, STUDIO)
    fresh = trustme.CA(organization_name="The next one")
    assert signatures_under(fresh).inspect(old, "image/jpeg").state == "Valid"
    assert signatures_under(fresh, anchors=signatures.authority).inspect(old, "image/jpeg").state == "Trusted"


@pytest.mark.parametrize("stored", Format)
@pytest.mark.parametrize("wanted", Format)
def test_a_converted_picture_is_as_clean_marked_and_signed(
    finish: Finisher, signatures: Signatures, stored: Format, wanted: Format
):
    full = finish(painting(whole(stored), stored), GEMINI).files[Size.FULL]
    image = Conversions(signatures).convert("name", lambda: full, wanted, GEMINI)
    found = signatures.inspect(image, wanted.media_type)
    assert (found.state, found.parents, found.actions[-1].action) == ("Trusted", 1, "c2pa.converted")
    assert _kind_of(image) == wanted
    assert foreign(image) == set()
    assert marks(image) & {"XMP", "XMP "}
    assert _xmp(image)[f"{IPTC}DigitalSourceType"] == GENERATED
    assert np.abs(pixels(image).astype(int) - pixels(full)).mean() < (0.01 if wanted is Format.PNG else 4)
