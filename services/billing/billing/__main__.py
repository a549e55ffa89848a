"""Run billing: python -m billing web | worker | all | migrate."""

from billing.wiring import build
from common.process import run

run("billing", build)
