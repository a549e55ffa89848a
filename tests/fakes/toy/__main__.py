from common.process import run
from tests.fakes.toy.wiring import build

run("tests.fakes.toy", build, commands=("knock",))
