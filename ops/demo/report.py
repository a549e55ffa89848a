"""What the demo shows at its end: the statement, the proofs, and where to look."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ops.demo.answers import Figurine, Movement, Photos
from ops.demo.endpoints import PROJECT, Endpoints


def statement(console: Console, movements: Sequence[Movement], figurines: Sequence[Figurine], available: int) -> None:
    """The credit statement, the oldest movement first."""
    titles = {figurine.id: figurine.title for figurine in figurines}
    table = Table(title="Credit statement", title_justify="left")
    table.add_column("time (UTC)")
    table.add_column("what happened")
    table.add_column("for")
    table.add_column("credits", justify="right")
    table.add_column("balance", justify="right")
    for movement in reversed(movements):
        credits = f"{movement.credits:+d}" if movement.credits else "0"
        title = titles[movement.figurine_id] if movement.figurine_id else ""
        table.add_row(f"{movement.at:%H:%M:%S}", movement.reason, title, credits, str(movement.balance))
    console.print(table)
    paid = sum(figurine.price for figurine in figurines)
    console.print(f"Paid: {paid} credits, for what was delivered. Left: {available}, and none set aside.")


def evidence(console: Console, photos: Photos) -> None:
    """The proof that the uploads are gone."""
    table = Table(title="The uploaded photos are gone", title_justify="left")
    table.add_column("upload")
    table.add_column("came (UTC)")
    table.add_column("deleted (UTC)")
    table.add_column("held", justify="right")
    table.add_column("why")
    for proof in photos.proofs:
        came, gone = f"{proof.uploaded_at:%H:%M:%S}", f"{proof.deleted_at:%H:%M:%S}"
        table.add_row(f"…{proof.upload_id.hex[-6:]}", came, gone, f"{proof.held_seconds} s", proof.reason)
    console.print(table)
    console.print(f"Photos still held: {len(photos.uploads)}.")


def where_to_look(console: Console, endpoints: Endpoints, *, email: str, password: str) -> None:
    """Addresses and sign-in for a person who wants to see for herself."""
    lines = {
        "studio": f"{endpoints.gateway}/studio",
        "sign in as": f"{email}   password: {password}",
        "API": f"{endpoints.gateway}/openapi.json",
        "mail": f"{relative(endpoints.mail)}/",
        "RabbitMQ": f"{endpoints.management}   user and password: in {relative(endpoints.path)}",
        "certificate": f"browsers warn until they trust {relative(endpoints.ca)}, which only this machine uses",
    }
    console.print("\n[bold]Where to look[/]")
    for name, value in lines.items():
        console.print(f"  {name:<12} {value}", soft_wrap=True)
    console.print("The studio keeps running. `make logs` shows what it says, `make down` stops it.")


def relative(path: Path) -> str:
    """The path from the project's root, as people type it."""
    return str(path.relative_to(PROJECT)) if path.is_relative_to(PROJECT) else str(path)
