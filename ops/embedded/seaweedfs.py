"""SeaweedFS as S3: TLS only, every object encrypted at rest, no bucket by accident.

Its inner ports are on loopback and answer nobody without a token signed with keys of this stack.
"""

import json
import sys
from pathlib import Path

import urllib3
from minio import Minio
from minio.error import MinioException
from minio.sseconfig import Rule, SSEConfig

from ops import lifecycle, object_access
from ops.embedded import files
from ops.embedded.programs import Program
from ops.embedded.site import Site
from ops.embedded.waiting import holds
from ops.services import BUCKETS, BUCKETS_OF

REGION = "us-east-1"
_TOKEN_KEYS = ("SIGNING", "SIGNING_READ", "FILER_SIGNING", "FILER_SIGNING_READ")


class SeaweedFS:
    """The object store of one stack."""

    name = "seaweedfs"

    def __init__(self, site: Site) -> None:
        self._site = site

    def programs(self) -> list[Program]:
        """One process with everything in it; what it has acknowledged survives SIGKILL."""
        weed = str(Path(sys.executable).parent / "weed")
        command = (weed, "-logtostderr=true", "server", *self._options())
        return [Program(name="seaweedfs", command=command, environment=self._environment(), stop_seconds=2)]

    def prepare(self) -> None:
        """Write who may do what."""
        self._site.identity("seaweedfs")
        (self._home / "data").mkdir(exist_ok=True)
        names = (object_access.ADMINISTRATOR, *BUCKETS_OF)
        identities = object_access.identities({name: self.secret_key(name) for name in names})
        files.write(self._home / "identities.json", json.dumps(identities))

    def is_ready(self) -> bool:
        """Whether the operator can list buckets."""
        return holds(self._list_buckets, MinioException, urllib3.exceptions.HTTPError)

    def provision(self) -> None:
        """Make the buckets, each with encryption as the default and rules for what is too old."""
        client = self.client(object_access.ADMINISTRATOR)
        make_buckets(client, BUCKETS)
        lifecycle.set_rules(client, {name: name for name in BUCKETS})

    @property
    def endpoint(self) -> str:
        """The store's address."""
        return f"https://localhost:{self._site.ports['s3']}"

    def secret_key(self, identity: str) -> str:
        """The secret key of an identity; the access key is its name."""
        return self._site.secrets.password(f"s3 {identity}")

    def client(self, identity: str) -> Minio:
        """A client that does not try twice."""
        pool = urllib3.PoolManager(ca_certs=str(self._site.ca), retries=False, timeout=10)
        return Minio(
            f"localhost:{self._site.ports['s3']}",
            identity,
            self.secret_key(identity),
            region=REGION,
            http_client=pool,
        )

    @property
    def _home(self) -> Path:
        return self._site.home("seaweedfs")

    def _list_buckets(self) -> None:
        self.client(object_access.ADMINISTRATOR).list_buckets()

    def _options(self) -> list[str]:
        ports, home, sockets = self._site.ports, self._home, self._site.sockets()
        return [
            f"-dir={home}/data",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            # Alone: a master that waits for peers takes 20 s to come back.
            "-master.peers=none",
            f"-master.port={ports['seaweedfs-master']}",
            f"-master.port.grpc={ports['seaweedfs-master-grpc']}",
            "-master.volumeSizeLimitMB=64",
            "-master.telemetry=false",
            f"-volume.port={ports['seaweedfs-volume']}",
            f"-volume.port.grpc={ports['seaweedfs-volume-grpc']}",
            # A number, not 0: with 0 the first write waits for volumes to be counted.
            "-volume.max=100",
            "-volume.preStopSeconds=0",
            "-filer",
            f"-filer.port={ports['seaweedfs-filer']}",
            f"-filer.port.grpc={ports['seaweedfs-filer-grpc']}",
            f"-filer.localSocket={sockets}/filer.sock",
            "-s3",
            f"-s3.port={ports['s3']}",
            f"-s3.port.grpc={ports['seaweedfs-s3-grpc']}",
            f"-s3.config={home}/identities.json",
            "-s3.autoCreateBucket=false",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            f"-s3.localSocket={sockets}/s3.sock",
            # Without a -s3.port.https the one port there is speaks TLS, and no plain one stays open.
            f"-s3.cert.file={home}/tls.crt",
            f"-s3.key.file={home}/tls.key",
        ]

    def _environment(self) -> dict[str, str]:
        keys = {f"WEED_JWT_{name}_KEY": self._site.secrets.hex_key(f"seaweedfs {name}") for name in _TOKEN_KEYS}
        return {
            # Without this key, what it encrypted is lost.
            "WEED_S3_SSE_KEK": self._site.secrets.hex_key("seaweedfs encryption"),
            # Volumes made at a time for a bucket; seven, as for a cluster, would soon use up -volume.max.
            "WEED_MASTER_VOLUME_GROWTH_COPY_1": "1",
            **keys,
        }


def make_buckets(client: Minio, names: tuple[str, ...]) -> None:
    """Make buckets unless they exist; what is put in them is encrypted from then on (SSE-S3)."""
    for name in names:
        if not client.bucket_exists(name):
            client.make_bucket(name)
        client.set_bucket_encryption(name, SSEConfig(Rule.new_sse_s3_rule()))
