"""python -m ops.emulators.stripe --port N: an emulated Stripe on this machine, until SIGTERM or SIGINT."""

import argparse
import asyncio
import json
import signal
import ssl
from contextlib import suppress
from pathlib import Path

from aiohttp import web

from ops.emulators.stripe import DEFAULT_KEY, DEFAULT_SECRET, event_doors, shapes
from ops.emulators.stripe.door import Door
from ops.emulators.stripe.pages import Pages
from ops.emulators.stripe.portal_pages import PortalPages
from ops.emulators.stripe.server import Emulator
from ops.emulators.stripe.webhooks import Webhooks

_GRACE_SECONDS = 1.0


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m ops.emulators.stripe", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 for any that is free; the address is printed")
    parser.add_argument("--key", default=DEFAULT_KEY, help="the API key that is accepted")
    parser.add_argument("--secrets", type=Path, help="a JSON file with key and webhook_secret, instead of saying them")
    parser.add_argument("--public-url", help="where a browser finds its pages; default: the address it answers at")
    parser.add_argument("--webhook-url", help="where events go")
    parser.add_argument("--webhook-secret", default=DEFAULT_SECRET, help="what they are signed with")
    parser.add_argument("--webhook-ca", type=Path, help="a CA that the endpoints' certificates may be from")
    parser.add_argument(
        "--backoff", type=float, default=1.0, help="seconds before a webhook's second try; then doubling"
    )
    parser.add_argument("--old-shapes", action="store_true", help="objects as they were before 2025")
    parser.add_argument("--state", type=Path, help="a file to keep everything in")
    parser.add_argument("--tls-cert", type=Path, help="with --tls-key: answer over TLS")
    parser.add_argument("--tls-key", type=Path)
    arguments = parser.parse_args()
    if arguments.secrets is not None:
        vars(arguments).update(json.loads(arguments.secrets.read_text()))
    asyncio.run(_serve(arguments))


async def _serve(arguments: argparse.Namespace) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    emulator, webhooks = _made(arguments)
    application = web.Application()
    application.add_routes(emulator.routes())
    application.add_routes(
        [*Door(emulator, webhooks).routes(), *Pages(emulator).routes(), *PortalPages(emulator).routes()]
    )
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=_GRACE_SECONDS)
    await runner.setup()
    tls = _tls(arguments.tls_cert, arguments.tls_key)
    work = [asyncio.create_task(emulator.tick()), asyncio.create_task(webhooks.run())]
    try:
        await web.TCPSite(runner, arguments.host, arguments.port, ssl_context=tls).start()
        address = f"http{'s' if tls else ''}://127.0.0.1:{runner.addresses[0][1]}"
        emulator.world.base_url = arguments.public_url or address
        print(f"The Stripe emulator answers at {address}", flush=True)
        await ended.wait()
    finally:
        await runner.cleanup()
        for task in work:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def _made(arguments: argparse.Namespace) -> tuple[Emulator, Webhooks]:
    emulator = Emulator(key=arguments.key, state=arguments.state)
    world = emulator.world
    if arguments.old_shapes:
        world.rendered = lambda it: shapes.old(world, it)
    for stale in [each for each in world.every("webhook_endpoint") if each.get("_first")]:
        world.change(stale, deleted=True)
    if arguments.webhook_url:
        event_doors.endpoint(world, arguments.webhook_url, ["*"], arguments.webhook_secret, _first=True)
    tls = ssl.create_default_context(cafile=arguments.webhook_ca) if arguments.webhook_ca else None
    return emulator, Webhooks(world, backoff=arguments.backoff, tls=tls)


def _tls(certificate: Path | None, key: Path | None) -> ssl.SSLContext | None:
    if certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context


if __name__ == "__main__":
    main()
