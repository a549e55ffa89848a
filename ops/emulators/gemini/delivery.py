"""How an answer goes out: whole, late, broken off, or never."""

import asyncio
import json
from secrets import token_hex, token_urlsafe

from aiohttp import web

from ops.emulators.gemini import answers
from ops.emulators.gemini.answers import Image
from ops.emulators.gemini.errors import invalid, ordered
from ops.emulators.gemini.ledger import Call
from ops.emulators.gemini.models import Model
from ops.emulators.gemini.pictures import Painter
from ops.emulators.gemini.requests import Asked
from ops.emulators.gemini.script import Behaviour, Kind

_WORDS = "Here is the figurine you asked for."
_LOOK_AGAIN_SECONDS = 0.05
_PIECES = 50
# For these a picture is made, whether or not the answer arrives.
PAINTED = frozenset(
    {
        Kind.PICTURE, Kind.GARBAGE_PICTURE, Kind.TRUNCATED_PICTURE, Kind.DROP, Kind.DROP_HALFWAY, Kind.SLOW_BODY,
        Kind.STALL, Kind.HANG,
    }
)  # fmt: skip


class Delivery:
    """Makes answers and sends them as a behaviour says."""

    def __init__(self, painter: Painter) -> None:
        self._painter = painter

    async def answer(
        self, request: web.Request, call: Call, asked: Asked, model: Model, behaviour: Behaviour
    ) -> web.StreamResponse:
        """The answer to a call that was understood. Raises ApiError where the script says so."""
        if behaviour.kind is Kind.ERROR:
            return _error(call, behaviour)
        call.billed = behaviour.kind in PAINTED and asked.wants_picture
        match behaviour.kind:
            case Kind.HANG:
                await _given_up(request)
                return web.Response(status=499)
            case Kind.DROP | Kind.LOST:
                return _cut_off(request, web.Response())
            case Kind.INVALID_JSON:
                body = b'{"candidates": [{"content": {"par'
            case _:
                body = json.dumps(await self.body(asked, model, behaviour), indent=2).encode()
        return await _sent(request, call, body, behaviour)

    async def body(self, asked: Asked, model: Model, behaviour: Behaviour) -> answers.Json:
        """The answer's JSON."""
        response_id = token_urlsafe(16)
        match behaviour.kind:
            case Kind.EMPTY:
                return answers.empty(asked, model, response_id)
            case Kind.BLOCKED:
                return answers.blocked(asked, model, response_id, behaviour.reason or "OTHER")
            case Kind.FINISHED:
                return answers.finished(asked, model, response_id, behaviour.reason or "NO_IMAGE")
            case _ if behaviour.kind is Kind.TEXT_ONLY or not asked.wants_picture:
                return answers.text_only(asked, model, response_id, "I can describe the figurine instead.")
            case _:
                return await self._pictures(asked, model, behaviour, response_id)

    async def _pictures(self, asked: Asked, model: Model, behaviour: Behaviour, response_id: str) -> answers.Json:
        media_type = behaviour.media_type or model.media_type
        made = [
            await self._picture(asked, model, behaviour, media_type, n)
            for n in range(behaviour.thoughts + behaviour.images)
        ]
        images, thoughts = made[: behaviour.images], made[behaviour.images :]
        text = _WORDS if behaviour.with_text else ""
        return answers.picture(asked, model, response_id, images, thoughts=thoughts, text=text)

    async def _picture(self, asked: Asked, model: Model, behaviour: Behaviour, media_type: str, n: int) -> Image:
        """The nth of an answer; each is another."""
        if behaviour.kind is Kind.GARBAGE_PICTURE:
            return Image(data=token_hex(2000).encode(), media_type=media_type)
        size = model.size(asked.aspect_ratio, asked.image_size)
        if behaviour.aspect_ratio is not None:
            size = _other_shape(behaviour.aspect_ratio)
        data = await self._painter.paint(asked.photo, size, seed=(asked.seed or 0) + 1000 * n, media_type=media_type)
        if behaviour.kind is Kind.TRUNCATED_PICTURE:
            data = data[: len(data) // 2]
        return Image(data=data, media_type=media_type)


def _other_shape(aspect_ratio: str) -> tuple[int, int]:
    """Pixels for any ratio, about as many as for a square."""
    try:
        across, down = (float(part) for part in aspect_ratio.split(":"))
        height = round((1024 * 1024 * down / across) ** 0.5)
        return round(height * across / down), height
    except (ValueError, ZeroDivisionError) as error:
        raise invalid(f"The emulator does not understand the aspect ratio {aspect_ratio!r}.") from error


def _error(call: Call, behaviour: Behaviour) -> web.Response:
    if not behaviour.plain:
        raise ordered(behaviour.code, status=behaviour.status, retry_seconds=behaviour.retry_seconds)
    call.status = behaviour.code
    return web.Response(text="<html><title>Error</title></html>", status=behaviour.code, content_type="text/html")


async def _sent(request: web.Request, call: Call, body: bytes, behaviour: Behaviour) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json; charset=UTF-8"})
    response.content_length = len(body)
    await response.prepare(request)
    if behaviour.kind is Kind.DROP_HALFWAY:
        await response.write(body[: len(body) // 2])
        return _cut_off(request, response)
    if behaviour.kind is Kind.STALL:
        await response.write(body[: len(body) // 2])
        await _given_up(request)
        return response
    if behaviour.kind is Kind.SLOW_BODY:
        body = await _trickle(response, body, behaviour.seconds)
    # Noted first: whoever has the last byte may look at the ledger at once.
    call.status = 200
    await response.write(body)
    await response.write_eof()
    return response


async def _trickle(response: web.StreamResponse, body: bytes, seconds: float) -> bytes:
    """All but the last piece; returns that."""
    step = -(-len(body) // _PIECES)
    last = len(body) - step
    for start in range(0, last, step):
        await response.write(body[start : min(start + step, last)])
        await asyncio.sleep(seconds / _PIECES)
    return body[last:]


async def _given_up(request: web.Request) -> None:
    """Returns when the other side has left."""
    while request.transport is not None and not request.transport.is_closing():
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)


def _cut_off(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """End the connection; what is returned goes nowhere."""
    if request.transport is not None:
        request.transport.close()
    return response
