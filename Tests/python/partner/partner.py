#!/usr/bin/env python3
"""Partners that authenticate their own customers, with the real program, SQLite and SoftHSM.

    .venv/bin/python Tests/python/partner/partner.py PATH_TO_COUNTERSIGN

Shown is:

 a. The examples in Fixtures/partner sign, and OpenSSL verifies what they print.
 b. Every bad statement is refused, and a good one with the same factors beside it still works: nothing was spent.
 c. A statement is good once on all gateways that share the store: a second gateway process refuses it too.
 d. A key that the partner took away signs nothing any more, and the new one signs without a restart.
 e. `countersign signature show` tells for the signatures who was authenticated how, as text and as JSON.
 f. Step-up: what is missing is named and costs nothing; the statement with a code, and with the provider's app, signs.

Exit codes: 0 all of it holds, 1 it does not, 2 wrong usage.
"""

import argparse
import base64
import copy
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import secrets
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.append(str(ROOT / "Tests/python/crash"))
sys.path.append(str(ROOT / "Tests/python/harness"))
import crash  # noqa: E402
import exchanges  # noqa: E402

SHA256 = "2.16.840.1.101.3.4.2.1"
SHA384 = "2.16.840.1.101.3.4.2.2"
ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2"
LEVEL = "http://eidas.europa.eu/LoA/"
WRONG = (400, "invalid_authentication_data", "The authentication data is invalid")
# A set of keys in a file is read again after so many seconds.
KEY_LIFE = 10


