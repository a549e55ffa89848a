"""The store's own rules for what is too old: a second net, where the store has one."""

from datetime import timedelta

import pytest
from minio import Minio
from minio.error import S3Error
from minio.lifecycleconfig import LifecycleConfig
from urllib3 import HTTPResponse

from ops.lifecycle import EXPIRY_DAYS, UNFINISHED_DAYS, set_rules
from ops.services import BUCKETS
from privacy.domain.archives import ARCHIVE_KEPT, GIVEN_UP_AFTER
from privacy.domain.retention import LONGEST_HOLD
from tests.fixtures.storage import S3


def rules(client: Minio, bucket: str) -> dict[str, int | None]:
    config = client.get_bucket_lifecycle(bucket)
    assert config is not None
    return {
        rule.rule_id or "": rule.expiration.days
        if rule.expiration
        else rule.abort_incomplete_multipart_upload and rule.abort_incomplete_multipart_upload.days_after_initiation
        for rule in config.rules
    }


def test_every_bucket_gets_its_rules_and_what_has_no_end_gets_none_but_for_unfinished_uploads(s3: S3) -> None:
    for _ in range(2):
        assert set_rules(s3.client, s3.buckets) == []
    unfinished = {"never finished": UNFINISHED_DAYS}
    for name in BUCKETS:
        expected = {"too old": EXPIRY_DAYS[name], **unfinished} if name in EXPIRY_DAYS else unfinished
        assert rules(s3.client, s3.buckets[name]) == expected
    assert set(EXPIRY_DAYS) == {"uploads", "exports"}


def test_the_net_destroys_nothing_that_a_service_may_still_need() -> None:
    assert timedelta(days=EXPIRY_DAYS["uploads"]) > LONGEST_HOLD
    assert timedelta(days=EXPIRY_DAYS["exports"]) > GIVEN_UP_AFTER + ARCHIVE_KEPT


class Bare:
    """A store that answers as one does that knows no such rules, or not to whoever asks."""

    def __init__(self, code: str) -> None:
        self._code = code

    def set_bucket_lifecycle(self, bucket_name: str, config: LifecycleConfig) -> None:
        answer = HTTPResponse(status=501)
        assert config.rules
        raise S3Error(answer, self._code, None, bucket_name, None, None)


def test_a_store_that_knows_no_rules_is_no_reason_not_to_start() -> None:
    assert set_rules(Bare("NotImplemented"), {"uploads": "u", "photos": "p"}) == ["u", "p"]


def test_a_store_that_refuses_whoever_asks_is(s3: S3) -> None:
    with pytest.raises(S3Error):
        set_rules(Bare("AccessDenied"), s3.buckets)
