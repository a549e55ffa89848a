"""Envelope encryption with AES-256-GCM, bound to owner and purpose.

Every value and every object has a data key of its own, used once. The key of the person it belongs to
wraps it, and a key from the settings (the keyring) wraps hers, so that a rotation rewrites 65 bytes per
person and never the data, and destroying one row makes everything under it unreadable. What is nobody's
in particular, or outlives its owner's account, lies under the keyring at once. All integers are big-endian.

    wrapped key   form 0x01, under the keyring, 72 B:
                         0x01 (1) | keyring version (4) | nonce (12, random)
                         | AES-256-GCM of data key (32) + nonce prefix (7), with tag (16);
                         associated data: b"figurine data key" | the first 5 bytes
                  form 0x02, under a person's key, 84 B:
                         0x02 (1) | id of that key (16) | nonce (12, random)
                         | AES-256-GCM of data key (32) + nonce prefix (7), with tag (16);
                         associated data: b"figurine data key" | the first 17 bytes
    person's key  form 0x03, under the keyring, 65 B:
                         0x03 (1) | keyring version (4) | nonce (12, random)
                         | AES-256-GCM of the key (32), with tag (16);
                         associated data: b"figurine person key" | the first 5 bytes | its id (16) | user id (16)
    segment              AES-256-GCM of up to 65536 plain bytes, with tag (16);
                         nonce: nonce prefix (7) | segment number from 0 (4) | 0x01 if last, else 0x00;
                         associated data: length of purpose (2) | purpose | owner, in UTF-8
    sealed object        its segments, end to end; the wrapped key is kept beside it
    sealed value         wrapped key | segments

Segments follow the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: Online
Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance, CRYPTO 2015): what is cut
short, reordered, repeated or taken from another object does not open. Random nonces allow
2**32 wraps under one key (NIST SP 800-38D, 8.3): rotate before.
"""

from common.sealing.blind_index import blind_index
from common.sealing.form import has_sealed_form, has_wrapped_form, is_readable
from common.sealing.keyring import Keyring, Unsealable
from common.sealing.person_key import PersonKey, is_under_a_person
from common.sealing.sealer import DataKeys, Sealer
from common.sealing.segments import Readable, SealedStream, Span, locate, plain_length, sealed_length

__all__ = [
    "DataKeys",
    "Keyring",
    "PersonKey",
    "Readable",
    "SealedStream",
    "Sealer",
    "Span",
    "Unsealable",
    "blind_index",
    "has_sealed_form",
    "has_wrapped_form",
    "is_readable",
    "is_under_a_person",
    "locate",
    "plain_length",
    "sealed_length",
]
