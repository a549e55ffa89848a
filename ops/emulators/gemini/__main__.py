"""python -m ops.emulators.gemini --port N: an emulated Gemini API on this machine, until SIGTERM or SIGINT."""

import argparse
import asyncio
import signal
import ssl
from pathlib import Path

from aiohttp import web

from ops.emulators.gemini import DEFAULT_KEY
from ops.emulators.gemini.pictures import Painter
from ops.emulators.gemini.script import Script
from ops.emulators.gemini.server import Emulator

_HOST = "127.0.0.1"
_GRACE_SECONDS = 1.0


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m ops.emulators.gemini", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 for any that is free; the address is printed")
    parser.add_argument("--key", default=DEFAULT_KEY, help="the API key that is accepted")
    parser.add_argument(
        "--plain", action="store_true", help="label the photo instead of painting: fast, for many calls"
    )
    parser.add_argument("--script", type=Path, help="a script as JSON to begin with")
    parser.add_argument("--tls-cert", type=Path, help="with --tls-key: answer over TLS")
    parser.add_argument("--tls-key", type=Path)
    asyncio.run(_serve(parser.parse_args()))


async def _serve(arguments: argparse.Namespace) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    painter = Painter(plain=arguments.plain)
    script = Script.model_validate_json(arguments.script.read_text()) if arguments.script else Script()
    application = Emulator(key=arguments.key, painter=painter, script=script).application()
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=_GRACE_SECONDS)
    await runner.setup()
    tls = _tls(arguments.tls_cert, arguments.tls_key)
    try:
        await web.TCPSite(runner, _HOST, arguments.port, ssl_context=tls).start()
        port = runner.addresses[0][1]
        print(f"The Gemini emulator answers at http{'s' if tls else ''}://{_HOST}:{port}", flush=True)
        await ended.wait()
    finally:
        await runner.cleanup()
        await asyncio.to_thread(painter.close)


def _tls(certificate: Path | None, key: Path | None) -> ssl.SSLContext | None:
    if certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context


if __name__ == "__main__":
    main()
