"""HTTP exactly as a client sends it.

Libraries normalize what they send: they encode query characters, reorder and add headers. The clients replayed here do
none of that for each other, so requests go out octet by octet as they are given, over the standard library's
connection.
"""

import http.client
import json
import ssl
import threading
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from harness import exchanges
from harness.failure import Failure


@dataclass(frozen=True)
class Answer:
    """What came back, and for what it came."""

    method: str
    url: str
    status: int
    headers: list = field(repr=False)
    body: bytes

    def header(self, name):
        """The value of the header; None if there is none. A header that must be single and is not is a failure."""
        values = self.all(name)
        if len(values) > 1:
            raise Failure(f"{self.where()}: {len(values)} headers {name}")
        return values[0] if values else None

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def where(self):
        return f"{self.method} {urlsplit(self.url).path}"

    @property
    def text(self):
        return self.body.decode("utf-8")

    def json(self):
        """The body as JSON; the media type must say so, and no member may be doubled."""
        media = (self.header("Content-Type") or "").split(";")[0].strip().lower()
        if media != "application/json":
            raise Failure(f"{self.where()}: {self.status} with media type {media!r}: {self.text[:200]}")
        return json.loads(self.body, object_pairs_hook=_single_members)

    def pair(self):
        """Status and JSON; an empty object where there is no body."""
        return self.status, self.json() if self.body else {}

    @property
    def error(self):
        """Its code, if it is one."""
        return self.json().get("error") if self.body else None

    def __str__(self):
        return self.summary()

    def summary(self):
        location = self.header("Location")
        body = self.text[:300].replace("\n", " ") if self.body else "no body"
        return f"{self.where()} answered {self.status}: {f'to {location}' if location else body}"


def _single_members(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise Failure(f"doubled members in an answer: {names}")
    return dict(pairs)


class Wire:
    """Sends requests, one connection for each, and counts them."""

    def __init__(self, trust_anchor, certificate=None, timeout=60, source=None):
        """`certificate`: paths of a certificate and its key, for mutual TLS. `source`: the address to connect from."""
        self.source = source and (source, 0)
        self.trust_anchor = trust_anchor
        self.timeout = timeout
        self.tls = ssl.create_default_context(cafile=trust_anchor)
        if certificate:
            self.tls.load_cert_chain(*certificate)
        self.calls = 0
        self.lock = threading.Lock()

    def connect(self, url):
        """A connection to the URL's origin, and the request target: path and query as they stand in the URL."""
        scheme, rest = url.split("://", 1)
        authority, slash, target = rest.partition("/")
        if scheme == "https":
            connection = http.client.HTTPSConnection(
                authority, timeout=self.timeout, source_address=self.source, context=self.tls
            )
        elif scheme == "http":
            connection = http.client.HTTPConnection(authority, timeout=self.timeout, source_address=self.source)
        else:
            raise Failure(f"nobody connects to {url}")
        return connection, slash + target if slash else "/"

    def send(self, method, url, headers=(), body=None):
        """`headers`: pairs, sent in their order after Host. `body`: octets, or None for a request without one."""
        connection, target = self.connect(url)
        with self.lock:
            self.calls += 1
        try:
            self.begin(connection, method, target, headers, body)
            response = connection.getresponse()
            answer = Answer(method, url, response.status, response.getheaders(), response.read())
        except (OSError, http.client.HTTPException) as error:
            raise Failure(f"{method} {url.split('?')[0]}: {error!r}") from error
        finally:
            connection.close()
        media = next((value for name, value in headers if name.lower() == "content-type"), None)
        exchanges.record(method, url, body, media, answer.status, answer.headers, answer.body)
        return answer

    @staticmethod
    def begin(connection, method, target, headers, body):
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        if body is not None and not any(name.lower() == "content-length" for name, _ in headers):
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)

    def abandon(self, method, url, headers=(), body=None):
        """Sends the request and hangs up without reading the answer: what a lost connection looks like."""
        connection, target = self.connect(url)
        with self.lock:
            self.calls += 1
        try:
            self.begin(connection, method, target, headers, body)
        finally:
            connection.close()
