"""Records what Python tests say to the service over HTTP and what they hear, as Tests/TestSupport/Exchanges.swift does.

Nothing is kept unless COUNTERSIGN_EXCHANGES names a folder; Tests/python/openapi/check.py then holds every line against
the OpenAPI document.

    exchanges.gateway(facts["baseURL"], facts["tlsBaseURL"])      # whose exchanges are kept; nobody else's
    session = exchanges.watch(requests.Session())                 # requests
    aiohttp.ClientSession(middlewares=[exchanges.middleware])     # aiohttp
    exchanges.record(method, url, request_body, content_type, status, headers, body)   # anything else
"""

import base64
import functools
import json
import os
import threading
import uuid
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

# Of these a line has "masked". Headers of requests are not kept at all. The same list as in Exchanges.swift.
SECRETS = {
    "PIN", "OTP", "SAD", "value", "password", "token", "refresh_token", "code", "code_verifier", "client_secret",
    "client_assertion", "account_token", "auth_req_id", "csrf", "transaction",
}  # fmt: skip
# Longer requests are not kept.
LONGEST = 1 << 20

_lock = threading.Lock()
_base_urls = set()


def gateway(*base_urls):
    """Calls to these base URLs are kept: tests talk to eID providers and to themselves too."""
    _base_urls.update(base_urls)


@functools.cache
def _file():
    folder = os.environ.get("COUNTERSIGN_EXCHANGES")
    if not folder:
        return None
    Path(folder).mkdir(parents=True, exist_ok=True)
    return open(Path(folder) / f"python-{uuid.uuid4()}.jsonl", "a", encoding="utf-8")  # noqa: SIM115


def is_kept(url):
    return _file() is not None and any(url == base or url.startswith(base + "/") for base in list(_base_urls))


def record(method, url, request_body, content_type, status, headers, body):
    """`headers` are the answer's, as pairs; `body` is the answer's, as bytes."""
    if not is_kept(url):
        return
    parts = urlsplit(url)
    line = {
        "method": method,
        "path": parts.path,
        "status": status,
        "version": "v1" if "/v1/" in parts.path else "v2",
        "headers": {},
    }
    request = request_body.encode() if isinstance(request_body, str) else request_body or b""
    if method == "GET":
        line["request"] = _form(parts.query)
    elif not request:
        line["request"] = None
    elif len(request) <= LONGEST:
        is_form = (content_type or "").startswith("application/x-www-form-urlencoded")
        line["request"] = _form(request.decode(errors="replace")) if is_form else _json(request)
    for name, value in headers:
        name = name.lower()
        line["headers"][name] = f"{line['headers'][name]}, {value}" if name in line["headers"] else value
    try:
        line["body"] = body.decode()
    except UnicodeDecodeError:
        line["body"] = {"base64": base64.b64encode(body).decode()}
    with _lock:
        _file().write(json.dumps(line, ensure_ascii=False) + "\n")
        _file().flush()


def _json(body):
    try:
        return _masked(json.loads(body))
    except ValueError:
        return "no strict JSON"


def _masked(value):
    if isinstance(value, list):
        return [_masked(element) for element in value]
    if isinstance(value, dict):
        return {
            name: "masked" if name in SECRETS and isinstance(member, str) else _masked(member)
            for name, member in value.items()
        }
    return value


def _form(text):
    pairs = parse_qsl(text, keep_blank_values=True)
    return {name: "masked" if name in SECRETS else value for name, value in pairs}


def watch(session):
    """Records what the requests.Session says to the gateway. Returns it."""
    session.hooks["response"].append(_requests)
    return session


def _requests(response, *_, **__):
    request = response.request
    if is_kept(request.url):
        record(request.method, request.url, request.body, request.headers.get("Content-Type"), response.status_code,
               response.raw.headers.items(), response.content)  # fmt: skip


async def middleware(request, send):
    """For an aiohttp.ClientSession."""
    url = str(request.url)
    # The body can be read once it is there; sending may use it up.
    body = await request.body.as_bytes() if is_kept(url) and request.body else b""
    response = await send(request)
    if is_kept(url):
        record(request.method, url, body, request.headers.get("Content-Type"), response.status,
               response.headers.items(), await response.read())  # fmt: skip
    return response
