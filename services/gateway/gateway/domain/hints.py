"""What is worth saying about a photo before anything is spent on it. It warns, and never refuses. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from gateway.domain.photo import PhotoHint

# By the code the public contract names; the first two are seen by the gateway, the others by generation.
SENTENCES: Final[Mapping[str, str]] = {
    PhotoHint.DARK: "This photo is rather dark. A brighter one makes a clearer figurine.",
    PhotoHint.BLURRED: "This photo looks blurred. A sharper one makes a crisper figurine.",
    "no_subject": "No clear subject stands out in this photo. The figurine may be a plain badge; a photo with one "
    "person, animal or thing before a calm background works best.",
    "tiny_subject": "The subject is small in this photo. Go closer or crop the photo, and the figurine shows more.",
    "cut_off": "The photo seems to cut the subject off. The figurine ends where the photo does; one with some space "
    "around the subject shows all of it.",
    "several_people": "There are several people in this photo, and this style is made for one.",
    "several_subjects": "There seem to be several subjects in this photo, and this style is made for one.",
}


def known(codes: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Those there are words for, each once, in the order of the list, with their words."""
    found = set(codes)
    return ((code, sentence) for code, sentence in SENTENCES.items() if code in found)


def of_light(hints: Iterable[PhotoHint]) -> list[str]:
    """What the gateway sees itself; a dark photo shows too little for anybody to call it blurred."""
    seen = set(hints)
    return [PhotoHint.DARK] if PhotoHint.DARK in seen else [str(hint) for hint in seen]
