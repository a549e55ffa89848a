"""Run generation: python -m generation web | worker | all | migrate."""

from common.process import run
from generation.wiring import build

run("generation", build)
