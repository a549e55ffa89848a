"""/operator/…: the rooms of machines. Forms work without a script, and lead back to a page that may be reloaded."""

from typing import Final
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as BaseResponse

from common.clock import SYSTEM_CLOCK
from common.errors import NotFound
from gateway.domain.rooms import ENGINES, JOBS, LETTERS
from gateway.routes import desk_jobs, desk_letters
from gateway.routes.desk import back_to, desk_pages, reason_given, show_room
from gateway.routes.desk_letters import Owner
from gateway.routes.promises_page import ago, lasting

jobs = desk_pages("console jobs page", *JOBS.roles)
engines = desk_pages("console engines page", *ENGINES.roles)
letters = desk_pages("console letters page", *LETTERS.roles)
PAGES: Final = (jobs, engines, letters)


@jobs.get(JOBS.path)
def show_jobs() -> Response:
    """The jobs of the house, or the one whose id was asked for."""
    wanted = request.args.get("id", "").strip()
    if wanted:
        return _show_job(_id(wanted))
    return show_room("operator/jobs.html", found=desk_jobs.list_jobs(), now=SYSTEM_CLOCK.now(), ago=ago)


@jobs.post(f"{JOBS.path}/<uuid:figurine_id>/<any(cancel, retry):how>")
def act_on_job(figurine_id: UUID, how: str) -> BaseResponse:
    """Call a job off, or let it be tried at once."""
    desk_jobs.act_on_job(figurine_id, how, reason_given())
    return back_to(JOBS.path, "cancelled" if how == "cancel" else "retried")


@engines.get(ENGINES.path)
def show_engines() -> Response:
    """Every engine, and the switches of the styles."""
    found = desk_jobs.read_engine_room()
    return show_room("operator/engines.html", found=found, now=SYSTEM_CLOCK.now(), ago=ago, lasting=lasting)


@engines.post(f"{ENGINES.path}/<engine>/try")
def try_engine(engine: str) -> BaseResponse:
    """Let an engine be tried at once, for a reason."""
    desk_jobs.try_again(_name(engine), reason_given())
    return back_to(ENGINES.path, "trying")


@engines.post(f"{ENGINES.path}/styles/<style>")
def switch_style(style: str) -> BaseResponse:
    """Offer a style, or do not."""
    offered = request.form.get("offered") == "yes"
    desk_jobs.switch(_name(style), offered=offered)
    return back_to(ENGINES.path, "on" if offered else "off")


@letters.get(LETTERS.path)
def show_letters() -> Response:
    """The letters of all services; what is filtered by stands in the address."""
    found = desk_letters.look_through()
    service, event_type = request.args.get("service", ""), request.args.get("type", "")
    shown = [each for each in found.items if service in {"", each.service} and event_type in {"", each.type}]
    return show_room("operator/letters.html", found=found, shown=shown, service=service, event_type=event_type)


@letters.get(f"{LETTERS.path}/<service>/<letter_id>")
def ask_why(service: str, letter_id: str) -> Response:
    """What may be done about one letter; nothing of what it says, until somebody says why she looks."""
    return show_room("operator/letter.html", letter=_listed(_owner(service), letter_id), opened=None)


@letters.post(f"{LETTERS.path}/<service>/<letter_id>/open")
def open_letter(service: str, letter_id: str) -> Response:
    """What a letter says; that it was read is on record."""
    opened = desk_letters.open_one(_owner(service), letter_id, reason_given())
    return show_room("operator/letter.html", letter=opened, opened=opened)


@letters.post(f"{LETTERS.path}/<service>/replay")
def replay_letters(service: str) -> BaseResponse:
    """Play one letter again, or all of a type."""
    wanted = {name: request.form.get(name, "") or None for name in ("id", "type")}
    moved = desk_letters.replay_some(_owner(service), letter_id=wanted["id"], event_type=wanted["type"])
    return back_to(LETTERS.path, "replayed" if moved.count else "nothing")


@letters.post(f"{LETTERS.path}/<service>/<letter_id>/drop")
def drop_letter(service: str, letter_id: str) -> BaseResponse:
    """Drop one letter, when its type was typed."""
    typed = request.form.get("confirm", "")
    moved = desk_letters.drop_one(_owner(service), letter_id, typed=typed, reason=reason_given())
    return back_to(LETTERS.path, "dropped" if moved.count else "nothing")


def _show_job(figurine_id: UUID) -> Response:
    found = desk_jobs.OneJobAnswer(**desk_jobs.without_person(desk_jobs.find_job(figurine_id)))
    return show_room("operator/job.html", job=found, now=SYSTEM_CLOCK.now(), ago=ago)


def _listed(owner: Owner, letter_id: str) -> desk_letters.DeadLetterAnswer:
    for letter in desk_letters.look_through().items:
        if (letter.service, letter.id) == (owner, letter_id):
            return letter
    raise NotFound("That letter is not among the dead ones any more: it was played again or dropped.")


def _owner(service: str) -> Owner:
    try:
        return Owner(service)
    except ValueError:
        raise NotFound from None


def _id(written: str) -> UUID:
    try:
        return UUID(written)
    except ValueError:
        raise NotFound("That is no id of a job. Copy it whole, with its hyphens.") from None


def _name(style: str) -> str:
    """The name of a style as it may stand in an address."""
    if not style.replace("-", "").isalnum() or not style.isascii():
        raise NotFound
    return style
