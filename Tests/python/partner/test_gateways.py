"""Partners' statements at two gateways of one store, evidence of how a signature came about, and configurations."""

import base64
import hashlib
import json
import time

import pytest

from harness.encodings import from_base64url
from harness.failure import require, wait_for
from harness.gateway import Served, copy_of, opened
from harness.portal import digest
from harness.servers import Server
from partner.setting import LABEL, Client, Setting, refused, texts


@pytest.fixture(scope="module")
def setting(gateway):
    return Setting(gateway)


class KeySet(Server):
    """The partner's keys at a URL; not there until they are published."""

    def __init__(self):
        self.document = None
        super().__init__(lambda *_: (200 if self.document else 503, {}, json.dumps(self.document).encode()))


@pytest.fixture(scope="module")
def keys():
    with KeySet() as keys:
        yield keys


@pytest.fixture(scope="module")
def second(setting, keys):
    """The client at another process on the same database and device, which has the keys from a URL."""
    served = Served(setting.gateway.state, "second").beside()
    statements = served.config["partners"][0]["statements"]
    del statements["keysFile"]
    statements |= {"keysURL": keys.origin + "/keys", "allowsPlainHTTP": True}
    with served:
        yield Client(setting.sandbox, served.url)


def test_keys_at_a_url(setting, second, keys):
    """What cannot be fetched costs nothing, and is taken as soon as it is there."""
    digests = [digest()]
    statement = setting.statement(digests)
    answer = second.present(statement, digests)
    require((answer.status, answer.error) == (503, "temporarily_unavailable"), f"without keys: {answer}")
    keys.document = {"keys": setting.keys()}
    second.sad(statement, digests, "with keys")


def test_a_statement_is_good_once_at_both_gateways(setting, second, keys):
    keys.document = {"keys": setting.keys()}
    for first, other in ((setting.client, second), (second, setting.client)):
        digests = [digest()]
        claims = setting.signatory.claims(digests)
        statement = setting.signatory.statement(claims)
        sad = first.sad(statement, digests, "at its gateway")
        for client in (first, other):
            refused(client.present(statement, digests), "replayed")
            # Another signature over the same claims is another text, and the same statement.
            refused(client.present(setting.signatory.statement(claims), digests), "signed again")
        # The SAD is good at every gateway.
        other.signed(LABEL, digests, sad=sad)


# ------------------------------------------------------------------------------------------------------ evidence


def test_signature_show_tells_how_a_signature_came_about(setting):
    digests = [digest()]
    [raw], [text] = digests, texts(digests)
    claims = setting.signatory.claims(digests, amr=["pwd", "hwk"], auth_time=int(time.time()) - 77)
    statement = setting.signatory.statement(claims)
    sad = setting.client.sad(statement, digests, "the honest way")
    [signed] = setting.client.signed(LABEL, digests, sad=sad)
    activation = hashlib.sha256(from_base64url(sad)).hexdigest()

    shown = {setting.show(name, "--json").stdout for name in (text, raw.hex(), raw.hex().upper(), activation)}
    require(len(shown) == 1, "the names of a signature lead to different ones")
    signature = setting.report(text)
    made = hashlib.sha256(base64.b64decode(signed)).hexdigest()
    require(signature["count"] == 1 and signature["signatures"] == made, "another fingerprint than the signature's")
    require(signature["digests"] == [raw.hex()], f"{signature}")
    require(signature["credential"] == setting.sandbox.credential_id(LABEL), f"{signature}")
    [factor] = signature["authenticated"]
    expected = {
        "factor": "PARTNER", "provider": claims["iss"], "acr": claims["acr"], "level": "substantial",
        "amr": claims["amr"], "authTime": claims["auth_time"],
        "tokenID": hashlib.sha256(claims["jti"].encode()).hexdigest(),
        "token": hashlib.sha256(statement.encode()).hexdigest(),
    }
    require(expected.items() <= factor.items(), f"{factor} instead of {expected}")
    require(len(bytes.fromhex(factor["subject"])) == 32, f"the subject is no keyed digest: {factor}")
    [authorization] = signature["authorizations"]
    require(authorization["activation"] == activation and authorization["ledger"] == "agrees", f"{authorization}")
    require(setting.show(signature["operation"], "--json").stdout in shown, "not found by its operation")

    plain = setting.show(signature["operation"])
    require(plain.returncode == 0, plain.stdout)
    for part in (signature["operation"], activation, made, raw.hex(), claims["iss"], "pwd, hwk", "The audit log is whole"):
        require(part in plain.stdout, f"the text does not name {part}:\n{plain.stdout}")
    for secret in ("alice", statement, sad, claims["jti"]):
        require(secret not in plain.stdout + "".join(shown), f"{secret} is shown")
    for name in ("", "ff" * 32, *texts([digest()])):
        require(setting.show(name).returncode == 1, f"{name!r} is found")


