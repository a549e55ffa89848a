"""OpenSSL's list of errors, which belongs to a thread and outlives the connection that made them.

A write to somebody who has gone leaves an entry there. Python 3.13 takes it for the failure of the
next connection the thread reads from, although that one is well.
"""

import _ssl
import ctypes

# Without a file of its own (a static build) the library is part of the program itself.
_OPENSSL = ctypes.CDLL(getattr(_ssl, "__file__", None))


def forget_tls_errors() -> None:
    """Empty this thread's list."""
    _OPENSSL.ERR_clear_error()


def last_tls_error() -> int:
    """The newest entry of this thread's list, 0 when it is empty."""
    _OPENSSL.ERR_peek_last_error.restype = ctypes.c_ulong
    return int(_OPENSSL.ERR_peek_last_error())
