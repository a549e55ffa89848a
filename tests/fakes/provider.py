"""An OpenID provider: a real HTTPS server that publishes itself, gives tokens for codes, and lies when told to."""

import base64
import json
import ssl
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import jwt
import trustme
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from tests.fakes.receiver import Quiet

CLIENT, SECRET = "figurine-studio", "only the two of us know"
MAKERS: dict[str, Callable[[], Any]] = {
    "RS256": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
}


@dataclass(slots=True)
class Key:
    """What tokens are signed with."""

    kid: str
    algorithm: str
    private: Any

    @property
    def published(self) -> dict[str, Any]:
        made = jwt.get_algorithm_by_name(self.algorithm).to_jwk(self.private.public_key(), as_dict=True)
        return {**made, "kid": self.kid, "use": "sig", "alg": self.algorithm}


@dataclass(slots=True)
class FakeProvider:
    """Who comes, what is said of her, and what goes wrong."""

    issuer: str
    ca_file: Path
    keys: list[Key] = field(default_factory=list[Key])
    # By code: what was asked for, and who signed in.
    codes: dict[str, tuple[dict[str, str], dict[str, Any]]] = field(
        default_factory=dict[str, tuple[dict[str, str], dict[str, Any]]]
    )
    asked: list[str] = field(default_factory=list[str])
    # What the next answers are instead: by path, bytes or a status.
    instead: dict[str, bytes | int] = field(default_factory=dict[str, bytes | int])
    # What stands in tokens beside or in place of the truth; None leaves it out.
    claims: dict[str, Any] = field(default_factory=dict[str, Any])
    header: dict[str, Any] = field(default_factory=dict[str, Any])
    told_apart: bool = False
    made_up: Callable[[dict[str, Any]], str] | None = None
    now: Callable[[], float] = time.time

    def rotate(self, algorithm: str = "ES256") -> None:
        """Sign with another key from now on, and publish that alone."""
        self.keys = [Key(f"key {len(self.asked)} {algorithm}", algorithm, MAKERS[algorithm]())]

    def sign_in(self, address: str, **person: Any) -> str:
        """Somebody signs in at the address the studio sent her to; answers the path that leads back."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert address.startswith(f"{self.issuer}/authorize?")
        assert (query["response_type"], query["code_challenge_method"]) == ("code", "S256")
        code = f"code {len(self.codes)}"
        self.codes[code] = (query, {"auth_time": int(self.now()), **person})
        return f"{urlsplit(query['redirect_uri']).path}?code={code}&state={query['state']}"

    def token_for(self, code: str, verifier: str) -> tuple[int, dict[str, Any]]:
        """A code works once, and for whoever knows what its challenge was made of."""
        query, person = self.codes.pop(code, ({}, {}))
        challenge = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if query.get("code_challenge") != challenge:
            return 400, {"error": "invalid_grant"}
        now = int(self.now())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": query["nonce"], **person}
        self.asked.append(json.dumps(person))
        if self.told_apart:
            claims = {name: said for name, said in claims.items() if name not in {"email", "email_verified", "name"}}
        claims = {name: said for name, said in {**claims, **self.claims}.items() if said is not None}
        token = self.made_up(claims) if self.made_up else self.signed(claims)
        return 200, {"id_token": token, "access_token": json.dumps(person), "token_type": "Bearer"}

    def signed(self, claims: dict[str, Any]) -> str:
        key = self.keys[0]
        return jwt.encode(claims, key.private, algorithm=key.algorithm, headers={"kid": key.kid, **self.header})

    def published(self, path: str) -> dict[str, Any]:
        """What it says about itself."""
        if path == "/keys":
            return {"keys": [{"kty": "none of ours", "kid": "odd"}, *(each.published for each in self.keys)]}
        assert path == "/.well-known/openid-configuration"
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/me",
            "jwks_uri": f"{self.issuer}/keys",
        }


class Handler(BaseHTTPRequestHandler):
    provider: FakeProvider

    def do_GET(self) -> None:
        if self._strange():
            return
        if self.path == "/me":
            self._say(200, json.loads(self.headers["Authorization"].removeprefix("Bearer ")))
        else:
            self._say(200, self.provider.published(self.path))

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if self._strange():
            return
        pair = base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
        if tuple(map(unquote, pair.split(":"))) != (CLIENT, SECRET):
            self._say(401, {"error": "invalid_client"})
        else:
            self._say(*self.provider.token_for(form["code"][0], form["code_verifier"][0]))

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""

    def _strange(self) -> bool:
        self.provider.asked.append(self.path)
        match self.provider.instead.get(self.path):
            case None:
                return False
            case int(status):
                self._say(status, {"error": "server_error"})
            case bytes(body):
                self._send(200, body)
        return True

    def _say(self, status: int, said: dict[str, Any]) -> None:
        self._send(status, json.dumps(said).encode())

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True


@contextmanager
def providing(directory: Path) -> Generator[FakeProvider]:
    """The provider at work, under an authority of its own."""
    authority = trustme.CA()
    ca_file = directory / "provider-ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    handler = type("Bound", (Handler,), {})
    server = Quiet(("127.0.0.1", 0), handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    provider = FakeProvider(issuer=f"https://localhost:{server.server_port}", ca_file=ca_file)
    provider.rotate()
    handler.provider = provider
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
