"""Run generation: python -m generation web | worker | all | migrate | await | quality | rewrap."""

from common.process import run
from generation.wiring import build

run("generation", build, commands=("quality", "rewrap"))