def base64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def digest(text):
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def public_jwk(key, key_id):
    numbers = key.public_key().public_numbers()
    x, y = (base64url(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": key_id, "x": x, "y": y}


class Portal:
    """A partner that signs statements."""

    def __init__(self, facts):
        partner = facts["partner"]
        self.facts = partner["statements"]
        self.key_file = partner["assertionKey"]
        self.key = serialization.load_pem_private_key(pathlib.Path(self.key_file).read_bytes(), None)

    def claims(self, digests, **changes):
        now = int(time.time())
        claims = {
            "iss": self.facts["issuer"], "aud": self.facts["audience"], "sub": "alice", "iat": now, "exp": now + 60,
            "jti": secrets.token_hex(16), "auth_time": now - 20, "acr": LEVEL + "substantial", "amr": ["pwd", "otp"],
            "dtbsr": digests, "hashAlgorithmOID": SHA256, "numSignatures": len(digests),
        }
        claims |= changes
        return {name: value for name, value in claims.items() if value is not None}

    def statement(self, claims, key=None, **header):
        header = {"alg": "ES256", "kid": self.facts["keyID"], "typ": "partner-statement+jwt"} | header
        header = {name: value for name, value in header.items() if value is not None}
        signed = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
        r, s = decode_dss_signature((key or self.key).sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


class Client:
    """The portal's software, at one of the gateways."""

    def __init__(self, base, facts):
        self.base = base
        self.trust = ssl.create_default_context(cafile=facts["tlsTrustAnchor"])
        self.token = facts["partner"]["serviceToken"]
        exchanges.gateway(base)

    def call(self, method, body):
        url = f"{self.base}/csc/v2/{method}"
        data = json.dumps(body).encode()
        request = urllib.request.Request(
            url, data, {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"})
        try:
            with urllib.request.urlopen(request, timeout=30, context=self.trust) as answer:
                status, headers, text = answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as refusal:
            status, headers, text = refusal.code, refusal.headers, refusal.read()
        exchanges.record("POST", url, data, "application/json", status, list(headers.items()), text)
        return status, json.loads(text)

    def authorize(self, credential, digests, factors, **changes):
        body = {
            "credentialID": credential, "numSignatures": len(digests), "hashes": digests, "hashAlgorithmOID": SHA256,
            "authData": [
                {"id": name} if value is None else {"id": name, "value": value} for name, value in factors.items()
            ],
        } | changes
        return self.call("credentials/authorize", body)

    def sign(self, credential, sad, digests, **more):
        body = {
            "credentialID": credential, "SAD": sad, "hashes": digests, "hashAlgorithmOID": SHA256,
            "signAlgo": ECDSA_WITH_SHA256,
        }
        return self.call("signatures/signHash", body | more)


class Failure(Exception):
    pass


def require(holds, text):
    if not holds:
        raise Failure(text)


def refused(answer, what, text=WRONG[2]):
    status, body = answer
    found = (status, body.get("error"), body.get("error_description"))
    require(found == (400, WRONG[1], text), f"{what}: {found}")


class Setting:
    def __init__(self, program, folder, gateway, facts):
        self.program = program
        self.folder = folder
        self.gateway = gateway
        self.facts = facts
        self.portal = Portal(facts)
        self.client = Client(facts["tlsBaseURL"], facts)
        self.ids = {entry["label"]: entry["credentialID"] for entry in facts["credentials"]}
        self.credential = self.ids["p256-partner"]

    def authorize(self, statement, digests, client=None):
        return (client or self.client).authorize(self.credential, digests, {"PARTNER": statement})

    def show(self, name, *options):
        return subprocess.run(
            [self.program, "signature", "show", name, "--database", self.gateway.database, *options],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


# ------------------------------------------------------------------------------------------------ the examples


def examples(setting):
    """The examples of Fixtures sign."""
    contract = ROOT / "Fixtures/contract.pdf"
    other = setting.folder / "other.txt"
    other.write_text("another document\n")
    statements = setting.portal.facts
    environment = os.environ | {
        "GATEWAY": setting.facts["tlsBaseURL"], "CACERT": setting.facts["tlsTrustAnchor"],
        "TOKEN": setting.facts["partner"]["serviceToken"], "CREDENTIAL": setting.credential,
        "ISSUER": statements["issuer"], "AUDIENCE": statements["audience"], "KEY": setting.portal.key_file,
        "KEY_ID": statements["keyID"], "CUSTOMER": "alice", "ACR": LEVEL + "substantial", "AMR": "pwd otp",
    }  # fmt: skip
    _, info = setting.client.call("credentials/info", {"credentialID": setting.credential})
    certificate = x509.load_der_x509_certificate(base64.b64decode(info["cert"]["certificates"][0]))
    public = setting.folder / "public.pem"
    public.write_bytes(
        certificate.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
    for example in (["bash", "Fixtures/partner/sign.sh"], [sys.executable, "Fixtures/partner/sign.py"]):
        # Several times, because one number in 256 of an ECDSA signature begins with a zero.
        for _ in range(6):
            environment["AUTH_TIME"] = str(int(time.time()) - 30)
            result = subprocess.run(
                [*example, contract, other], cwd=ROOT, env=environment, capture_output=True, text=True)
            require(result.returncode == 0, f"{example[1]}: {result.stderr}")
            signatures = result.stdout.split()
            require(len(signatures) == 2, f"{example[1]} printed {result.stdout}")
            for document, text in zip((contract, other), signatures):
                signature = setting.folder / "signature"
                signature.write_bytes(base64.b64decode(text))
                verified = subprocess.run(
                    ["openssl", "dgst", "-sha256", "-verify", public, "-signature", signature, document],
                    capture_output=True, text=True)
                require(verified.stdout == "Verified OK\n", f"{example[1]}: {verified.stdout}{verified.stderr}")
        stale = environment | {"AUTH_TIME": str(int(time.time()) - 3600)}
        result = subprocess.run([*example, contract], cwd=ROOT, env=stale, capture_output=True, text=True)
        require(result.returncode == 1 and WRONG[1] in result.stderr, f"{example[1]} signs after a stale log-in")


# ------------------------------------------------------------------------------------------------- the attacks


def bad_statements(setting, digests):
    """Names and statements, none of which may authorize the digests."""
    portal, now = setting.portal, int(time.time())

    def changed(**changes):
        return portal.statement(portal.claims(digests, **changes))

    yield from {
        "wrong iss": changed(iss="https://evil.example"), "no iss": changed(iss=None),
        "wrong aud": changed(aud="https://other.example"), "no aud": changed(aud=None),
        "two audiences": changed(aud=[portal.facts["audience"], "https://other.example"]),
        "wrong sub": changed(sub="bob"), "no sub": changed(sub=None), "sub in capitals": changed(sub="Alice"),
        "expired": changed(iat=now - 120, exp=now - 31), "no exp": changed(exp=None),
        "lives too long": changed(exp=now + 3600), "not yet issued": changed(iat=now + 90, exp=now + 120),
        "not yet valid": changed(nbf=now + 90), "no iat": changed(iat=None), "no jti": changed(jti=None),
        "stale auth_time": changed(auth_time=now - 700), "auth_time 0": changed(auth_time=0),
        "no auth_time": changed(auth_time=None), "auth_time to come": changed(auth_time=now + 90),
        "low acr": changed(acr=LEVEL + "low"), "unknown acr": changed(acr="high"), "no acr": changed(acr=None),
        "no amr": changed(amr=None), "another credential": changed(credentialID=setting.ids["p256-pin"]),
        "no digests": changed(dtbsr=None, hashAlgorithmOID=None, numSignatures=None),
        "other digests": changed(dtbsr=[digest("x"), digest("y")]), "another order": changed(dtbsr=digests[::-1]),
        "one digest less": changed(dtbsr=digests[:1]), "more signatures": changed(numSignatures=3),
        "another algorithm": changed(hashAlgorithmOID=SHA384), "no algorithm": changed(hashAlgorithmOID=None),
    }.items()  # fmt: skip

    claims = portal.claims(digests)
    right = portal.statement(claims)
    head, body, signature = right.split(".")
    stranger = ec.generate_private_key(ec.SECP256R1())

    def header(**changes):
        kept = {"alg": "ES256", "kid": portal.facts["keyID"], "typ": "partner-statement+jwt"} | changes
        return base64url(json.dumps(kept).encode())

    pem = portal.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    hmac_input = f"{header(alg='HS256')}.{body}"
    mac = hmac.new(pem, hmac_input.encode(), hashlib.sha256).digest()
    evil = base64url(json.dumps(claims | {"sub": "bob"}).encode())
    yield from {
        "alg none": f"{header(alg='none')}.{body}.", "HS256 with the public key": f"{hmac_input}.{base64url(mac)}",
        "unknown kid": portal.statement(claims, kid="partner-9"), "no kid": portal.statement(claims, kid=None),
        "another's key": portal.statement(claims, key=stranger),
        "its own key in the header": portal.statement(claims, key=stranger, jwk=public_jwk(stranger, "partner-1")),
        "key confusion": f"{header(alg='RS256')}.{body}.{signature}", "type of a plain JWT": portal.statement(claims, typ="JWT"),
        "no type": portal.statement(claims, typ=None), "crit": portal.statement(claims, crit=["b64"], b64=False),
        "changed claims": f"{head}.{evil}.{signature}", "no signature": f"{head}.{body}.", "two parts": f"{head}.{body}",
        "encrypted": "a.b.c.d.e", "nothing": "x",
    }.items()  # fmt: skip


def attacks(setting):
    """Bad statements are refused."""
    digests = [digest("a"), digest("b")]
    count = 0
    for name, statement in bad_statements(setting, digests):
        refused(setting.authorize(statement, digests), name)
        count += 1
    right = setting.portal.statement(setting.portal.claims(digests))
    # A statement for these digests opens no others, and is not used up by trying.
    for name, asked in {
        "other digests asked for": [digest("a"), digest("x")], "fewer asked for": digests[:1],
        "more asked for": [*digests, digest("x")], "another order asked for": digests[::-1],
    }.items():  # fmt: skip
        refused(setting.authorize(right, asked), name)
    refused(setting.client.authorize(setting.credential, digests, {"PARTNER": right}, numSignatures=3), "more signatures")
    status, body = setting.client.authorize(setting.credential, digests, {"PARTNER": right}, hashAlgorithmOID=SHA384)
    require(status == 400, f"another algorithm asked for: {status} {body}")
    status, body = setting.authorize(right, digests)
    require(status == 200, f"the right statement after all that: {status} {body}")
    status, signed = setting.client.sign(setting.credential, body["SAD"], digests)
    require(status == 200 and len(signed["signatures"]) == 2, f"signHash: {status} {signed}")
    return count


def keys_at_a_url(setting, second, keys):
    """Keys that cannot be had cost nothing, and are had as soon as they are there."""
    digests = [digest(secrets.token_hex(8))]
    statement = setting.portal.statement(setting.portal.claims(digests))
    status, body = setting.authorize(statement, digests, second)
    require((status, body.get("error")) == (503, "temporarily_unavailable"), f"without keys: {status} {body}")
    keys.publish(json.loads((setting.gateway.state / "partner-assertion-keys.json").read_text()))
    status, body = setting.authorize(statement, digests, second)
    require(status == 200, f"with keys: {status} {body}")


def replay(setting, second):
    """A statement is good once, also at another gateway."""
    for first, other in ((setting.client, second), (second, setting.client)):
        digests = [digest(secrets.token_hex(8))]
        claims = setting.portal.claims(digests)
        statement = setting.portal.statement(claims)
        status, body = setting.authorize(statement, digests, first)
        require(status == 200, f"at its gateway: {status} {body}")
        for client in (first, other):
            refused(setting.authorize(statement, digests, client), "replayed")
            # Another signature over the same claims is another text, and the same statement.
            refused(setting.authorize(setting.portal.statement(claims), digests, client), "signed again")
        # The SAD is good at every gateway.
        status, signed = other.sign(setting.credential, body["SAD"], digests)
        require(status == 200, f"signed elsewhere: {status} {signed}")


# -------------------------------------------------------------------------------------------------- step-up


def totp(secret):
    """RFC 6238, as an authenticator app has it."""
    padded = secret + "=" * (-len(secret) % 8)
    step = int(time.time()) // 30
    mac = hmac.new(base64.b32decode(padded), step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = mac[19] & 15
    return f"{(int.from_bytes(mac[offset : offset + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def evidence_of(setting, digests):
    report = json.loads(setting.show(digests[0], "--json").stdout)
    require(report["log"]["whole"], f"{report['log']}")
    [signature] = report["signatures"]
    require(signature["outcome"] == "made", f"{signature}")
    return signature["authenticated"], signature["authorizations"]


def step_up(setting):
    """PARTNER AND (EIDAPP OR OTP): with a code, and with the provider's app."""
    credential = setting.ids["p256-step-up"]
    [alice] = [user for user in setting.facts["users"] if user["username"] == "alice"]
    digests = [digest("step-up " + secrets.token_hex(8))]
    needed = WRONG[2] + "; still needed: "
    statement = setting.portal.statement(setting.portal.claims(digests))
    bad = setting.portal.statement(setting.portal.claims(digests, sub="bob"))
    code = totp(alice["totpSecret"])

    def authorize(**factors):
        return setting.client.authorize(credential, digests, factors)

    refused(authorize(PARTNER=statement), "the statement alone", needed + "OTP OR EIDAPP")
    refused(authorize(OTP=code), "the code alone", needed + "PARTNER")
    refused(authorize(), "nothing", needed + "(OTP AND PARTNER) OR (PARTNER AND EIDAPP)")
    refused(authorize(PARTNER=bad, OTP=code), "a bad statement with a code")
    refused(authorize(PARTNER=statement, OTP="000000" if code != "000000" else "000001"), "a wrong code")
    status, body = authorize(PARTNER=statement, OTP=code)
    require(status == 200, f"neither was spent, and both are good: {status} {body}")
    status, signed = setting.client.sign(credential, body["SAD"], digests)
    require(status == 200, f"signHash: {status} {signed}")
    factors, _ = evidence_of(setting, digests)
    require([factor["factor"] for factor in factors] == ["OTP", "PARTNER"], f"{factors}")

    digests = [digest("step-up " + secrets.token_hex(8))]
    statement = setting.portal.statement(setting.portal.claims(digests))
    asked = app_requests(setting)
    refused(authorize(PARTNER=bad, EIDAPP=None), "a bad statement with the app")
    require(app_requests(setting) == asked, "the person was asked for nothing")
    status, body = authorize(PARTNER=statement, EIDAPP=None)
    require(status == 202, f"with the app: {status} {body}")
    handle = {"handle": body["handle"]}
    refused(authorize(PARTNER=statement, EIDAPP=None), "the statement a second time")
    require(setting.client.call("credentials/authorizeCheck", handle)[0] == 202, "it waits")
    [new] = [request for request in app_requests(setting) if request not in asked]
    form = urllib.parse.urlencode({"number": new["number"], "decision": "approve"}).encode()
    with urllib.request.urlopen(setting.facts["eid"]["issuer"] + "/control/requests", form, timeout=10) as answer:
        require(answer.status == 204, "the simulator's app")
    deadline = time.monotonic() + 60
    while (status := setting.client.call("credentials/authorizeCheck", handle))[0] == 202:
        require(time.monotonic() < deadline, "authorizeCheck goes on waiting")
        time.sleep(0.5)
    require(status[0] == 200, f"authorizeCheck: {status}")
    signed = setting.client.sign(credential, status[1]["SAD"], digests)
    require(signed[0] == 200, f"signHash: {signed}")
    factors, [authorization] = evidence_of(setting, digests)
    require([factor["factor"] for factor in factors] == ["PARTNER", "EIDAPP"], f"{factors}")
    require(factors[1]["provider"] == setting.facts["eid"]["issuer"] and factors[1]["level"] == "high", f"{factors}")
    events = [entry["event"] for entry in authorization["customer"]]
    require(events == ["authorization.pending", "authorization.confirmed"], f"{events}")


def app_requests(setting):
    with urllib.request.urlopen(setting.facts["eid"]["issuer"] + "/control/requests", timeout=10) as answer:
        return json.load(answer)


# ---------------------------------------------------------------------------------------------------- the keys


def rotation(setting):
    """Keys rotate without a restart."""
    portal = setting.portal
    file = setting.gateway.state / "partner-assertion-keys.json"
    old = json.loads(file.read_text())["keys"]
    successor = ec.generate_private_key(ec.SECP256R1())
    new = public_jwk(successor, "partner-2")
    digests = [digest("rotation")]

    def publish(keys, wait=KEY_LIFE + 1):
        file.with_suffix(".new").write_text(json.dumps({"keys": keys}))
        file.with_suffix(".new").replace(file)
        time.sleep(wait)

    def answer(key=None, key_id=portal.facts["keyID"]):
        return setting.authorize(portal.statement(portal.claims(digests), key=key, kid=key_id), digests)

    # A key id that is not known makes the gateway read the file, but not twice in a second.
    publish(old + [new], wait=1.1)
    require(answer(successor, "partner-2")[0] == 200, "the new key")
    require(answer()[0] == 200, "the old key, beside the new one")
    publish([new])
    refused(answer(), "the key that was taken away")
    require(answer(successor, "partner-2")[0] == 200, "the new key alone")
    publish([new, copy.deepcopy(new)])
    require(answer(successor, "partner-2")[0] == 200, "a key that is listed twice")
    stranger = public_jwk(ec.generate_private_key(ec.SECP256R1()), "partner-2")
    publish([stranger, new])
    require(answer(successor, "partner-2")[0] == 200, "another key of the same id stands before it")
    publish([stranger])
    refused(answer(successor, "partner-2"), "another key of the same id alone")


# ------------------------------------------------------------------------------------------------- the evidence


def evidence(setting):
    """`signature show` tells how a signature came about."""
    digests = [digest("evidence " + secrets.token_hex(8))]
    claims = setting.portal.claims(digests, sub="alice", amr=["pwd", "hwk"], auth_time=int(time.time()) - 77)
    statement = setting.portal.statement(claims)
    status, body = setting.authorize(statement, digests)
    require(status == 200, f"authorize: {status} {body}")
    status, signed = setting.client.sign(setting.credential, body["SAD"], digests)
    require(status == 200, f"signHash: {status} {signed}")

    raw = base64.b64decode(digests[0])
    sad = base64.urlsafe_b64decode(body["SAD"] + "=" * (-len(body["SAD"]) % 4))
    activation = hashlib.sha256(sad).hexdigest()
    shown = [setting.show(name, "--json") for name in (digests[0], raw.hex(), raw.hex().upper(), activation)]
    require(all(result.returncode == 0 for result in shown), f"not shown: {shown}")
    require(len({result.stdout for result in shown}) == 1, "the names of a signature lead to different ones")
    report = json.loads(shown[0].stdout)
    require(report["log"]["whole"] is True, f"{report['log']}")
    [signature] = report["signatures"]
    require(signature["outcome"] == "made" and signature["count"] == 1, f"{signature}")
    made = hashlib.sha256(base64.b64decode(signed["signatures"][0])).hexdigest()
    require(signature["signatures"] == made, "another fingerprint than the signature's")
    require(signature["digests"] == [raw.hex()] and signature["credential"] == setting.credential, f"{signature}")
    [factor] = signature["authenticated"]
    expected = {
        "factor": "PARTNER", "provider": claims["iss"], "acr": claims["acr"], "level": "substantial",
        "amr": claims["amr"], "authTime": claims["auth_time"],
        "tokenID": hashlib.sha256(claims["jti"].encode()).hexdigest(),
        "token": hashlib.sha256(statement.encode()).hexdigest(),
    }  # fmt: skip
    require(expected.items() <= factor.items(), f"{factor} instead of {expected}")
    require(len(bytes.fromhex(factor["subject"])) == 32, f"the subject is no keyed digest: {factor}")
    [authorization] = signature["authorizations"]
    require(authorization["activation"] == activation and authorization["ledger"] == "agrees", f"{authorization}")
    require(setting.show(signature["operation"], "--json").stdout == shown[0].stdout, "not found by its operation")

    text = setting.show(signature["operation"])
    require(text.returncode == 0, text.stdout)
    for part in (signature["operation"], activation, made, raw.hex(), claims["iss"], "pwd, hwk", "The audit log is whole"):
        require(part in text.stdout, f"the text does not name {part}:\n{text.stdout}")
    for secret in ("alice", statement, body["SAD"], claims["jti"]):
        require(secret not in text.stdout + shown[0].stdout, f"{secret} is shown")
    for name in ("", "ff" * 32, digest("never signed")):
        require(setting.show(name).returncode == 1, f"{name!r} is found")

    asynchronous(setting)
    damaged(setting, signature["operation"], activation)
    return text.stdout


def asynchronous(setting):
    """An asynchronous signature is found by its responseID."""
    digests = [digest("asynchronous")]
    status, body = setting.authorize(setting.portal.statement(setting.portal.claims(digests)), digests)
    require(status == 200, f"authorize: {status} {body}")
    status, accepted = setting.client.sign(setting.credential, body["SAD"], digests, operationMode="A")
    require(status == 200, f"signHash: {status} {accepted}")
    for _ in range(100):
        status, signed = setting.client.call("signatures/signPolling", {"requestID": accepted["responseID"]})
        if status != 202:
            break
        time.sleep(0.1)
    require(status == 200, f"signPolling: {status} {signed}")
    report = json.loads(setting.show(accepted["responseID"], "--json").stdout)
    [signature] = report["signatures"]
    require(signature["outcome"] == "made" and signature["response"] == accepted["responseID"], f"{signature}")
    require(signature["authenticated"][0]["factor"] == "PARTNER", f"{signature}")


def damaged(setting, operation, activation):
    """A copy of the database in which somebody changed who signed."""
    for name, statement in {
        "the log": "UPDATE audit SET body = replace(body, '\"hwk\"', '\"sms\"') WHERE instr(body, '\"hwk\"')",
        "the ledger": f"UPDATE activation SET binding = replace(binding, '\"hwk\"', '\"sms\"') WHERE digest = x'{activation}'",
    }.items():
        copied = setting.folder / "copy.sqlite"
        for suffix in ("", "-wal", "-shm"):
            source = setting.gateway.database.with_name(setting.gateway.database.name + suffix)
            if source.exists():
                shutil.copyfile(source, copied.with_name(copied.name + suffix))
        subprocess.run(["sqlite3", copied, statement], check=True)
        result = subprocess.run(
            [setting.program, "signature", "show", operation, "--database", copied], capture_output=True, text=True)
        require(result.returncode == 1, f"a change of {name} is not noticed:\n{result.stdout}")
        wanted = "NOT whole" if name == "the log" else "differs"
        require(wanted in result.stdout, f"a change of {name} is not told:\n{result.stdout}")


# --------------------------------------------------------------------------------------------- configuration


def configurations(setting):
    """`config check` names what is wrong about a partner's statements."""
    original = json.loads((setting.gateway.state / "config.json").read_text())
    doubled = setting.folder / "doubled.json"
    key = json.loads((setting.gateway.state / "partner-assertion-keys.json").read_text())["keys"][0]
    doubled.write_text(json.dumps({"keys": [key, key]}))
    file = setting.folder / "wrong.json"

    def check(changes):
        config = copy.deepcopy(original)
        statements = config["partners"][0]["statements"] | changes
        config["partners"][0]["statements"] = {name: value for name, value in statements.items() if value is not None}
        file.write_text(json.dumps(config))
        return subprocess.run(
            [setting.program, "config", "check", "--config", file], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True)

    good = {
        "algorithms": ["ES256"], "users": ["alice"], "credentials": ["x"], "minimumLevel": "high", "clockSkew": 0,
        "maximumAge": 60, "maximumAuthenticationAge": 60, "keysKeptFor": 0,
    }  # fmt: skip
    for right in (good, {"keysFile": str(doubled)}):
        require(check(right).returncode == 0, f"a right one: {check(right).stdout}")
    wrong = [
        ("issuer", {"issuer": None}), ("levels", {"levels": None}), ("high", {"levels": {"high": "highest"}}),
        ("algorithms", {"algorithms": ["HS256"]}), ("algorithms", {"algorithms": []}),
        ("minimumLevel", {"minimumLevel": "none"}), ("maximumAge", {"maximumAge": 0}),
        ("keysFile", {"keysFile": None}), ("keysFile", {"keysURL": "https://portal.example/keys"}),
        ("keysFile", {"keysFile": "/nowhere"}),
        ("keysURL", {"keysFile": None, "keysURL": "http://portal.example/keys"}), ("standAlone", {"standAlone": True}),
    ]  # fmt: skip
    for name, changes in wrong:
        result = check(changes)
        require(result.returncode != 0 and f'"{name}"' in result.stdout, f"{changes}: {result.stdout}")
    return len(wrong)


# ---------------------------------------------------------------------------------------------- two gateways


class KeySet:
    """The partner's keys at a URL; not there until they are published."""

    def __init__(self):
        keys = self
        self.document = None

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = json.dumps(keys.document).encode()
                self.send_response(503 if keys.document is None else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/keys"

    def publish(self, document):
        self.document = document


class SecondGateway:
    """Another process on the same database and device, as `countersign serve` runs it, that has the keys from a URL."""

    def __init__(self, setting, keys_url):
        port, tls_port = crash.free_ports(None)
        config = json.loads((setting.gateway.state / "config.json").read_text())
        config["instance"] = "second"
        config["http"]["port"], config["tls"]["port"] = port, tls_port
        # Its port is the first gateway's.
        del config["tls"]["clientCertificates"]
        statements = config["partners"][0]["statements"]
        del statements["keysFile"]
        statements |= {"keysURL": keys_url, "allowsPlainHTTP": True}
        file = setting.folder / "second.json"
        file.write_text(json.dumps(config))
        environment = os.environ.copy()
        token = setting.gateway.state / "softhsm2.conf"
        if token.exists():
            environment["SOFTHSM2_CONF"] = str(token)
        self.log = open(setting.folder / "second.log", "ab")
        self.process = subprocess.Popen(
            [setting.program, "serve", "--config", file], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
            env=environment, start_new_session=True)
        self.client = Client(f"https://127.0.0.1:{tls_port}", setting.facts)
        for _ in range(600):
            if self.process.poll() is not None:
                raise Failure("the second gateway ended before it was ready")
            try:
                self.client.call("info", {})
                return
            except OSError:
                time.sleep(0.05)
        raise Failure("the second gateway was not ready in time")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


def play(setting):
    examples(setting)
    print("ok  the examples sign, and OpenSSL verifies")
    print(f"ok  {attacks(setting)} bad statements are refused, and nothing is spent")
    print(f"ok  {configurations(setting)} wrong configurations are told")
    keys = KeySet()
    second = SecondGateway(setting, keys.url)
    try:
        keys_at_a_url(setting, second.client, keys)
        print("ok  keys at a URL: 503 without them, and nothing is spent")
        replay(setting, second.client)
        print("ok  a statement is good once, at both gateways")
    finally:
        second.stop()
    print("ok  signature show:\n" + "\n".join("    " + line for line in evidence(setting).splitlines()))
    step_up(setting)
    print("ok  step-up: what is missing is named; with a code, and with the app")
    rotation(setting)
    print("ok  keys rotate without a restart")
    whole = setting.gateway.audit("verify")
    require(whole.returncode == 0, whole.stdout)
    print(f"ok  {whole.stdout.strip()}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("program", type=pathlib.Path, help="the built countersign-sandbox")
    program = arguments.parse_args().program.resolve()
    findings = crash.Findings()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        gateway = crash.Gateway(program, folder, *crash.free_ports(None), findings)
        try:
            setting = Setting(program, folder, gateway, gateway.start())
            play(setting)
            gateway.stop()
        except (Failure, crash.StartFailed) as failure:
            findings.add(str(failure))
        finally:
            gateway.abandon()
        if findings.texts:
            print(gateway.log.read_text()[-4000:] if gateway.log.exists() else "")
            sys.exit(1)
    print("Partners' statements kept their promises.")


if __name__ == "__main__":
    main()
