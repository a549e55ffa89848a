"""The promises of the policy, and what proves each while the studio runs.

Which service looks at what is written down once, here: the services build their probes by it, privacy waits for their
findings by it, and a promise that nobody looks at fails the build.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

EVERYBODY: Final = ("gateway", "generation", "billing", "privacy", "analytics")

# A finding is fresh for as long as this many of its appointments, and half a minute for its way.
APPOINTMENTS: Final = 3
ON_ITS_WAY: Final = timedelta(seconds=30)

PROMISES: Final[Mapping[str, str]] = {
    "C1": "We ask for your name, your e-mail address and how to reach you, and for nothing else about you.",
    "C2": "A photo is handled safely and goes once its figurine exists, unless you chose to save it.",
    "C3": "The figurines made for you are kept for you.",
    "C4": "How the studio is used is counted: styles, how often, how long.",
    "C5": "IP address, browser and system are noted to keep your account safe.",
    "C6": "Your card stays with the payment provider; no card number ever reaches us.",
    "U1": "What we hold runs the studio.",
    "U2": "Photos are used to make the figurines their owners ask for.",
    "U3": "Your account, credits and plan are managed with it.",
    "U4": "Who writes to us is answered.",
    "U5": "Pictures and models are improved only with what people allowed.",
    "U6": "News is sent only to people who want it.",
    "U7": "Payments are taken and the books are kept right.",
    "U8": "Faults and attacks are noticed and stopped.",
    "U9": "How the studio is used is studied to make it better, without watching anybody.",
    "S1": "Everything that travels is encrypted with TLS, outside and inside.",
    "S2": "Account data lies encrypted in the database: a stolen copy names nobody.",
    "S3": "Uploads are checked, stripped of what the camera wrote, stored encrypted, and deleted by themselves.",
    "S4": "Only you see what is yours, each service reads only its own, and whoever of us looks is written down.",
    "S5": "Security is audited regularly, and what was found is kept.",
    "T1": "Google Gemini makes the pictures, where it is asked to.",
    "T2": "Stripe takes payments, and other providers can stand beside it.",
    "T3": "Photos on their way lie in encrypted object storage.",
    "T4": "Counting is our own: no cookies for it, nothing that follows you elsewhere.",
    "T5": "Partners get only what a task needs, and you see what each of them got.",
    "R1": "You get a copy of everything we hold about you.",
    "R2": "What is wrong can be corrected, in every copy.",
    "R3": "What is yours is deleted when you ask, everywhere, with proof.",
    "R4": "Your data and figurines leave with you in open formats.",
    "R5": "What you allowed can be taken back at any time, and stops at once.",
    "K1": "An upload is gone within 24 hours, whatever becomes of its figurine.",
    "K2": "Figurines are kept until you delete them.",
    "K3": "Account data is kept until the account is deleted.",
    "K4": "What is older than two years of usage can be linked to nobody.",
    "N1": "A new policy is posted with its date, old ones stay readable, and everybody is told of what matters.",
    "N2": "Who asks about the policy or her data reaches a person.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """A question about a promise, and which services look, each so often."""

    promise: str
    probe: str
    services: Sequence[str]
    every: timedelta

    def every_at(self, pace: float) -> timedelta:
        """How often it looks at this pace; 1 is the usual one, 0.1 ten times as often."""
        return max(self.every * pace, timedelta(seconds=1))

    def fresh_for(self, pace: float) -> timedelta:
        """For how long what it found last counts."""
        return self.every_at(pace) * APPOINTMENTS + ON_ITS_WAY


def _seen(promise: str, probe: str, *services: str, minutes: float = 5) -> Witness:
    return Witness(promise=promise, probe=probe, services=services, every=timedelta(minutes=minutes))


WITNESSES: Final[Sequence[Witness]] = (
    _seen("C1", "nothing undeclared", *EVERYBODY),
    _seen("C1", "sign-up asks for no more", "gateway"),
    _seen("C2", "no photo outlives its figurine", "generation"),
    _seen("C3", "pictures are there", "generation", minutes=10),
    _seen("C4", "usage is counted", "analytics"),
    _seen("C5", "devices are told by a few words", "analytics"),
    _seen("C5", "sign-ins are noted", "gateway"),
    _seen("C6", "no card number", "gateway", "billing"),
    _seen("K1", "no photo lies too long in the store", "generation"),
    _seen("K1", "no upload is overdue", "privacy", minutes=1),
    _seen("K2", "no figurine went by itself", "generation"),
    _seen("K3", "no account went by itself", "gateway"),
    _seen("K4", "no name is older than two years", "analytics"),
    _seen("K4", "old months are anonymous", "analytics", minutes=10),
    _seen("N1", "nobody was left out", "gateway"),
    _seen("N1", "what came out stays and was told", "privacy"),
    _seen("N2", "questions are acknowledged", "gateway", minutes=1),
    _seen("N2", "questions are answered", "gateway"),
    _seen("R1", "a canary's copy is whole", "canary", minutes=60),
    _seen("R1", "copies come in time", "privacy"),
    _seen("R2", "a canary's correction reached her copy", "canary", minutes=60),
    _seen("R2", "corrections are followed", "gateway"),
    _seen("R2", "every copy follows", "billing"),
    _seen("R3", "a canary person is forgotten", "canary", minutes=60),
    _seen("R3", "encrypted under one's own key", "gateway", "generation", "billing", "privacy"),
    _seen("R3", "no erasure is late", "privacy", minutes=1),
    _seen("R3", "nobody who left", *EVERYBODY),
    _seen("R3", "receipts hold", "privacy"),
    _seen("R4", "a canary's copy is in open formats", "canary", minutes=60),
    _seen("R4", "archives are whole", "privacy"),
    _seen("R5", "no order after a no", "gateway"),
    _seen("R5", "nothing after a no", "generation"),
    _seen("S1", "TLS only", *EVERYBODY),
    _seen("S2", "nothing readable in a dump", *EVERYBODY),
    _seen("S3", "a canary's photo was stripped", "canary", minutes=60),
    _seen("S3", "what is stored is sealed", "generation", "privacy"),
    _seen("S4", "own buckets only", *EVERYBODY),
    _seen("S4", "own schema only", *EVERYBODY),
    _seen("S5", "the chain of findings holds", "privacy"),
    _seen("S5", "the last audit is young and found nothing serious", "privacy"),
    _seen("T1", "Gemini paints with what was promised", "generation"),
    _seen("T2", "Stripe, and others beside it", "billing"),
    _seen("T3", "strangers stay outside", "generation", "privacy"),
    _seen("T4", "counting knows nobody", "analytics"),
    _seen("T4", "no cookie and nothing from elsewhere", "gateway"),
    _seen("T5", "every call is on record", "gateway", "generation", "billing", "privacy"),
    _seen("U1", "events leave", *EVERYBODY),
    _seen("U1", "the studio answers", "gateway", minutes=1),
    _seen("U2", "a canary's photo becomes her figurine", "canary", minutes=60),
    _seen("U2", "photos serve their owners", "generation"),
    _seen("U3", "plans allow what they should", "billing"),
    _seen("U4", "answers are told of", "gateway"),
    _seen("U5", "only what was allowed", "generation"),
    _seen("U6", "a no by a link is kept", "gateway"),
    _seen("U6", "news for those who want it", "gateway"),
    _seen("U7", "the books balance", "billing"),
    _seen("U8", "faults are seen to", *EVERYBODY, minutes=10),
    _seen("U8", "guesses at passwords are counted", "gateway"),
    _seen("U8", "what is noticed is told", "gateway"),
    _seen("U8", "unusual hours are noticed", "analytics"),
    _seen("U9", "nobody is watched", "analytics"),
    # Deadlines: each service tells of its own under the promise that most of its rows belong to.
    *(
        _seen(promise, probe, *services)
        for promise, services in {
            "K1": ("generation", "privacy"),
            "K4": ("analytics",),
            "C5": ("gateway",),
            "C6": ("billing",),
        }.items()
        for probe in ("the sweeps run", "nothing is kept too long")
    ),
)


def witness_of(promise: str, probe: str) -> Witness:
    """The entry of a probe. Raises LookupError for one that is not written down above."""
    for witness in WITNESSES:
        if (witness.promise, witness.probe) == (promise, probe):
            return witness
    message = f"{promise} has no witness {probe!r}: write it into common.contracts.promises"
    raise LookupError(message)


def witnesses_of(service: str) -> list[Witness]:
    """What a service looks at."""
    return [witness for witness in WITNESSES if service in witness.services]
