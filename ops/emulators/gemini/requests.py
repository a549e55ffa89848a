"""Reading a request as strictly as the API does."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, cast

from PIL import Image

from ops.emulators.gemini.errors import invalid
from ops.emulators.gemini.models import Model
from ops.emulators.gemini.signatures import check

Json = Mapping[str, Any]

_REQUEST = frozenset(
    {
        "contents",
        "systemInstruction",
        "safetySettings",
        "generationConfig",
        "tools",
        "toolConfig",
        "cachedContent",
        "model",
    }
)
_BATCH = frozenset({"displayName", "inputConfig", "priority"})
_CONFIG = frozenset(
    {
        "candidateCount", "seed", "responseModalities", "imageConfig", "thinkingConfig", "temperature", "topP", "topK",
        "maxOutputTokens", "stopSequences", "mediaResolution",
    }
)  # fmt: skip
_IMAGE_CONFIG = frozenset({"aspectRatio", "imageSize"})
_PICTURES = frozenset({"image/png", "image/jpeg", "image/webp", "image/heic", "image/heif"})
_BROKEN = (OSError, SyntaxError, ValueError, Image.DecompressionBombError, EOFError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request, understood."""

    photo: bytes
    photo_sha256: str
    prompt_sha256: str
    prompt_tokens: int
    photo_tokens: int
    seed: int | None
    aspect_ratio: str
    image_size: str
    wants_picture: bool
    digest: str
    turns: int = 1
    signatures: int = 0


def understood(body: bytes, model: Model) -> Asked:
    """The request. Raises ApiError as the API would."""
    return asked_by(_json(body), model)


def inlined(body: bytes) -> tuple[str, list[tuple[object, dict[str, str]]]]:
    """A batch's display name, and its requests, each with its metadata. Raises ApiError as the API would."""
    batch = _members(_members(_json(body), frozenset({"batch"}), "").get("batch"), _BATCH, "batch.")
    config = _members(batch.get("inputConfig"), frozenset({"requests", "fileName"}), "batch.input_config.")
    requests = _members(config.get("requests"), frozenset({"requests"}), "batch.input_config.requests.").get("requests")
    if not batch.get("displayName"):
        raise invalid("* BatchGenerateContentRequest.batch.display_name: display_name is required")
    if not isinstance(requests, list) or not requests:
        raise invalid("* BatchGenerateContentRequest.batch.input_config: no requests")
    items = [_members(each, frozenset({"request", "metadata"}), "requests.") for each in cast("list[object]", requests)]
    return str(batch["displayName"]), [(each.get("request"), dict(each.get("metadata") or {})) for each in items]


def asked_by(content: object, model: Model) -> Asked:
    """One request of a call or of a batch. Raises ApiError as the API would."""
    request = _members(content, _REQUEST, "")
    config = _members(request.get("generationConfig", {}), _CONFIG, "generation_config.")
    image_config = _members(config.get("imageConfig", {}), _IMAGE_CONFIG, "generation_config.image_config.")
    turns = _turns(request.get("contents"))
    prompt, photos = _read(turns)
    if not prompt and not photos:
        raise invalid("* GenerateContentRequest.contents: contents is not specified")
    if turns[-1].role != "user":
        raise invalid("Please ensure that multiturn requests end with a user turn.")
    signed = check(model, [turn.parts for turn in turns], [turn.role for turn in turns])
    # What is to be changed is the latest picture.
    photo = photos[-1] if photos else b""
    modalities = cast("list[str]", config.get("responseModalities", ["TEXT"]))
    return Asked(
        photo=photo,
        photo_sha256=hashlib.sha256(photo).hexdigest(),
        prompt_sha256=hashlib.sha256(prompt.encode()).hexdigest(),
        prompt_tokens=max(1, len(prompt) // 4),
        photo_tokens=sum(_tokens(each) for each in photos),
        seed=_seed(config.get("seed")),
        aspect_ratio=_ratio(image_config.get("aspectRatio"), model, photo),
        image_size=_image_size(image_config.get("imageSize", "1K"), model),
        wants_picture="IMAGE" in modalities,
        digest=_digest(prompt, photos, config),
        turns=len(turns),
        signatures=signed,
    )


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError as error:
        raise invalid("Invalid JSON payload received. Parsing failed.") from error


def _members(value: object, known: frozenset[str], path: str) -> Json:
    """An object with names in camel case, whichever way they came; unknown names are refused."""
    if not isinstance(value, dict):
        raise invalid(f"Invalid value at '{path.rstrip('.') or 'request'}': expected an object.")
    members = {_camel(name): each for name, each in cast("dict[str, Any]", value).items()}
    for name in members:
        if name not in known:
            raise invalid(f"Invalid JSON payload received. Unknown name \"{name}\" at '{path}': Cannot find field.")
    return members


def _camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), name)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """Who said it, and each part with the bytes it is about."""

    role: str
    parts: list[tuple[Json, bytes]]


