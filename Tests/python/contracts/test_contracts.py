"""Partners and clients that operators register by command, while two gateways serve one database."""

import base64
import json
import subprocess
import time

import pytest

from harness.failure import require
from harness.gateway import Gateway, Served, opened
from harness.oauth_client import FORM
from harness.wire import Wire

# Seconds in which an act is in force in every gateway.
IN_FORCE = 1
# Seconds in which a gateway looks at all rows, also if another one has committed at the same time as somebody else.
LOOKED_AT = 30

BANK = {"id": "bank", "name": "Bank", "colour": "#102030"}
APP = {
    "id": "bank-app", "name": "Bank's app", "authentication": ["client_secret_basic"], "grants": ["client_credentials"],
}


def key(folder, name):
    file = folder / f"{name}.pem"
    subprocess.run(
        ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", file], check=True,
        capture_output=True)
    file.chmod(0o600)
    return file


class Stand:
    """Two gateways of one sandbox's state, and operators with keys."""

    def __init__(self, folder):
        self.folder = folder
        with Gateway(folder) as gateway:
            self.state = gateway.state
        self.keys = {name: key(folder, name) for name in ("anna", "bert", "carl")}
        self.gateways = [Served(self.state, name).beside() for name in ("first", "second")]
        self.config = folder / "operators.json"
        self.config.write_text(json.dumps(self.gateways[0].config))

    def file(self, name, content):
        path = self.folder / name
        path.write_text(json.dumps(content))
        return path

    def secret(self, name, content):
        path = self.folder / name
        path.write_text(content + "\n")
        path.chmod(0o600)
        return path

    def approve(self, said, by):
        """Has a second operator approve a change, by the digest that is shown of it."""
        change = said.split("countersign change show ")[1].split()[0]
        shown = json.loads(self.done("change", "show", change))
        self.refused("the change is another one", "change", "approve", change, "--digest", "00" * 32, by=by)
        self.done("change", "approve", change, "--digest", shown["digest"], by=by)
        return shown

    def command(self, *arguments, by=None):
        acting = ["--as", self.keys[by]] if by else []
        return self.gateways[0].run(*arguments, *acting, "--config", self.config)

    def done(self, *arguments, by=None):
        result = self.command(*arguments, by=by)
        require(result.returncode == 0, f"{arguments}: {result.stdout}")
        return result.stdout

    def refused(self, reason, *arguments, by=None):
        result = self.command(*arguments, by=by)
        require(result.returncode != 0 and reason in result.stdout, f"{arguments}: {result.returncode} {result.stdout}")


@pytest.fixture(scope="module")
def stand(tmp_path_factory):
    stand = Stand(tmp_path_factory.mktemp("contracts"))
    pin = stand.secret("officer.pin", json.loads((stand.state / "seed.json").read_text())["officerPIN"])
    wrong = stand.secret("wrong.pin", "12345678")
    founders = [text for name in ("anna", "bert") for text in ("--operator", f"{name}={stand.keys[name]}")]
    stand.refused("the security officer's PIN is wrong", "init", "--officer-pin-file", wrong, *founders)
    stand.refused("there are no operators", "partner", "add", stand.file("bank.json", BANK), by="anna")
    stand.done("init", "--officer-pin-file", pin, *founders)
    with stand.gateways[0], stand.gateways[1]:
        yield stand


WIRE = Wire(None)


def token(gateway, client, secret):
    """The answer of the token endpoint."""
    proof = base64.b64encode(f"{client}:{secret}".encode()).decode()
    return WIRE.send(
        "POST", gateway.url + "/oauth2/token", [FORM, ("Authorization", f"Basic {proof}")],
        b"grant_type=client_credentials&scope=service")


def call(gateway, method, body, bearer):
    headers = [("Content-Type", "application/json"), ("Authorization", f"Bearer {bearer}")]
    return WIRE.send("POST", f"{gateway.url}/csc/v2/{method}", headers, json.dumps(body).encode())


def ready(gateway):
    return WIRE.send("GET", gateway.url + "/health/ready").status


def soon(what, is_so, stand, within=IN_FORCE):
    """In both gateways, each asked in turn."""
    end = time.monotonic() + within
    left = list(stand.gateways)
    while left := [gateway for gateway in left if not is_so(gateway)]:
        require(time.monotonic() < end, f"not within {within} s: {what}")
        time.sleep(0.02)


def test_first_operators_are_there_and_no_others_come_by_init(stand):
    listed = stand.done("operator", "list").splitlines()
    require([line.split()[:3] for line in listed] == [
        ["anna", "active", "approver,registrar"], ["bert", "active", "approver,registrar"]], f"{listed}")
    stand.refused("there are operators already", "init", "--officer-pin-file", stand.folder / "officer.pin",
                  "--operator", f"carl={stand.keys['carl']}", "--operator", f"dora={stand.keys['carl']}")


