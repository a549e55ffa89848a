"""The dead letters of a service: look at them, play them again, drop them.

    python -m common.dead_letters SERVICE list
    python -m common.dead_letters SERVICE inspect ID
    python -m common.dead_letters SERVICE replay ID | --all | --type TYPE
    python -m common.dead_letters SERVICE drop ID | --all

A replayed event keeps its id, so one that was handled after all is handled once. A crash in the
middle of a replay may leave a letter both replayed and here; it never loses one.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, cast

import typer
from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from common import retries
from common.broker import open_drawer
from common.messages import Delivery, Message
from common.topology import dead_queue, events_queue, retry_exchange


class BrokerSettings(BaseSettings):
    """Where the broker is: FIGURINE_BROKER_URL and FIGURINE_CA_FILE."""

    model_config = SettingsConfigDict(env_prefix="FIGURINE_", frozen=True, extra="ignore", hide_input_in_errors=True)

    broker_url: SecretStr
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """An event that was given up, and why."""

    id: str
    type: str
    reason: str
    error: str
    attempts: int
    first_failed_at: str
    body: bytes


Choice = Callable[[DeadLetter], bool]


class DeadLetters:
    """The dead-letter queue of one service, opened anew for each request."""

    def __init__(self, service: str, *, broker_url: str, ca_file: Path | None) -> None:
        self._service = service
        self._url = broker_url
        self._ca_file = ca_file

    def all(self) -> list[DeadLetter]:
        """Every dead letter, oldest first; they stay where they are."""
        with open_drawer(self._url, dead_queue(self._service), ca_file=self._ca_file) as drawer:
            return [_letter(delivery) for delivery in drawer.deliveries()]

    def replay(self, chosen: Choice) -> int:
        """Send the chosen ones back to the service's queue with all their attempts; returns how many."""
        with open_drawer(self._url, dead_queue(self._service), ca_file=self._ca_file) as drawer:
            replayed = 0
            for delivery in list(drawer.deliveries()):
                if chosen(_letter(delivery)):
                    drawer.publish(self._again(delivery))
                    drawer.remove(delivery)
                    replayed += 1
            return replayed

    def drop(self, chosen: Choice) -> int:
        """Remove the chosen ones for good; returns how many."""
        with open_drawer(self._url, dead_queue(self._service), ca_file=self._ca_file) as drawer:
            dropped = [delivery for delivery in drawer.deliveries() if chosen(_letter(delivery))]
            for delivery in dropped:
                drawer.remove(delivery)
            return len(dropped)

    def _again(self, delivery: Delivery) -> Message:
        return Message(
            exchange=retry_exchange(self._service),
            routing_key=events_queue(self._service),
            body=delivery.body,
            message_id=_letter(delivery).id,
            type=delivery.type,
        )


def _letter(delivery: Delivery) -> DeadLetter:
    headers = delivery.headers
    crashed = headers.get("x-first-death-reason") == "delivery_limit"
    return DeadLetter(
        id=delivery.message_id or f"delivery-{delivery.tag}",
        type=delivery.type or "unknown",
        reason="Whoever took it crashed or lost the connection, too often."
        if crashed
        else _text(headers, retries.REASON),
        error="DeliveryLimit" if crashed else _text(headers, retries.ERROR),
        attempts=retries.attempts(delivery),
        first_failed_at=_text(headers, retries.FIRST_FAILED_AT),
        body=delivery.body,
    )


def _text(headers: "object", name: str) -> str:
    return str(cast("dict[str, object]", headers).get(name, "unknown"))


app = typer.Typer(no_args_is_help=True, help="The dead letters of a service.", add_completion=False)

LetterId = Annotated[str | None, typer.Argument(metavar="ID", help="The id of one event.")]
Everything = Annotated[bool, typer.Option("--all", help="All of them.")]
OfType = Annotated[str | None, typer.Option("--type", help="All of one type of event.")]


@app.callback()
def _open(context: typer.Context, service: Annotated[str, typer.Argument(help="The service, as in billing.")]) -> None:
    settings = BrokerSettings.model_validate({})
    url = settings.broker_url.get_secret_value()
    context.obj = DeadLetters(service, broker_url=url, ca_file=settings.ca_file)


@app.command(name="list")
def _list(context: typer.Context) -> None:
    """One line for each: id, type, attempts, since when, and why."""
    letters = cast("DeadLetters", context.obj).all()
    for letter in letters:
        typer.echo(f"{letter.id}  {letter.type}  {letter.attempts}x  {letter.first_failed_at}  {letter.reason}")
    typer.echo(f"{len(letters)} dead letters", err=True)


@app.command()
def inspect(context: typer.Context, letter_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Everything about one of them, with the message as it came."""
    for letter in cast("DeadLetters", context.obj).all():
        if letter.id == letter_id:
            about = {name: getattr(letter, name) for name in DeadLetter.__slots__ if name != "body"}
            typer.echo(json.dumps(about, indent=2))
            typer.echo(letter.body.decode(errors="backslashreplace"))
            return
    typer.echo(f"There is no dead letter {letter_id}; `list` shows those there are.", err=True)
    raise typer.Exit(1)


@app.command()
def replay(
    context: typer.Context, letter_id: LetterId = None, *, everything: Everything = False, of: OfType = None
) -> None:
    """Send them back to the service."""
    replayed = cast("DeadLetters", context.obj).replay(_choice(letter_id, everything=everything, of=of))
    typer.echo(f"{replayed} replayed")


@app.command()
def drop(context: typer.Context, letter_id: LetterId = None, *, everything: Everything = False) -> None:
    """Remove them for good."""
    typer.echo(f"{cast('DeadLetters', context.obj).drop(_choice(letter_id, everything=everything, of=None))} dropped")


def _choice(letter_id: str | None, *, everything: bool, of: str | None) -> Choice:
    if [letter_id is not None, everything, of is not None].count(True) != 1:
        raise typer.BadParameter("say which: one ID, or --all, or --type")
    return lambda letter: everything or letter.id == letter_id or letter.type == of


if __name__ == "__main__":
    app()
