"""Run privacy: python -m privacy web | worker | all | migrate."""

from common.process import run
from privacy.wiring import build

run("privacy", build)
