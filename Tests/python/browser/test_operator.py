"""The operator's page of a real gateway, in a real browser: who sees it, what it says, and how it looks.

Pictures go into .build/screenshots.
"""

import hashlib
import socket
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from browser import accessibility
from browser.driver import Person
from browser.test_browser import CHROMIUM, PICTURES
from harness.failure import require, wait_for
from harness.gateway import Served
from harness.portal import Portal, digest
from harness.wire import Wire

LABEL = "p256-pin"
NAMES = {
    "en": ("How the service is doing", "Calls that signed: 3, at most 3 in an hour", "Last 24 hours", "Locked factors"),
    "de": ("Wie es dem Dienst geht", "Aufrufe, die signierten: 3, höchstens 3 in einer Stunde", "Letzte 24 Stunden",
           "Gesperrte Faktoren"),
}


class Operator:
    """Someone who runs the gateway."""

    def __init__(self, sandbox, token=None):
        self.url = f"{sandbox.plain}/operator"
        self.token = token or sandbox.fact("adminToken")
        self.wire = Wire(None)

    def get(self, header=None, query="", method="GET"):
        headers = [("Authorization", header or f"Bearer {self.token}"), ("Accept-Language", "en")]
        return self.wire.send(method, self.url + query, headers)

    @property
    def address(self):
        """With the password, as a browser takes it."""
        return self.url.replace("://", f"://operator:{self.token}@")

    def says(self, text):
        return wait_for(lambda: text in self.get().text, 20)


@pytest.fixture(scope="module")
def portal(sandbox):
    """Three calls that signed, and as many wrong PINs as lock one."""
    portal = Portal(sandbox)
    token = portal.owner(LABEL)["serviceToken"]
    for _ in range(3):
        octets = digest()
        answer = portal.authorize(LABEL, [octets], {"PIN": portal.owner(LABEL)["pin"]}, token)
        require(answer.status == 200, answer.summary())
        portal.signed(LABEL, [octets], token, answer.json()["SAD"])
    for _ in range(5):
        answer = portal.authorize("lock-pin", [digest()], {"PIN": "99999999"}, token)
        require(answer.status == 400, answer.summary())
    return portal


@pytest.fixture(scope="module")
def operator(sandbox, portal):
    operator = Operator(sandbox)
    operator.says(NAMES["en"][1])
    return operator


def test_who_sees_it(operator, sandbox):
    for header in ["Bearer wrong-token-of-somebody", "Basic eDp5", "Bearer " + sandbox.fact("partner")["serviceToken"]]:
        answer = operator.get(header)
        assert answer.status == 401 and answer.header("WWW-Authenticate").startswith("Basic realm="), answer.summary()
        assert operator.token not in answer.text and "p256" not in answer.text
    assert operator.get(method="POST").status == 405
    answer = operator.get()
    assert answer.status == 200 and answer.header("Cache-Control") == "no-store"
    policy = answer.header("Content-Security-Policy")
    assert "default-src 'none'" in policy and "script-src" not in policy and "unsafe" not in policy


def test_no_person_and_no_secret_is_on_it(operator, sandbox, portal):
    text = operator.get().text
    secrets = [operator.token, sandbox.credential_id(LABEL), *sandbox.user("alice").values()]
    assert not [secret for secret in secrets if secret in text and secret not in ("alice", "12345678")]
    assert "alice" not in text.lower()


def test_tokens_are_bounded(gateway, sandbox):
    """From another address, so that the others go on."""
    operator = Operator(sandbox)
    operator.wire = Wire(None, source="127.0.0.77")
    statuses = [operator.get("Bearer wrong-token-of-somebody").status for _ in range(25)]
    assert statuses == [401] * 21 + [429] * 4
    answer = operator.get("Bearer wrong-token-of-somebody")
    assert answer.status == 429 and 0 < int(answer.header("Retry-After")) <= 30
    # Who has the token is not kept out by others behind the same address.
    assert operator.get().status == 200


