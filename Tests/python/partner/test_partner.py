"""Partners that authenticate their own customers, with the real program, SQLite and SoftHSM.

The examples in Fixtures/partner sign; every bad statement is refused, and a good one next to it still works: nothing was
spent; step-up names what is missing, and costs nothing; a key that the partner took away signs nothing any more.
"""

import json
import os
import subprocess
import sys
import time

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from harness import jose, one_time_codes, verify
from harness.encodings import base64url
from harness.failure import require, wait_for
from harness.oauth_client import FORM
from harness.portal import digest
from harness.program import FIXTURES
from partner.setting import LABEL, LEVEL, REFUSAL, STEP_UP, Setting, refused, texts

# A set of keys in a file is read again after so many seconds.
KEY_LIFE = 10


@pytest.fixture(scope="module")
def setting(gateway):
    return Setting(gateway)


@pytest.mark.parametrize("example", [["bash", "sign.sh"], [sys.executable, "sign.py"]], ids=["sign.sh", "sign.py"])
def test_an_example_signs(setting, folder, example):
    contract, other = FIXTURES / "contract.pdf", folder / "other.txt"
    other.write_text("another document\n")
    sandbox, statements = setting.sandbox, setting.signatory.facts
    environment = os.environ | {
        "GATEWAY": sandbox.tls, "CACERT": sandbox.trust_anchor, "TOKEN": setting.client.token,
        "CREDENTIAL": sandbox.credential_id(LABEL), "ISSUER": statements["issuer"], "AUDIENCE": statements["audience"],
        "KEY": setting.signatory.key_file, "KEY_ID": statements["keyID"], "CUSTOMER": "alice",
        "ACR": LEVEL + "substantial", "AMR": "pwd otp",
    }  # fmt: skip

    def run(age, *documents):
        return subprocess.run(
            [example[0], FIXTURES / "partner" / example[1], *documents], capture_output=True, text=True,
            env=environment | {"AUTH_TIME": str(int(time.time()) - age)})

    digests = [verify.digest(document.read_bytes()) for document in (contract, other)]
    # Several times, because one number in 256 of an ECDSA signature begins with a zero.
    for _ in range(6):
        result = run(30, contract, other)
        require(result.returncode == 0, result.stderr)
        certificate, algorithm = setting.client.certificate(LABEL), setting.client.algorithm(LABEL)
        setting.client.verifier.signatures(result.stdout.split(), certificate, digests, algorithm)
    stale = run(3600, contract)
    require(stale.returncode == 1 and "invalid_authentication_data" in stale.stderr, "it signs after a stale log-in")


def bad_claims(setting, digests):
    now, [one, two] = int(time.time()), texts(digests)
    audience, other = setting.signatory.facts["audience"], "https://other.example"
    return {
        "wrong iss": {"iss": "https://evil.example"}, "no iss": {"iss": None}, "wrong aud": {"aud": other},
        "no aud": {"aud": None}, "two audiences": {"aud": [audience, other]}, "wrong sub": {"sub": "bob"},
        "no sub": {"sub": None}, "sub in capitals": {"sub": "Alice"}, "expired": {"iat": now - 120, "exp": now - 31},
        "no exp": {"exp": None}, "lives too long": {"exp": now + 3600},
        "not yet issued": {"iat": now + 90, "exp": now + 120}, "not yet valid": {"nbf": now + 90}, "no iat": {"iat": None},
        "no jti": {"jti": None}, "stale auth_time": {"auth_time": now - 700}, "auth_time 0": {"auth_time": 0},
        "no auth_time": {"auth_time": None}, "auth_time to come": {"auth_time": now + 90},
        "low acr": {"acr": LEVEL + "low"}, "unknown acr": {"acr": "high"}, "no acr": {"acr": None}, "no amr": {"amr": None},
        "another credential": {"credentialID": setting.sandbox.credential_id("p256-pin")},
        "no digests": {"dtbsr": None, "hashAlgorithmOID": None, "numSignatures": None},
        "other digests": {"dtbsr": texts([digest(), digest()])}, "another order": {"dtbsr": [two, one]},
        "one digest less": {"dtbsr": [one]}, "more signatures": {"numSignatures": 3},
        "another algorithm": {"hashAlgorithmOID": verify.SHA384}, "no algorithm": {"hashAlgorithmOID": None},
    }


