"""What OpenSSL remembers of one connection must not reach the next one of the same thread."""

import ctypes

from common import tls_errors
from common.tls_errors import forget_tls_errors, last_tls_error

SYSTEM_LIBRARY = 2  # ERR_LIB_SYS
BROKEN_PIPE = 32


def leave_an_error() -> None:
    openssl = tls_errors._OPENSSL
    openssl.ERR_new()
    openssl.ERR_set_error(ctypes.c_int(SYSTEM_LIBRARY), ctypes.c_int(BROKEN_PIPE), None)


def test_what_a_connection_leaves_behind_is_forgotten() -> None:
    leave_an_error()
    assert last_tls_error() != 0

    forget_tls_errors()

    assert last_tls_error() == 0


def test_forgetting_nothing_is_fine() -> None:
    forget_tls_errors()
    forget_tls_errors()

    assert last_tls_error() == 0
