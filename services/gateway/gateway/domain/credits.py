"""What may go wrong with a person's credits. Pure."""

from common.errors import Refused


class TooManyTries(Refused):
    """You have tried several codes. Wait as long as Retry-After says, then try again."""

    code = "rate_limited"
    retry_after_seconds = 3600


class PaymentDeclined(Refused):
    """The payment was declined; use another card or another way to pay."""

    code = "payment_declined"