def bad_tokens(signatory, claims):
    head, body, signature = signatory.statement(claims).split(".")
    stranger = ec.generate_private_key(ec.SECP256R1())
    pem = signatory.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    evil = base64url(json.dumps(claims | {"sub": "bob"}).encode())

    def unsigned(alg):
        return jose.unsigned(signatory.header(alg=alg), claims)

    return {
        "alg none": unsigned("none") + ".", "HS256 with the public key": jose.hs256(signatory.header(alg="HS256"), claims, pem),
        "unknown kid": signatory.statement(claims, kid="partner-9"), "no kid": signatory.statement(claims, kid=None),
        "another's key": signatory.statement(claims, key=stranger),
        "its own key in the header": signatory.statement(claims, key=stranger, jwk=public_jwk(stranger, "partner-1")),
        "key confusion": f"{unsigned('RS256')}.{signature}", "type of a plain JWT": signatory.statement(claims, typ="JWT"),
        "no type": signatory.statement(claims, typ=None), "crit": signatory.statement(claims, crit=["b64"], b64=False),
        "changed claims": f"{head}.{evil}.{signature}", "no signature": f"{head}.{body}.", "two parts": f"{head}.{body}",
        "encrypted": "a.b.c.d.e", "nothing": "x",
    }


def public_jwk(key, key_id):
    return jose.public_jwk(key, use="sig", alg="ES256", kid=key_id)


def test_bad_statements(setting, subtests):
    """None authorizes the digests; the right one does after all that."""
    digests = [digest(), digest()]
    signatory = setting.signatory
    statements = {name: setting.statement(digests, **changes) for name, changes in bad_claims(setting, digests).items()}
    for name, statement in (statements | bad_tokens(signatory, signatory.claims(digests))).items():
        with subtests.test(name):
            refused(setting.client.present(statement, digests), name)
    right = setting.statement(digests)
    # A statement for these digests opens no others, and is not used up by trying.
    for name, asked in {
        "other digests": [digests[0], digest()], "fewer": digests[:1], "more": [*digests, digest()],
        "another order": digests[::-1],
    }.items():
        with subtests.test(f"{name} asked for"):
            refused(setting.client.present(right, asked), name)
    refused(setting.client.present(right, digests, number=3), "more signatures")
    answer = setting.client.present(right, digests, hashAlgorithmOID=verify.SHA384)
    require(answer.status == 400, f"another algorithm asked for: {answer}")
    sad = setting.client.sad(right, digests, "the right statement after all that")
    setting.client.signed(LABEL, digests, sad=sad)


