"""Run analytics: python -m analytics web | worker | all | migrate."""

from analytics.wiring import build
from common.process import run

run("analytics", build)