@pytest.mark.skipif(not CHROMIUM.exists(), reason="'make packages' installs Chromium")
@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("size", ["desktop", "phone", "zoomed", "dark"])
def test_in_a_browser(operator, language, size):
    with Person(PICTURES, languages=language, scripts=False, width=1280) as person:
        widths = {"desktop": (1280, 1), "phone": (360, 2), "zoomed": (640, 2), "dark": (1280, 1)}
        width, scale = widths[size]
        person.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": 900, "deviceScaleFactor": scale, "mobile": size == "phone",
        })
        if size == "dark":
            person.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
                "features": [{"name": "prefers-color-scheme", "value": "dark"}],
            })
        person.open(operator.address)
        # The checks are scripts; the page has none.
        person.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
        found = accessibility.problems(person.driver, language)
        require(not found, "; ".join(found))
        title, chart, heading, row = NAMES[language]
        require(person.find("h1").text == title and row in person.text(), "the page is another one")
        names = tree(person)
        require(chart in names["image"], f"pictures: {names['image']}")
        require({title, heading} <= set(names["heading"]), f"headings: {names['heading']}")
        person.picture(f"20-operator-{language}-{size}")
        for summary in person.all("summary"):
            summary.click()
        require(heading in tree(person)["table"], "the table has no name")
        found = accessibility.problems(person.driver, language)
        require(not found, "with tables: " + "; ".join(found))
        person.picture(f"21-operator-{language}-{size}-tables")


def tree(person):
    """Names of what a screen reader finds, by its role."""
    names = {"image": [], "heading": [], "table": []}
    for node in person.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]:
        role = node.get("role", {}).get("value")
        role = {"img": "image"}.get(role, role)
        if role in names and not node.get("ignored"):
            names[role].append(node.get("name", {}).get("value", ""))
    return names


@pytest.mark.skipif(not CHROMIUM.exists(), reason="'make packages' installs Chromium")
def test_an_outage_shows_while_it_is_on_and_afterwards(operator, gateway, portal):
    """The checkpoint cannot be kept."""
    file = gateway.database.with_name(gateway.database.name + ".checkpoint")
    assert "No fault is known." in operator.get().text
    file.unlink()
    file.mkdir()
    try:
        portal.authorize(LABEL, [digest()], {"PIN": portal.owner(LABEL)["pin"]}, portal.owner(LABEL)["serviceToken"])
        operator.says("cannot be written")
        assert "Faults now" in operator.get().text
        with Person(PICTURES) as person:
            person.open(operator.address)
            require(not accessibility.problems(person.driver, "en"), "not accessible")
            person.picture("22-operator-fault")
    finally:
        file.rmdir()
    portal.authorize(LABEL, [digest()], {"PIN": portal.owner(LABEL)["pin"]}, portal.owner(LABEL)["serviceToken"])
    operator.says("No fault is known.")
    assert "cannot be written" not in operator.get().text and "goes on" not in operator.get().text


def listens(url):
    try:
        socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=5).close()
        return True
    except OSError:
        return False


def test_a_certificate_opens_it_where_clients_show_them(operator, gateway, sandbox):
    """`countersign serve` on the sandbox's state, for one client's certificate and without a token."""
    client = sandbox.client("mtls")
    certificate, key = client["certificate"], client["privateKey"]
    fingerprint = hashlib.sha256(ssl.PEM_cert_to_DER_cert(Path(certificate).read_text())).hexdigest().upper()
    gateway.stop()
    served = Served(gateway.state)
    served.config["operator"] = {"clientCertificates": [fingerprint]}
    mutual = served.config["tls"]["clientCertificates"]["publicURL"] + "/operator"
    try:
        with served:
            # The last of the listeners may come a moment after the first.
            wait_for(lambda: listens(mutual), 10)
            shown = Wire(sandbox.trust_anchor, (certificate, key)).send("GET", mutual)
            assert shown.status == 200 and "Audit log" in shown.text
            for wire, url in [
                (Wire(sandbox.trust_anchor), mutual), (Wire(sandbox.trust_anchor), f"{sandbox.tls}/operator"),
                (Wire(sandbox.trust_anchor, (certificate, key)), f"{sandbox.tls}/operator"),
            ]:
                answer = wire.send("GET", url, [("Authorization", f"Bearer {operator.token}")])
                assert answer.status == 403 and answer.header("WWW-Authenticate") is None, url
            del served.config["operator"]
        with served:
            wait_for(lambda: listens(mutual), 10)
            assert Wire(sandbox.trust_anchor, (certificate, key)).send("GET", mutual).status == 404
    finally:
        gateway.start()