def _turns(contents: object) -> list[_Turn]:
    turns = cast("list[Json]", contents if isinstance(contents, list) else [contents or {}])
    return [_Turn(role=str(turn.get("role", "user")), parts=_parts(turn)) for turn in turns] or [
        _Turn(role="user", parts=[])
    ]


def _read(turns: list[_Turn]) -> tuple[str, list[bytes]]:
    parts = [each for turn in turns for each in turn.parts]
    texts = [str(part["text"]) for part, _ in parts if "text" in part]
    return "\n".join(texts), [content for part, content in parts if "inlineData" in part]


def _parts(turn: Json) -> list[tuple[Json, bytes]]:
    named = [
        {_camel(name): value for name, value in part.items()}
        for part in cast("list[dict[str, Any]]", turn.get("parts", []))
    ]
    return [(part, _photo(part["inlineData"]) if "inlineData" in part else _words(part)) for part in named]


def _words(part: Json) -> bytes:
    return str(part.get("text", "")).encode()


def _photo(blob: object) -> bytes:
    members = _members(blob, frozenset({"data", "mimeType", "displayName"}), "contents.parts.inline_data.")
    if members.get("mimeType") not in _PICTURES:
        raise invalid(f"Unsupported MIME type: {members.get('mimeType')}")
    try:
        # The client sends the alphabet for addresses; both are accepted.
        text = str(members.get("data", "")).replace("-", "+").replace("_", "/")
        photo = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except binascii.Error as error:
        raise invalid("Invalid value at 'contents.parts.inline_data.data': Base64 decoding failed.") from error
    try:
        with Image.open(BytesIO(photo)) as image:
            image.load()
    except _BROKEN as error:
        raise invalid("Unable to process input image. Please retry or report.") from error
    return photo


def _tokens(photo: bytes) -> int:
    """258 for each tile of 768 pixels, one tile for a small picture."""
    with Image.open(BytesIO(photo)) as image:
        width, height = image.size
    return 258 if max(width, height) <= 384 else 258 * -(-width // 768) * -(-height // 768)


def _seed(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or not -(2**31) <= value < 2**31:
        raise invalid("Invalid value at 'generation_config.seed' (TYPE_INT32)")
    return value


def _ratio(value: object, model: Model, photo: bytes) -> str:
    """As asked; without a wish, the shape nearest to the photo's."""
    if value is None:
        return _nearest(photo, model) if photo else "1:1"
    if value not in model.sizes:
        raise invalid(f"aspect_ratio must be one of {', '.join(model.sizes)}.")
    return str(value)


def _nearest(photo: bytes, model: Model) -> str:
    with Image.open(BytesIO(photo)) as image:
        shape = image.width / image.height
    return min(model.sizes, key=lambda ratio: abs(model.sizes[ratio][0] / model.sizes[ratio][1] - shape))


def _image_size(value: object, model: Model) -> str:
    if value not in model.image_sizes:
        raise invalid(f"image_size must be one of {', '.join(model.image_sizes)}.")
    return str(value)


def _digest(prompt: str, photos: list[bytes], config: Json) -> str:
    """The same for the same content, whichever model is asked."""
    digest = hashlib.sha256(json.dumps([prompt, dict(config)], sort_keys=True).encode())
    for photo in photos:
        digest.update(hashlib.sha256(photo).digest())
    return digest.hexdigest()
