"""Nothing that came with a photo is in anything that is stored or served, and whatever is says where it is from.

The engine gives back what it was sent, so that whatever travels with the photo would be in the picture.
"""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from common.service import Service
from common.storage import ObjectStore, SealedBucket
from generation.adapters.finishing import Signatures
from generation.ports import Size
from tests.fakes.engine import echoes
from tests.fixtures.photo_files import (
    SECRET,
    chunk,
    cornered,
    encoded,
    exif,
    segment,
    swapped_profile,
    turned,
    with_segments,
)
from tests.fixtures.storage import S3
from tests.fixtures.traces import foreign
from tests.integration.gateway.conftest import sealer_of
from tests.integration.gateway.studio import Studio


def _png() -> bytes:
    png = encoded(cornered(), "PNG", exif=exif(), icc_profile=swapped_profile())
    return png[:33] + chunk(b"tEXt", b"Comment\0" + SECRET) + chunk(b"iTXt", b"XML\0\0\0\0\0" + SECRET) + png[33:]


def _jpeg() -> bytes:
    thumbnail = segment(0xE0, b"JFXX\0\x10" + encoded(cornered(64, 64), "JPEG", comment=SECRET))
    jpeg = encoded(cornered(), "JPEG", exif=exif(), comment=SECRET, icc_profile=swapped_profile(), xmp=SECRET)
    return with_segments(jpeg, thumbnail, segment(0xED, b"Photoshop 3.0\0" + SECRET)) + SECRET


UPLOADS = {
    "a JPEG with everything": _jpeg(),
    "a JPEG of a turned camera": turned(6),
    "a PNG with texts": _png(),
    "a WebP": encoded(cornered(), "WEBP", exif=exif(), icc_profile=swapped_profile(), xmp=SECRET),
    "a HEIC": encoded(cornered(), "HEIF", exif=exif()),
}
SIZES = [size.value for size in Size]
FORMATS = [None, "jpeg", "png", "webp"]


@pytest.fixture
def figurines(object_store: ObjectStore, s3: S3, generation_service: Service[Any]) -> SealedBucket:
    sealer = sealer_of(generation_service.unit)
    return SealedBucket(object_store, s3.buckets["figurines"], sealer, "figurine.picture")


@pytest.mark.parametrize("upload", UPLOADS)
def test_nothing_that_came_with_a_photo_is_in_any_picture(
    studio: Studio, signatures: Signatures, figurines: SealedBucket, s3: S3, upload: str
) -> None:
    assert SECRET in UPLOADS[upload]
    studio.engine.will(echoes)
    ada = studio.sign_up()
    figurine_id = ada.order(UPLOADS[upload], title="Ada of Berlin", note="in the garden").get_json()["id"]
    studio.settle()
    served: dict[str, bytes] = {}
    for size in SIZES:
        for wanted in FORMATS:
            asked = {"size": size, **({"format": wanted} if wanted else {})}
            response = ada.get(f"/v1/figurines/{figurine_id}/pictures/1", query_string=asked)
            assert response.status_code == 200
            served[f"{size} {wanted}"] = response.data
    found = s3.client.list_objects(s3.buckets["figurines"], prefix=f"{figurine_id}/", recursive=True)
    stored = {str(each.object_name): figurines.read(str(each.object_name), owner=str(ada.id)) for each in found}
    assert len(stored) == len(Size)
    for name, image in {**served, **stored}.items():
        assert (name, foreign(image)) == (name, set())
        assert not any(word in image for word in (b"Berlin", b"garden", ada.email.encode(), ada.id.bytes))
        if not name.startswith("original") and not name.endswith("-original"):
            with Image.open(BytesIO(image)) as picture:
                media_type = picture.get_format_mimetype()
                assert "trainedAlgorithmicMedia" in str(picture.info["xmp"])
            assert (name, signatures.inspect(image, str(media_type)).state) == (name, "Trusted")
