"""`figurine webhook`: the addresses that are called, and whether a call is genuine."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from figurine_client.command import exits
from figurine_client.command.desk import AsJson, desk, say_json, say_table
from figurine_client.command.exits import Exit
from figurine_client.signatures import TOLERANCE_SECONDS, verify_signature

webhook = typer.Typer(help="Webhooks: what is called, and whether a call is genuine.", no_args_is_help=True)


@webhook.command("list")
def list_webhooks(*, as_json: AsJson = False) -> None:
    """List the addresses that are called. They are made on the studio's page /developers."""
    with desk() as at:
        found = at.studio.webhooks.list()
        if as_json:
            say_json(found)
        else:
            say_table([[each.id, each.state, each.url, " ".join(map(str, each.events))] for each in found])


@webhook.command()
def verify(
    body: Annotated[Path, typer.Argument(help="The body as it was sent, byte for byte; - reads stdin.")],
    *,
    id: Annotated[str, typer.Option("--id", help="The header webhook-id.")],
    timestamp: Annotated[str, typer.Option(help="The header webhook-timestamp.")],
    signature: Annotated[str, typer.Option(help="The header webhook-signature.")],
    secret: Annotated[
        str, typer.Option(envvar="FIGURINE_WEBHOOK_SECRET", prompt=True, hide_input=True, help="whsec_…, shown once.")
    ],
    tolerance: Annotated[float, typer.Option(metavar="SECONDS", help="How old it may be.")] = TOLERANCE_SECONDS,
    as_json: AsJson = False,
) -> None:
    """Say whether a call comes from the studio; ends with 7 if not. The secret is best given by the environment."""
    with exits.telling():
        content = sys.stdin.buffer.read() if str(body) == "-" else body.read_bytes()
        headers = {"webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature}
        try:
            call = verify_signature(secret, headers, content, tolerance=tolerance)
        except ValueError as error:
            exits.fail(str(error), Exit.USAGE)
        else:
            said: dict[str, object] = {
                "id": call.id,
                "type": call.type,
                "sequence": call.sequence,
                "data": dict(call.data),
            }
            if as_json:
                say_json(said)
            else:
                typer.echo(f"Genuine: {call.type}, number {call.sequence}.")
