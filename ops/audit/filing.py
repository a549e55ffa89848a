"""Files an audit with privacy, which keeps the evidence; signed with a key that opens this one door (decision 41)."""

from datetime import datetime, timedelta

import httpx2

from common.clock import SYSTEM_CLOCK
from common.tokens import TokenIssuer
from ops.audit import wire
from ops.audit.running import Audit
from ops.audit.target import Running

AUDITOR = "audit"
_SECONDS = 10


class NotFiled(Exception):
    """The audit could not be filed; the message says why, without the key."""


def file(audit: Audit, stack: Running) -> None:
    """Hand the audit in; the same one twice is one. Raises NotFiled."""
    key, url = stack.audit.get("key"), stack.said.get("services", {}).get("privacy", {}).get("url")
    if not key or not url:
        raise NotFiled("there is no key to file audits with, or no privacy service to file them at")
    token = TokenIssuer(key, issuer=AUDITOR).issue(user_id=None, audience="privacy")
    try:
        with httpx2.Client(base_url=url, verify=wire.trusting(stack.ca), timeout=_SECONDS) as privacy:
            answer = privacy.post("/v1/audits", json=audit.as_json(), headers={"Authorization": f"Bearer {token}"})
    except httpx2.HTTPError as error:
        message = f"privacy does not answer ({type(error).__name__})"
        raise NotFiled(message) from None
    if not answer.is_success:
        message = f"privacy refused it ({answer.status_code}): {answer.text[:300]}"
        raise NotFiled(message)


def age_of_last(stack: Running) -> timedelta | None:
    """How long ago the last audit was, as the studio tells everybody; None if there was none. Raises NotFiled."""
    try:
        with httpx2.Client(base_url=stack.gateway, verify=wire.trusting(stack.ca), timeout=_SECONDS) as gateway:
            answer = gateway.get("/v1/audits").raise_for_status().json()
        last = answer["last"]
        return None if last is None else SYSTEM_CLOCK.now() - datetime.fromisoformat(last["at"])
    except (httpx2.HTTPError, ValueError, KeyError) as error:
        message = f"the gateway does not say when the last audit was ({type(error).__name__})"
        raise NotFiled(message) from None
