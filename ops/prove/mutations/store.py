"""What lies in the object store, and who gets at it."""

import io
import json
from collections.abc import Generator

from common.clock import SYSTEM_CLOCK
from ops.canary.life import PHOTO
from ops.prove.hands import Hands
from ops.prove.mutation import breaks


@breaks("C2", "no photo outlives its figurine", "a photo that nobody deletes, although its figurine is long done")
def forget_to_delete(hands: Hands) -> Generator[None]:
    """Deleting it is put off until tomorrow."""
    ((upload, figurine),) = hands.sql(
        "SELECT id, figurine_id FROM generation.uploads WHERE user_id = %s AND state = 'deleted' LIMIT 1",
        [hands.resident.id],
    )
    hands.sql(
        "UPDATE generation.uploads SET state = 'deleting', next_try_at = now() + interval '1 day', deleted_at = NULL"
        " WHERE id = %s",
        [upload],
    )
    shift = "UPDATE generation.figurines SET finished_at = finished_at + %s::interval WHERE id = %s"
    hands.sql(shift, ["-1 hour", figurine])
    try:
        yield
    finally:
        hands.sql(
            "UPDATE generation.uploads SET state = 'deleted', deleted_at = now(), next_try_at = NULL WHERE id = %s",
            [upload],
        )
        hands.sql(shift, ["1 hour", figurine])


@breaks("S3", "what is stored is sealed", "a photo is stored as it came")
def store_it_open(hands: Hands) -> Generator[None]:
    """Beside those that are sealed, under a name like theirs."""
    key, photo = f"{SYSTEM_CLOCK.new_id()}/photo", PHOTO.read_bytes()
    hands.store.put_object("uploads", key, io.BytesIO(photo), len(photo))
    try:
        yield
    finally:
        hands.store.remove_object("uploads", key)


@breaks(
    *("T3", "strangers stay outside", "a bucket that everybody may read"),
    companions={"S4": "everybody is also who has a key for other buckets"},
)
def open_a_bucket(hands: Hands) -> Generator[None]:
    """By a policy of the store."""
    anybody = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": ["arn:aws:s3:::uploads", "arn:aws:s3:::uploads/*"],
    }
    hands.store.set_bucket_policy("uploads", json.dumps({"Version": "2012-10-17", "Statement": [anybody]}))
    try:
        yield
    finally:
        hands.store.delete_bucket_policy("uploads")
