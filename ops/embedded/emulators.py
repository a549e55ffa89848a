"""Partners that can be emulated in a stack, by name: Stripe where there is no key for it, others when asked for."""

import os
from collections.abc import Callable, Mapping
from typing import Protocol

from ops.embedded.gemini import GeminiEmulator
from ops.embedded.server import Server
from ops.embedded.site import Site
from ops.embedded.stripe import StripeEmulator

_SUFFIX = "-emulator"


class Emulator(Server, Protocol):
    """A server that stands where a partner would; the name of its program ends with `-emulator`."""

    @property
    def address(self) -> str:
        """Where it answers."""
        ...

    def settings(self, service: str) -> Mapping[str, str]:
        """What a service is told, so that it finds the emulator where the partner would be."""
        ...


EMULATORS: Mapping[str, Callable[[Site], Emulator]] = {"gemini": GeminiEmulator, "stripe": StripeEmulator}


def without_keys() -> frozenset[str]:
    """The partners that a studio cannot do without and whose key nobody has given in the environment."""
    return frozenset() if os.environ.get("FIGURINE_STRIPE_API_KEY") else frozenset({"stripe"})


def is_emulator(program: str) -> bool:
    """Whether a program of a stack is an emulator, by its name."""
    return program.endswith(_SUFFIX)
