"""Run the gateway: python -m gateway web | worker | all | migrate | await | news | rewrap."""

from common.process import run
from gateway.wiring import build

run("gateway", build, commands=("news", "rewrap"))
