"""What a refusal of the gateway's own is answered with, where its kind alone does not say."""

from collections.abc import Mapping

from common.errors import Refused
from gateway.domain.allowances import PlanNeeded, RateLimited
from gateway.domain.corrections import TooManyChanges
from gateway.domain.credits import PaymentDeclined
from gateway.domain.figurines import InsufficientCredits, RangeOutside
from gateway.domain.models import ModelFailed, TooManyModels
from gateway.domain.photo import PhotoTooLarge, PhotoTooSmall, PhotoUnreadable, PhotoUnsupported
from gateway.domain.rights import ArchiveExpired
from gateway.domain.tickets import TooManyMessages
from gateway.domain.tries import TooManyTries

STATUSES: Mapping[type[Refused], int] = {
    InsufficientCredits: 402,
    PaymentDeclined: 402,
    PlanNeeded: 402,
    RateLimited: 429,
    PhotoTooLarge: 413,
    PhotoTooSmall: 400,
    PhotoUnreadable: 400,
    PhotoUnsupported: 415,
    ArchiveExpired: 410,
    RangeOutside: 416,
    ModelFailed: 422,
    TooManyModels: 429,
    TooManyChanges: 429,
    TooManyMessages: 429,
    TooManyTries: 429,
}