def test_a_partner_is_in_force_in_both_gateways_within_a_second(stand):
    """From its registration to its suspension and back; each act is signed, and stands in the log."""
    stand.refused("no active operator has this key", "partner", "add", stand.file("bank.json", BANK), by="carl")
    stand.done("partner", "add", stand.file("bank.json", BANK), by="anna")
    added = stand.done("client", "add", "bank", stand.file("app.json", APP), by="anna")
    secret = stand.client_secret = added.split("secret: ")[1].split()[0]
    shown = stand.done("partner", "show", "bank")
    require(secret not in shown and json.loads(shown)["state"] == "active", shown)
    soon("the client has tokens", lambda gateway: token(gateway, "bank-app", secret).status == 200, stand)
    for gateway in stand.gateways:
        wrong = token(gateway, "bank-app", "x" * 43)
        require(wrong.status == 400, f"with a wrong secret: {wrong}")
    tokens = [token(gateway, "bank-app", secret).json()["access_token"] for gateway in stand.gateways]

    def authorize(gateway, bearer):
        return call(gateway, "credentials/authorize", {"credentialID": "none"}, bearer)

    for gateway, bearer in zip(stand.gateways, tokens):
        require(authorize(gateway, bearer).status == 400, "before")
    stand.done("partner", "suspend", "bank", "--reason", "unpaid", by="bert")
    soon("the partner is refused", lambda gateway: authorize(gateway, tokens[0]).status == 403, stand)
    for gateway, bearer in zip(stand.gateways, reversed(tokens)):
        require(authorize(gateway, bearer).json()["error_description"] == "The partner is suspended", "the text")
        listed = call(gateway, "credentials/list", {"userID": "nobody"}, bearer)
        require(listed.status != 403, f"looking goes on: {listed}")
    said = stand.done("partner", "resume", "bank", "--reason", "paid", by="bert")
    for gateway in stand.gateways:
        require(authorize(gateway, tokens[0]).status == 403, "one person alone ended the suspension")
    stand.approve(said, by="anna")
    soon("the partner is served", lambda gateway: authorize(gateway, tokens[0]).status == 400, stand)
    stand.done("client", "remove", "bank", "bank-app", by="anna")
    soon("the client has no tokens", lambda gateway: token(gateway, "bank-app", secret).status == 400, stand)
    stand.refused("bank-app is taken, or was", "client", "add", "bank", stand.file("app.json", APP), by="anna")
    stand.refused("is in the configuration", "partner", "suspend", "portal", "--reason", "x", by="anna")
    acts = [(event["act"], event["operator"]) for event in stand.gateways[0].events("configuration.changed")]
    require(acts[-5:] == [
        ("partner.add", "anna"), ("client.add", "anna"), ("partner.suspend", "bert"), ("partner.resume", "bert"),
        ("client.remove", "anna")], f"{acts}")
    [attempt] = stand.gateways[0].events("access.refused")
    require(attempt["act"] == "partner.add" and attempt["reason"] == "unknown", f"{attempt}")


def test_two_persons_change_who_operates(stand):
    """P56. The one who proposed it cannot approve it, under no role."""
    said = stand.done("operator", "add", "carl", "--key", stand.keys["carl"], "--roles", "registrar", by="anna")
    change = said.split("countersign change show ")[1].split()[0]
    digest = json.loads(stand.done("change", "show", change))["digest"]
    require(len(stand.done("operator", "list").splitlines()) == 2, "one person alone made another one")
    stand.refused("a second person has to approve", "change", "approve", change, "--digest", digest, by="anna")
    shown = stand.approve(said, by="bert")
    require(shown["roles"] == ["registrar"] and len(shown["fingerprint"]) == 64, f"{shown}")
    require("carl active registrar" in stand.done("operator", "list"), "carl is no operator")
    require(f"{change} approved by bert" in stand.done("change", "list"), "the list of changes")
    [changed] = [event for event in stand.gateways[0].events("configuration.changed") if event["act"] == "operator.add"]
    require((changed["operator"], changed["approvedBy"]) == ("anna", "bert"), f"{changed}")
    trusted = APP | {"id": "trusted", "trustedScopes": ["credential-deletion"]}
    stand.done("partner", "add", stand.file("other.json", BANK | {"id": "other"}), by="carl")
    said = stand.done("client", "add", "other", stand.file("trusted.json", trusted), by="carl")
    require("proposed" in said and "trusted" not in stand.done("partner", "list").split(), said)


def test_the_log_is_whole_and_has_no_secret(stand):
    stand.gateways[0].verify_audit()
    secret = stand.client_secret.encode()
    texts = [stand.gateways[0].audit("list").stdout.encode()]
    texts += [file.read_bytes() for file in stand.state.glob("countersign.sqlite*")]
    texts += [gateway.log.read_bytes() for gateway in stand.gateways]
    require(any(b"bank-app" in text for text in texts), "nothing was read")
    for form in (secret, base64.b64encode(secret), secret.hex().encode()):
        require(not any(form in text for text in texts), "a client's secret is in the log, the database or an output")


def test_a_partner_that_is_added_by_sql_is_none(stand):
    """And with one that was edited no gateway goes on. The last test: the database is of no use afterwards."""
    with opened(stand.gateways[0].database) as database:
        database.execute(
            "INSERT INTO partner SELECT 'mine', revision, state, replace(body, '\"other\"', '\"mine\"'), sealed, row_mac "
            "FROM partner WHERE id = 'other'")
    require("mine" not in stand.done("partner", "list").split(), "it is a partner")
    with opened(stand.gateways[0].database) as database:
        database.execute("UPDATE partner SET state = 'suspended' WHERE id = 'other'")
    soon("it stops", lambda gateway: ready(gateway) == 503, stand, LOOKED_AT)
    stand.refused("is not as the gateways left it", "partner", "list")
