"""/operator/…: the rooms of people. Forms work without a script; what is shown with a reason is kept by nobody."""

from typing import Final
from uuid import UUID

from flask import Response, request
from werkzeug.wrappers import Response as BaseResponse

from common.clock import SYSTEM_CLOCK
from common.errors import Invalid
from gateway.domain.rooms import PEOPLE, PROMISES, QUESTIONS, REQUESTS, STAFF, TRAIL
from gateway.domain.staff import Role
from gateway.domain.tickets import MAX_MESSAGE
from gateway.repository.acts import Filter
from gateway.routes import desk_privacy, desk_staff, desk_support
from gateway.routes.context import unit
from gateway.routes.desk import back_to, desk_pages, reason_given, show_room
from gateway.routes.promises import read_promises
from gateway.routes.promises_page import WORDS, ago, counts, groups, in_order
from gateway.use_cases import staff

questions = desk_pages("console questions page", *QUESTIONS.roles)
people = desk_pages("console people page", *PEOPLE.roles)
requests = desk_pages("console requests page", *REQUESTS.roles)
promises = desk_pages("console promises page", *PROMISES.roles)
members = desk_pages("console staff page", *STAFF.roles)
trail = desk_pages("console trail page", *TRAIL.roles)
PAGES: Final = (questions, people, requests, promises, members, trail)
_A_PAGE: Final = 50


@questions.get(QUESTIONS.path)
def show_questions() -> Response:
    """What waits for an answer, the longest first."""
    return show_room("operator/questions.html", waiting=desk_support.waiting(), now=SYSTEM_CLOCK.now(), ago=ago)


@questions.post(QUESTIONS.path)
def find_question() -> BaseResponse:
    """Go to a question by its reference."""
    wanted = request.form.get("reference", "").strip().upper()[:20]
    return back_to(f"{QUESTIONS.path}/{_plain(wanted)}")


@questions.get(f"{QUESTIONS.path}/<reference>")
def ask_for_reason(reference: str) -> Response:
    """Nothing of what was written, until somebody says why she looks."""
    return show_room("operator/question.html", reference=reference.upper()[:20], thread=None)


@questions.post(f"{QUESTIONS.path}/<reference>")
def show_question(reference: str) -> Response:
    """What was written; that it was read is on record."""
    thread, name = desk_support.read_thread(reference, reason_given())
    return show_room(
        "operator/question.html",
        reference=thread.ticket.reference,
        thread=thread,
        name=name,
        longest=MAX_MESSAGE,
        reason=reason_given(),
    )


@questions.post(f"{QUESTIONS.path}/<reference>/answer")
def answer_question(reference: str) -> BaseResponse:
    """Answer, and go back to what waits."""
    desk_support.write_answer(reference, request.form.get("message", ""))
    return back_to(QUESTIONS.path, "answered")


@questions.post(f"{QUESTIONS.path}/<reference>/close")
def close_question(reference: str) -> BaseResponse:
    """Close, and go back to what waits."""
    desk_support.close_it(reference)
    return back_to(QUESTIONS.path, "closed")


@people.get(PEOPLE.path)
def ask_whom() -> Response:
    """Whom, and why."""
    return show_room("operator/people.html", found=None)


@people.post(PEOPLE.path)
def show_person() -> Response:
    """What support needs to know of somebody; that she was looked up is on record."""
    found = desk_support.find_person(request.form.get("who", ""), reason_given())
    return show_room("operator/people.html", found=found)


@requests.get(REQUESTS.path)
def show_requests() -> Response:
    """What people asked for as their right, the nearest deadline first."""
    return show_room("operator/requests.html", found=desk_privacy.open_requests(), now=SYSTEM_CLOCK.now())


@promises.get(PROMISES.path)
def show_promises() -> Response:
    """How every promise stands with what is looked at for it, and what the last audit found."""
    found, now = read_promises(), SYSTEM_CLOCK.now()
    return show_room(
        "operator/promises.html",
        groups=list(groups(found)),
        counts=counts(found),
        words=WORDS,
        views=in_order,
        audit=desk_privacy.last_audit(),
        now=now,
        ago=ago,
    )


@members.get(STAFF.path)
def show_staff() -> Response:
    """Who may do what."""
    with unit.begin() as work:
        found = staff.read(work)
    by_person = {
        member.account_id: [each for each in found if each.account_id == member.account_id] for member in found
    }
    return show_room("operator/staff.html", members=by_person, roles=list(Role))


@members.post(STAFF.path)
def give_role() -> BaseResponse:
    """Give a role."""
    desk_staff.give_role(request.form.get("email", ""), _role(), reason_given())
    return back_to(STAFF.path, "given")


@members.post(f"{STAFF.path}/<uuid:account_id>/take")
def take_role(account_id: UUID) -> BaseResponse:
    """Take a role away."""
    desk_staff.take_role(account_id, _role(), reason_given())
    return back_to(STAFF.path, "taken")


@trail.get(TRAIL.path)
def show_trail() -> Response:
    """What was done, the latest first; what is filtered by stands in the address."""
    wanted = Filter(by=_id("by"), person=_id("person"), act=request.args.get("act") or None)
    shown, cursor = desk_staff.read_acts(wanted, limit=_A_PAGE, before=_id("cursor"))
    with unit.begin() as work:
        kinds = work.acts.kinds()
    return show_room("operator/trail.html", acts=shown, cursor=cursor, wanted=wanted, kinds=kinds)


def _role() -> Role:
    try:
        return Role(request.form.get("role", ""))
    except ValueError:
        raise Invalid("Choose a role.") from None


def _id(name: str) -> UUID | None:
    """An id of the address; raises Invalid for what is none."""
    given = request.args.get(name, "").strip()
    try:
        return UUID(given) if given else None
    except ValueError:
        raise Invalid("That is no id. Copy it whole, with its hyphens.") from None


def _plain(words: str) -> str:
    return "".join(each for each in words if each.isascii() and (each.isalnum() or each == "-")) or "none"
