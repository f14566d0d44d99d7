"""The requests that CSC API 2.2.0.0 prints as samples, taken out of its text as a tester needs them.

    python -m csc.samples TEXT

Like `rows`: names, numbers and values of the protocol are taken over (`samples.json`). What a service or a person gives
(ids, tokens, digests, names) is left out: its place holds "…". Each sample has `form`: "json", the query of a "page", or a
"form" of the OAuth 2.0 endpoints. What is printed in a form that the section's own table forbids is mended, and the
changes are listed in `mended`: tables go before samples.
"""

import json
import re
from pathlib import Path
from urllib.parse import unquote_plus

from csc.published import parts, write

SAMPLES = Path(__file__).with_name("samples.json")
GAP = "…"

_HEAD = re.compile(r"^(?:Sample(?: Pushed)?(?: [Aa]uthorization)? Request\b.*|Sample authorization Request.*)$", re.M)
_END = re.compile(r"^(?:Sample .*|Decoded .*|cURL Example|Error Response.*|8\.2\.\d .*)$", re.M)
# The decoded form of a parameter, which the pages have at other places than the text.
_DECODED = re.compile(r"^\[\n.*?^\]\n", re.M | re.S)
_KEPT = re.compile(
    r"[12]|none|single|chain|[ASPCXJ]|AdES-B-\w+|Attached|Detached|Parallel|sod|sfd|code|service|credential(?:-\w+)?|S256|plain"
    r"|https://cloudsignatureconsortium\.org/2025/[\w-]+|refresh_token|access_token|authorization_code|[0-2](?:\.\d+){3,}"
    r"|[a-z]{2}-[A-Z]{2}|12345678|http://eidas\.europa\.eu/LoA/\w+")
# Names whose values are the service's own, although they look like values of the protocol.
_OWN = {"certificatePolicy", "signatureQualifier", "PIN", "value", "id", "code", "state"}
# What a table of the text says against a sample: renamed, and added.
_RENAMED = {("8.2.4", 2): {"refreshToken": "refresh_token"}}
_ADDED = {("8.2.3", 2): ("authorization_details", "numSignatures", 2), ("8.2.4", 1): (None, "code_verifier", GAP)}


def samples(text):
    """Every sample, in the order of the text: section, method, number (its place in the section), form, mended, request."""
    found = []
    for section, method, body in parts(text):
        number = 0
        for head in _HEAD.finditer(body):
            end = _END.search(body, head.end())
            printed = _DECODED.sub("", body[head.end():end.start() if end else None])
            if re.search(r"^GET /authorize\?", printed, re.M):
                printed = printed.replace(" HTTP/1.1", "").partition("\n     Host:")[0]
            number += 1
            mended = []
            form, request = _request(printed, mended, f"{section} sample {number}")
            for old, new in _RENAMED.get((section, number), {}).items():
                request = {new if name == old else name: value for name, value in request.items()}
                mended.append(f"{old} is {new}")
            if (section, number) in _ADDED:
                inside, name, value = _ADDED[section, number]
                (request[inside][0] if inside else request).setdefault(name, value)
                mended.append(f"{name} is added")
            found.append({"section": section, "method": method, "number": number, "form": form, "mended": mended,
                          "request": _gaps(request)})
    return found


def _request(printed, mended, name):
    if "{" in printed and "application/json" in printed:
        return "json", _json(printed[printed.index("{"):], mended)
    get = re.search(r"^GET \S*?\?", printed, re.M)
    if get:
        return "page", _fields(printed[get.end():])
    post = re.search(r"^POST /?oauth2/\S+ HTTP/1.1\n(?:[\w-]+: .*\n)+", printed, re.M)
    if not post:
        raise ValueError(f"{name}: neither a call nor a form")
    return "form", _fields(printed[post.end():])


def _fields(text):
    fields = {}
    for pair in re.sub(r"\s+", "", text).split("&"):
        if pair:
            name, _, value = pair.partition("=")
            value = unquote_plus(value)
            fields[name] = json.loads(value) if name == "authorization_details" else value
    return fields


def _json(text, mended):
    whole = re.sub(r'("[^"\n]*"|true|false|\d)\n(\s*")', r"\1,\n\2", text)
    whole = re.sub(r",(\s*[}\]])", r"\1", whole)
    if whole != text:
        mended.append("commas")
    value, _ = json.JSONDecoder().raw_decode(whole)
    for entry in value.get("documentDigests", []):
        if isinstance(entry["hashes"], str):
            entry["hashes"] = [entry["hashes"]]
            mended.append("hashes is an array")
    return value


def _gaps(value, name=""):
    if isinstance(value, dict):
        return {key: _gaps(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_gaps(inner, name) for inner in value]
    if isinstance(value, str) and not (_KEPT.fullmatch(value) and (name not in _OWN or value == "12345678" and name == "state")):
        return GAP
    return value


def main():
    write(__doc__, SAMPLES, "samples", samples)


if __name__ == "__main__":
    main()
