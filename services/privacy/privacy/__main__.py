"""Run privacy: python -m privacy web | worker | all | migrate | await | rewrap | verify | audits."""

import sys

if sys.argv[1:2] == ["verify"]:
    from privacy.checking import main

    sys.exit(main(sys.argv[2:]))

from common.process import run
from privacy.wiring import build

run("privacy", build, commands=("rewrap", "audits"))
