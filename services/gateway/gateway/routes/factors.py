"""/v1/account/factors: what somebody has beside her password, and setting up an authenticator app."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from flask import Response
from pydantic import BaseModel, Field

from common.answers import Answer
from common.current import Current
from common.erasure import PersonGone
from common.problems import problems
from gateway.adapters.totp import TotpCodes
from gateway.domain.factors import NoSecondFactor, TotpNotBegun, TotpOn, WrongCode
from gateway.domain.people import ForgedRequest, FreshSignInNeeded, NotSignedIn
from gateway.routes.context import current_person, personal, unit
from gateway.routes.proofs import require_fresh
from gateway.routes.security import origin
from gateway.use_cases import factors, people

routes = personal("second factors")
codes = Current(TotpCodes)
CODES = ["k7f2m-x3q9t", "p4w8z-2hn6d"]


class PasskeyAnswer(Answer):
    """A passkey, by the name its owner gave it."""

    id: UUID
    name: Annotated[str, Field(examples=["Ada's telephone"])]
    made_at: datetime
    last_used_at: datetime | None


class FactorsAnswer(Answer):
    """What is asked for beside the password; `totp_since` is when the authenticator app was set up.

    Once there is one, the password alone lets nobody in; `recovery_codes_left` stand in for it, each once.
    """

    totp_since: datetime | None
    passkeys: list[PasskeyAnswer]
    recovery_codes_left: int


class TotpAnswer(Answer):
    """The secret an authenticator app is to learn: typed in, opened as `address`, or read from the QR code (SVG)."""

    secret: Annotated[str, Field(examples=["JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"])]
    address: Annotated[
        str, Field(examples=["otpauth://totp/Figurine%20Studio:ada%40example.org?secret=JBSWY3DPEHPK3PXP"])
    ]
    picture: Annotated[str, Field(examples=['<svg viewBox="0 0 1 1"/>'])]


class CodeBody(BaseModel):
    """The six digits the app shows."""

    code: Annotated[str, Field(max_length=20, examples=["492039"])]


class RecoveryCodesAnswer(Answer):
    """Recovery codes, shown this once; empty where there were some already, which still count."""

    recovery_codes: Annotated[list[str], Field(examples=[CODES])]


@routes.get("/v1/account/factors", responses={200: FactorsAnswer, **problems(NotSignedIn)})
def read() -> FactorsAnswer:
    """What one has beside the password."""
    with unit.begin() as work:
        found = work.factors.of(current_person().account_id)
    return FactorsAnswer(
        totp_since=found.totp_since,
        passkeys=[PasskeyAnswer.model_validate(passkey) for passkey in found.passkeys],
        recovery_codes_left=found.codes_left,
    )


@routes.post(
    "/v1/account/totp",
    responses={201: TotpAnswer, **problems(NotSignedIn, ForgedRequest, FreshSignInNeeded, PersonGone, TotpOn)},
)
def begin() -> tuple[TotpAnswer, int]:
    """Begin to set up an authenticator app. It counts once its first code is confirmed."""
    person, secret = current_person(), codes().new_secret()
    require_fresh(person)
    with unit.begin(person=person.account_id) as work:
        factors.begin_totp(work, person.account_id, secret)
        address = codes().address(secret, people.read_account(work, person.account_id).email)
    return TotpAnswer(secret=secret, address=address, picture=codes().picture(address)), 201


@routes.post(
    "/v1/account/totp/confirm",
    responses={
        200: RecoveryCodesAnswer,
        **problems(NotSignedIn, WrongCode, ForgedRequest, FreshSignInNeeded, PersonGone, TotpNotBegun),
    },
)
def confirm(body: CodeBody) -> RecoveryCodesAnswer:
    """Confirm an authenticator app with the code it shows. From then on the password alone lets nobody in."""
    person = current_person()
    require_fresh(person)
    with unit.begin(person=person.account_id) as work:
        made = factors.confirm_totp(work, person.account_id, "".join(body.code.split()), step_of, origin())
        work.sessions.note_factor(person.session.id)
    return RecoveryCodesAnswer(recovery_codes=made)


@routes.delete(
    "/v1/account/totp",
    responses={204: {"description": "It is removed."}, **problems(NotSignedIn, ForgedRequest, FreshSignInNeeded)},
)
def remove() -> Response:
    """Remove the authenticator app."""
    person = current_person()
    require_fresh(person)
    with unit.begin() as work:
        factors.remove_totp(work, person.account_id, origin())
    return Response(status=204)


@routes.post(
    "/v1/account/recovery-codes",
    responses={
        201: RecoveryCodesAnswer,
        **problems(NotSignedIn, ForgedRequest, FreshSignInNeeded, PersonGone, NoSecondFactor),
    },
)
def renew_codes() -> tuple[RecoveryCodesAnswer, int]:
    """Make new recovery codes; those before count no more."""
    person = current_person()
    require_fresh(person)
    with unit.begin(person=person.account_id) as work:
        made = factors.make_codes(work, person.account_id, origin())
    return RecoveryCodesAnswer(recovery_codes=made), 201


def step_of(secret: str, code: str) -> int | None:
    """Of which half minute this is the code; None if of none around now."""
    return codes().step_of(secret, code, unit.clock.now())
