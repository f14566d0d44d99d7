"""`config check` takes every way to authenticate at a provider, and names what is wrong."""

import json

import pytest

from harness.failure import require

# Files of the sandbox's state folder, by what they stand for below.
FILES = {
    "$key": "tls-key.pem", "$certificate": "tls-certificate.pem", "$secret": "eid-client-secret",
    "$assertion key": "partner-assertion-key.pem",
}


def authentication(**members):
    return {"clientAuthentication": members}


@pytest.fixture(scope="module")
def check(gateway):
    config = json.loads((gateway.state / "config.json").read_text())

    def check(changes):
        text = json.dumps(changes)
        for name, file in FILES.items():
            text = text.replace(json.dumps(name), json.dumps(str(gateway.state / file)))
        first, *others = config["eidProviders"]
        path = gateway.state.parent / "checked.json"
        path.write_text(json.dumps(config | {"eidProviders": [first | json.loads(text), *others]}))
        return gateway.run("config", "check", "--config", path)

    return check


@pytest.mark.parametrize("changes", [
    authentication(method="none"), authentication(method="client_secret_post", secretFile="$secret"),
    authentication(method="private_key_jwt", keyFile="$assertion key", keyID="k", audience="issuer"),
    authentication(method="tls_client_auth", certificateFile="$certificate", keyFile="$key"),
    {"backchannel": {"delivery": "ping", "scope": "openid profile", "acrValues": ["a", "b"],
              "loginHint": '{"username":"{username}"}'}},
], ids=json.dumps)
def test_right(check, changes):
    result = check(changes)
    require(result.returncode == 0, result.stdout)


@pytest.mark.parametrize(("name", "changes"), [
    ("method", authentication(method="client_secret_jwt")), ("method", authentication()),
    ("secretFile", authentication(method="client_secret_basic")),
    ("keyFile", authentication(method="private_key_jwt", keyFile="$assertion key", algorithm="RS256")),
    ("algorithm", authentication(method="private_key_jwt", keyFile="$assertion key", algorithm="HS256")),
    ("audience", authentication(method="private_key_jwt", keyFile="$assertion key", audience="token")),
    ("certificateFile", authentication(method="tls_client_auth", keyFile="$key")),
    ("secretFile", authentication(method="none", secretFile="$secret")),
    ("clientSecretFile", {"clientSecretFile": "$secret"}), ("delivery", {"backchannel": {"delivery": "push"}}),
    ("scope", {"backchannel": {"scope": "profile"}}), ("acrValues", {"backchannel": {"acrValues": ["a b"]}}),
    ("loginHint", {"backchannel": {"loginHint": "alice"}}), ("loginHint", {"backchannel": {"loginHint": '{"username":{username}'}}),
    ("mode", {"backchannel": {"mode": "poll"}}),
], ids=json.dumps)
def test_wrong(check, name, changes):
    result = check(changes)
    require(result.returncode != 0 and f'"{name}"' in result.stdout, result.stdout)
