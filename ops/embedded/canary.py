"""The canary person as a program of the stack: a life as often as her probes are due."""

import sys

from ops.embedded.environments import Environments
from ops.embedded.programs import Program, with_environment
from ops.embedded.site import PROJECT
from ops.services import CANARY


class Canary:
    """Lives by the public door alone, and so starts last."""

    def __init__(self, environments: Environments) -> None:
        self._environments = environments

    def program(self) -> Program:
        """One process that never listens."""
        environment = self._environments.file(CANARY)
        return Program(
            name=CANARY,
            command=with_environment(environment, sys.executable, "-m", "ops.canary", "--again"),
            folder=PROJECT,
        )
