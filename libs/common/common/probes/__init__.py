"""Probes of the promises: each looks at one thing in the running studio, and its finding is signed and kept.

Finding, Found     what was seen
Probe, Look        who looks, and what with
"""

from common.probes.finding import Finding, Found, statement_of
from common.probes.probe import Look, Probe

__all__ = ["Finding", "Found", "Look", "Probe", "statement_of"]
