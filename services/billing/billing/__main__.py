"""Run billing: python -m billing web | worker | all | migrate | await | rewrap, or by hand: refund | replay."""

import sys

from billing.jobs.commands import COMMANDS, operate
from billing.wiring import build
from common import logs
from common.process import run

if sys.argv[1:2] and sys.argv[1] in COMMANDS:
    logs.configure(service="billing", role="operator")
    sys.exit(operate(build().unit, sys.argv[1:]))
run("billing", build, commands=("rewrap",))
