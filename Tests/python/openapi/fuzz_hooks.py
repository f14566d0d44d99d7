"""Puts values of the sandbox into schemathesis' requests: random ids, tokens and PINs would never get past the door."""

import json
import os
import random
import zlib
from pathlib import Path

import requests
import schemathesis

from harness import exchanges

SANDBOX = json.loads(Path(os.environ["COUNTERSIGN_SANDBOX"]).read_text())
BASE = SANDBOX["baseURL"]
ALICE = SANDBOX["users"][0]
CREDENTIALS = {entry["label"]: entry["credentialID"] for entry in SANDBOX["credentials"] if entry["owner"] == "alice"}
CLIENTS = {client["label"]: client for client in SANDBOX["clients"]}
DIGEST = "JWyom9SyMSs2njpTiKPD7XqXQbE0HUJCQjKozmAHP2o="
LONGEST_QUERY = 8000
# Wrong PINs lock a credential, so few requests have one.
WRONG_PIN = 0.002

exchanges.gateway(BASE, SANDBOX["tlsBaseURL"])


def authorize(label):
    body = {"credentialID": CREDENTIALS[label], "numSignatures": 100, "PIN": ALICE["pin"]}
    header = {"Authorization": f"Bearer {ALICE['serviceToken']}"}
    answer = requests.post(f"{BASE}/csc/v1/credentials/authorize", json=body, headers=header, timeout=30)
    return CREDENTIALS[label], answer.json()["SAD"]


# With an algorithm that fits the key.
SADS = [
    (*authorize(label), algorithm)
    for label, algorithm in [("p256-pin", "1.2.840.10045.4.3.2"), ("rsa2048-pin", "1.2.840.113549.1.1.11")]
    for _ in range(5)
]


def chance(value):
    """The same request gets the same values in every run."""
    return random.Random(zlib.crc32(repr(value).encode()))


@schemathesis.hook
def before_call(context, case, kwargs):
    path = case.operation.path
    dice = chance([path, str(case.body), str(case.query)])
    if "/oauth2/" not in path and dice.random() < 0.97:
        case.headers["Authorization"] = f"Bearer {ALICE['serviceToken']}"
    # The other half stays as the document made it.
    if dice.random() < 0.5:
        if isinstance(case.query, dict) and path.endswith("/authorize"):
            case.query = registered(case.query, dice)
        if isinstance(case.body, dict):
            is_form = "/oauth2/" in path or path == "/revoke"
            case.body = registered(case.body, dice) if is_form else of_the_user(path, case.body, dice)
    # The HTTP parser ends a connection whose head is too long; that is no answer of the service.
    if isinstance(case.query, dict) and len(str(case.query)) > LONGEST_QUERY:
        case.query = {}


@schemathesis.hook
def after_call(context, case, response):
    request = response.request
    exchanges.record(
        request.method, request.url, request.body, request.headers.get("Content-Type"), response.status_code,
        [(name, value) for name, values in response.headers.items() for value in values], response.content,
    )  # fmt: skip


def registered(form, dice):
    """The parameters of a registered client."""
    client = dice.choice(list(CLIENTS.values()))
    if dice.random() < 0.9:
        form["client_id"] = client["clientID"]
    if "client_secret" in form and dice.random() < 0.9 and "clientSecret" in client:
        form["client_secret"] = client["clientSecret"]
    if "redirect_uri" in form and client["redirectURIs"] and dice.random() < 0.9:
        form["redirect_uri"] = client["redirectURIs"][0]
    if "credentialID" in form:
        form["credentialID"] = dice.choice(list(CREDENTIALS.values()))
    if dice.random() < 0.5:
        for name in ("client_assertion", "client_assertion_type", "request_uri"):
            form.pop(name, None)
    choices = {
        "response_type": ["code"], "scope": ["service", "credential", "credential-creation"],
        "certificatePolicy": SANDBOX["certificatePolicies"], "userID": ["alice", "bob"],
        "code_challenge_method": ["S256"],
        "code_challenge": ["x4_CAqIqm7ihEL_WVDE27vyC5gDX2c-nMBnxjaowaAs"], "hashes": [DIGEST, f"{DIGEST},{DIGEST}"],
        "numSignatures": ["1", "2"], "grant_type": ["client_credentials"], "token_type_hint": ["access_token"],
    }  # fmt: skip
    for name, values in choices.items():
        if name in form and dice.random() < 0.8:
            form[name] = dice.choice(values)
    return form


def of_the_user(path, body, dice):
    """What Alice's application would send."""
    if "/signatures/sign" in path and dice.random() < 0.5:
        for name in ("returnValidationInfo", "returnValidationInformation", "operationMode", "signatureQualifier"):
            if dice.random() < 0.8:
                body.pop(name, None)
        body["SAD"] = body["credentialID"] = "of the next lines"
    if isinstance(body.get("credentialID"), str) and dice.random() < 0.9:
        body["credentialID"] = dice.choice(list(CREDENTIALS.values()))
        if isinstance(body.get("SAD"), str) and dice.random() < 0.9:
            body["credentialID"], body["SAD"], algorithm = dice.choice(SADS)
            if "signAlgo" in body and dice.random() < 0.7:
                body["signAlgo"] = algorithm
            if "documents" in body or "documentDigests" in body:
                name = dice.choice(["documents", "documentDigests"])
                for entry in entries_to_sign(body, name):
                    fit(entry, algorithm, dice)
    if isinstance(body.get("authObjectID"), str) and dice.random() < 0.8:
        object_id, label = dice.choice([("EID", "p256-eid"), ("SMS", "p256-pin-sms"), ("PIN", "p256-pin")])
        body["authObjectID"], body["credentialID"] = object_id, CREDENTIALS.get(label, body.get("credentialID"))
    if isinstance(body.get("PIN"), str) and dice.random() > WRONG_PIN:
        body["PIN"] = ALICE["pin"]
    if isinstance(body.get("authData"), list) and dice.random() < 0.7:
        body["authData"] = [{"id": "PIN", "value": ALICE["pin"]}]
    if isinstance(body.get("userID"), str) and dice.random() < 0.5:
        body["userID"] = ""
    if dice.random() < 0.5:
        for name in ("hash", "hashes"):
            if isinstance(body.get(name), list):
                body[name] = [DIGEST] * min(3, len(body[name]) or 1)
            elif isinstance(body.get(name), str):
                body[name] = DIGEST
        body.pop(dice.choice(["hash", "hashes"]) if {"hash", "hashes"} <= body.keys() else "unknown", None)
    return body


def entries_to_sign(body, name):
    """The entries of one of signDoc's two arrays, which exclude each other."""
    body.pop("documents" if name == "documentDigests" else "documentDigests", None)
    entries = body.setdefault(name, [{"document": DIGEST} if name == "documents" else {"hashes": [DIGEST]}])
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def fit(entry, algorithm, dice):
    """Makes a fitting entry of most, and leaves the rest as it was."""
    if dice.random() < 0.8:
        entry["signAlgo"] = algorithm
        entry["signature_format"] = dice.choice("CPJ") if "document" not in entry else dice.choice("CJ")
        for name in ("signatureFormat", "signed_props", "signedProps", "hashAlgorithmOID", "hashAlgo", "hash"):
            entry.pop(name, None)
        if "hashes" in entry:
            entry["hashes"] = [DIGEST]
    if dice.random() < 0.6:
        for name in ("signed_envelope_property", "signedEnvelopeProperty", "conformance_level", "conformanceLevel"):
            entry.pop(name, None)