def test_step_up_with_a_code(setting):
    """PARTNER AND (EIDAPP OR OTP)."""
    digests = [digest()]
    needed = REFUSAL + "; still needed: "
    statement, bad = setting.statement(digests), setting.statement(digests, sub="bob")
    code = one_time_codes.code(setting.sandbox.user("alice")["totpSecret"], int(time.time()) // 30)

    def authorize(**factors):
        return setting.client.authorize(STEP_UP, digests, factors)

    refused(authorize(PARTNER=statement), "the statement alone", needed + "OTP OR EIDAPP")
    refused(authorize(OTP=code), "the code alone", needed + "PARTNER")
    refused(authorize(), "nothing", needed + "(OTP AND PARTNER) OR (PARTNER AND EIDAPP)")
    refused(authorize(PARTNER=bad, OTP=code), "a bad statement with a code")
    refused(authorize(PARTNER=statement, OTP="000000" if code != "000000" else "000001"), "a wrong code")
    answer = authorize(PARTNER=statement, OTP=code)
    require(answer.status == 200, f"neither was spent, and both are good: {answer}")
    setting.client.signed(STEP_UP, digests, sad=answer.json()["SAD"])
    factors = setting.report(texts(digests)[0])["authenticated"]
    require([factor["factor"] for factor in factors] == ["OTP", "PARTNER"], f"{factors}")


def test_step_up_with_the_app(setting):
    digests, issuer, wire = [digest()], setting.sandbox.fact("eid")["issuer"], setting.client.wire
    statement, bad = setting.statement(digests), setting.statement(digests, sub="bob")

    def authorize(statement):
        return setting.client.authorize(STEP_UP, digests, {"PARTNER": statement, "EIDAPP": None})

    def app_requests():
        return json.loads(wire.send("GET", issuer + "/control/requests").body)

    asked = app_requests()
    refused(authorize(bad), "a bad statement with the app")
    require(app_requests() == asked, "the person was asked for nothing")
    answer = authorize(statement)
    require(answer.status == 202, f"with the app: {answer}")
    handle = {"handle": answer.json()["handle"]}
    refused(authorize(statement), "the statement a second time")
    require(setting.client.call("credentials/authorizeCheck", handle).status == 202, "it waits")
    [new] = [request for request in app_requests() if request not in asked]
    form = f"number={new['number']}&decision=approve".encode()
    require(wire.send("POST", issuer + "/control/requests", [FORM], form).status == 204, "the simulator's app")

    def settled():
        answer = setting.client.call("credentials/authorizeCheck", handle)
        return answer if answer.status != 202 else None

    answer = wait_for(settled, 60)
    require(answer.status == 200, f"authorizeCheck: {answer}")
    setting.client.signed(STEP_UP, digests, sad=answer.json()["SAD"])
    report = setting.report(texts(digests)[0])
    factors, [authorization] = report["authenticated"], report["authorizations"]
    require([factor["factor"] for factor in factors] == ["PARTNER", "EIDAPP"], f"{factors}")
    require(factors[1]["provider"] == issuer and factors[1]["level"] == "high", f"{factors}")
    events = [entry["event"] for entry in authorization["customer"]]
    require(events == ["authorization.pending", "authorization.confirmed"], f"{events}")


def test_keys_rotate_without_a_restart(setting):
    signatory, file, old = setting.signatory, setting.keys_file, setting.keys()
    successor = ec.generate_private_key(ec.SECP256R1())
    new = public_jwk(successor, "partner-2")
    digests = [digest()]

    def publish(keys, wait=KEY_LIFE + 1):
        file.with_suffix(".new").write_text(json.dumps({"keys": keys}))
        file.with_suffix(".new").replace(file)
        time.sleep(wait)

    def answer(key=None, key_id=signatory.facts["keyID"]):
        return setting.client.present(signatory.statement(signatory.claims(digests), key=key, kid=key_id), digests)

    def publish_at_once(keys):
        """A key id that is not known makes the gateway read the file, but not twice in a second."""
        publish(keys, wait=1.1)
        refused(answer(successor, "partner-9"), "a key that never was")

    publish([*old, new], wait=1.1)
    require(answer(successor, "partner-2").status == 200, "the new key")
    require(answer().status == 200, "the old key, next to the new one")
    publish([new])
    refused(answer(), "the key that was taken away")
    require(answer(successor, "partner-2").status == 200, "the new key alone")
    publish_at_once([new, new])
    require(answer(successor, "partner-2").status == 200, "a key that is listed twice")
    stranger = public_jwk(ec.generate_private_key(ec.SECP256R1()), "partner-2")
    publish_at_once([stranger, new])
    require(answer(successor, "partner-2").status == 200, "another key of the same id stands before it")
    publish([stranger])
    refused(answer(successor, "partner-2"), "another key of the same id alone")
