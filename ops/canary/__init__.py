"""The canary person: made up, she lives through the public door, and must be found before she leaves and nowhere after.

python -m ops.canary            lives one life with the stack of this machine, and prints it
python -m ops.canary --again    and again, as often as her probes are due
"""
