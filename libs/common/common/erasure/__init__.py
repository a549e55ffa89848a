"""Being forgotten: the fence, the plan, the proof (promise R3).

fence        nothing new is begun for somebody who leaves, and nothing resurrects who is gone
tombstones   keyed digests of who left, in every service
journal      the same, outside the database, so that a restored backup is emptied again
eraser       objects, rows, keys; then a look whether anything is left
statements   what a service says it did, signed
"""

from common.erasure.fence import Fence, PersonGone
from common.erasure.leaving import Leaving, OutOfReach

__all__ = ["Fence", "Leaving", "OutOfReach", "PersonGone"]
