"""Run analytics: python -m analytics web | worker | all | migrate | await, or by hand: report."""

import sys

from analytics.commands import COMMANDS, operate
from analytics.domain.money import PictureCosts
from analytics.wiring import build
from common import logs
from common.process import run

if sys.argv[1:2] and sys.argv[1] in COMMANDS:
    logs.configure(service="analytics", role="operator")
    service = build()
    (costs,) = [port for port in service.ports if isinstance(port, PictureCosts)]
    sys.exit(operate(service.unit, costs, sys.argv[2:]))
run("analytics", build)
