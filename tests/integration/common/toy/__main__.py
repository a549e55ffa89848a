from common.process import run
from toy.wiring import build

run("toy", build)
