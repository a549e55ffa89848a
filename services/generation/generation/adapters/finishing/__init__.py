"""From what an engine painted to what is stored and served: checked, cleaned, marked, signed.

Finisher(signatures)       a painting becomes its sizes
Conversions(signatures)    a stored picture becomes another kind of file, on request
Signatures(…)              signs with the deployment's certificate, and verifies
"""

from generation.adapters.finishing.certificates import Unfit
from generation.adapters.finishing.conversions import Conversions
from generation.adapters.finishing.finisher import Finisher
from generation.adapters.finishing.signatures import Signatures

__all__ = ["Conversions", "Finisher", "Signatures", "Unfit"]
