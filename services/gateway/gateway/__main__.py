"""Run the gateway: python -m gateway web | worker | all | migrate | rewrap."""

from common.process import run
from gateway.wiring import build

run("gateway", build, commands=("rewrap",))