def test_an_asynchronous_signature_is_found_by_its_response_id(setting):
    digests = [digest()]
    sad = setting.client.sad(setting.statement(digests), digests, "the honest way")
    accepted = setting.client.sign(LABEL, digests, sad=sad, operationMode="A")
    require(accepted.status == 200, f"signHash: {accepted}")
    name = accepted.json()["responseID"]

    def ended():
        answer = setting.client.call("signatures/signPolling", {"requestID": name})
        return answer if answer.status != 202 else None

    require(wait_for(ended).status == 200, "signPolling")
    signature = setting.report(name)
    require(signature["response"] == name, f"{signature}")
    require(signature["authenticated"][0]["factor"] == "PARTNER", f"{signature}")


@pytest.mark.parametrize(("table", "column", "told"), [("audit_entry", "payload", "NOT whole"), ("activation", "binding", "differs")])
def test_a_change_of_who_signed_is_told(setting, table, column, told):
    """In a copy of the log, and of the ledger."""
    digests = [digest()]
    setting.signed(digests, amr=["pwd", "hwk"])
    operation = setting.report(texts(digests)[0])["operation"]
    with copy_of(setting.gateway.database) as copy:
        with opened(copy) as database:
            change = f"UPDATE {table} SET {column} = replace({column}, '\"hwk\"', '\"sms\"')"
            changed = database.execute(f"{change} WHERE instr({column}, '\"hwk\"')").rowcount
        require(changed, "nothing was changed")
        result = setting.gateway.run("signature", "show", operation, "--database", copy)
    require(result.returncode == 1 and told in result.stdout, f"not told:\n{result.stdout}")


# ------------------------------------------------------------------------------------------------- configuration


@pytest.fixture
def check(setting):
    """Whether `config check` takes changes of a partner's statements, and what it says."""
    config = json.loads((setting.gateway.state / "config.json").read_text())
    folder = setting.gateway.state.parent
    [key] = setting.keys()
    (folder / "doubled.json").write_text(json.dumps({"keys": [key, key]}))

    def check(changes):
        statements = config["partners"][0]["statements"] | changes
        config["partners"][0]["statements"] = {name: value for name, value in statements.items() if value is not None}
        if statements.get("keysFile") == "doubled":
            config["partners"][0]["statements"]["keysFile"] = str(folder / "doubled.json")
        file = folder / "checked.json"
        file.write_text(json.dumps(config))
        return setting.gateway.run("config", "check", "--config", file)

    return check


@pytest.mark.parametrize("changes", [
    {
        "algorithms": ["ES256"], "users": ["alice"], "credentials": ["x"], "minimumLevel": "high", "clockSkew": 0,
        "maximumAge": 60, "maximumAuthenticationAge": 60, "keysKeptFor": 0,
    }, {"keysFile": "doubled"},
], ids=json.dumps)
def test_right_configuration(check, changes):
    result = check(changes)
    require(result.returncode == 0, result.stdout)


@pytest.mark.parametrize(("name", "changes"), [
    ("issuer", {"issuer": None}), ("levels", {"levels": None}), ("high", {"levels": {"high": "highest"}}),
    ("algorithms", {"algorithms": ["HS256"]}), ("algorithms", {"algorithms": []}),
    ("minimumLevel", {"minimumLevel": "none"}), ("maximumAge", {"maximumAge": 0}),
    ("keysFile", {"keysFile": None}), ("keysFile", {"keysURL": "https://portal.example/keys"}),
    ("keysFile", {"keysFile": "/nowhere"}),
    ("keysURL", {"keysFile": None, "keysURL": "http://portal.example/keys"}), ("standAlone", {"standAlone": True}),
], ids=json.dumps)
def test_wrong_configuration(check, name, changes):
    result = check(changes)
    require(result.returncode != 0 and f'"{name}"' in result.stdout, result.stdout)
