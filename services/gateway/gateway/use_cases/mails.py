"""Letters that other services ask for; who they go to, only the gateway knows."""

import structlog

from common.contracts.billing import MailRequested
from gateway.repository import Work

# What there are words for, in web/templates/mail.
LETTERS = frozenset(
    {
        "invoice",
        "invoice-paid",
        "invoice-part-paid",
        "invoice-owed",
        "invoice-reminder",
        "invoice-expired",
        "invoice-cancelled",
        "archive-ready",
    }
)
_log = structlog.get_logger("gateway.mails")


def write_to_person(work: Work, event: MailRequested) -> None:
    """Have a letter sent. One there are no words for is a fault of ours, and trying again would not mend it."""
    if event.template not in LETTERS:
        _log.error("no such letter", template=event.template)
        return
    if work.accounts.find(event.user_id) is None:
        return  # whoever is gone gets no letters
    work.mails.add(event.user_id, event.template, parameters=event.parameters, attachment=event.attachment)
