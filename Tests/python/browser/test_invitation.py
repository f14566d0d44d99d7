"""A trusted client orders a credential; the person sets its PIN behind the link of the message, and signs with it."""

import json
from urllib.parse import urlencode

import pytest

from browser import accessibility
from browser.driver import Person
from browser.test_browser import CHROMIUM, PICTURES
from harness import encodings, verify
from harness.failure import require, wait_for
from harness.oauth_client import ACCEPT, FORM
from harness.portal import Portal, digest

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="'make packages' installs Chromium")
PIN = "271828"


class Office(Portal):
    """The partner's registration office, which orders, and its messenger."""

    def __init__(self, sandbox):
        super().__init__(sandbox, sandbox.tls)
        self.registration = sandbox.client("trusted")
        self.policy = sandbox.fact("certificatePolicies")[1]

    def order(self, user, language):
        """The new credential, as credentials/create answers it."""
        pairs = {
            "grant_type": "client_credentials", "client_id": self.registration["clientID"],
            "client_secret": self.registration["clientSecret"], "userID": user, "lang": language,
            "authorization_details": json.dumps([{
                "type": "credential-creation", "credentialCreationRequest": {"certificatePolicy": self.policy},
            }]),
        }
        answer = self.wire.send("POST", f"{self.base}/oauth2/token", [FORM, ACCEPT], urlencode(pairs).encode())
        require(answer.status == 200 and answer.json()["scope"] == "credential-creation", answer.summary())
        body = {
            "credentialCreationRequest": {"certificatePolicy": self.policy}, "credentialInfo": True,
            "certificates": "chain",
        }
        made = self.call("credentials/create", body, answer.json()["access_token"])
        require(made.status == 201 and made.json()["key"]["status"] == "disabled", made.summary())
        return made.json()

    def messages(self, credential):
        answer = self.wire.send("GET", self.sandbox.fact("messages"), [ACCEPT])
        return [message for message in answer.json() if message["credentialID"] == credential["credentialID"]]

    def link(self, credential):
        message = wait_for(lambda: next(iter(self.messages(credential)), None), 10)
        require(message["type"] == "invitation" and message["url"] in message["text"], f"the message is {message}")
        return message["url"]

    def signs(self, credential, user, pin):
        """The status of the authorization; what was signed then is verified."""
        octets = digest()
        token = self.sandbox.user(user)["serviceToken"]
        named = {
            "credentialID": credential["credentialID"], "hashes": [encodings.base64std(octets)],
            "hashAlgorithmOID": verify.SHA256,
        }
        granted = self.call(
            "credentials/authorize", {**named, "numSignatures": 1, "authData": [{"id": "PIN", "value": pin}]}, token)
        if granted.status == 200:
            body = {**named, "SAD": granted.json()["SAD"], "signAlgo": verify.ECDSA_SHA256}
            signed = self.call("signatures/signHash", body, token)
            require(signed.status == 200, signed.summary())
            certificate = self.verifier.chain(credential["cert"]["certificates"])
            self.verifier.signatures(signed.json()["signatures"], certificate, [octets], verify.ECDSA_SHA256)
        return granted.status


@pytest.fixture(scope="module")
def office(sandbox):
    return Office(sandbox)


def accessible(person, language):
    found = accessibility.problems(person.driver, language)
    require(not found, "; ".join(found))


@pytest.mark.parametrize("language, texts", [
    ("en", ("Set the PIN of your signing certificate", "The two PINs do not match", "Your PIN is set")),
    ("de", ("PIN Ihres Signaturzertifikats festlegen", "Die beiden PINs stimmen nicht", "Ihre PIN ist festgelegt")),
])
def test_pin(office, language, texts):
    """Disabled before; a page under the partner's brand; a PIN that differs is told; then the credential signs."""
    credential = office.order("alice", language)
    link = office.link(credential)
    require(office.signs(credential, "alice", PIN) == 400, "it signs without a PIN")
    for _ in range(3):
        require(office.wire.send("GET", link, []).status == 200, "a scanner spent the link")
    with Person(PICTURES, languages=language) as person:
        person.open(link)
        text = person.text()
        require(texts[0] in text and "Example portal" in text and "Alice Example" in text, f"the page says {text}")
        accessible(person, language)
        person.picture(f"17-invitation-{language}")
        person.type("newPIN", PIN)
        person.type("repeatedPIN", PIN + "1")
        person.press("button[value=approve]")
        require(texts[1] in person.text(), "the difference is not told")
        require(person.find("[name=repeatedPIN]").get_attribute("aria-invalid") == "true", "the field is not marked")
        require(not person.find("[name=newPIN]").get_attribute("value"), "the page repeats the PIN")
        accessible(person, language)
        person.picture(f"18-invitation-wrong-{language}")
        person.type("newPIN", PIN)
        person.type("repeatedPIN", PIN)
        person.press("button[value=approve]")
        require(texts[2] in person.text(), person.text())
        accessible(person, language)
        person.picture(f"19-invitation-done-{language}")
        person.open(link)
        require(not person.all("form"), "the link can be used again")
    require(office.signs(credential, "alice", "271829") == 400, "a wrong PIN signs")
    require(office.signs(credential, "alice", PIN) == 200, "the PIN does not sign")
    require([message["type"] for message in office.messages(credential)][-1] == "credential-made", "not told")


def test_declined(office):
    """On a narrow screen without scripts the person declines: the credential is gone, and so is the link."""
    credential = office.order("bob", "en")
    link = office.link(credential)
    with Person(PICTURES, scripts=False, width=500, height=900) as person:
        person.open(link)
        person.picture("20-narrow-invitation")
        person.press("button[value=deny]")
        require("You declined" in person.text(), person.text())
        person.open(link)
        require("no longer valid" in person.text(), person.text())
        person.picture("21-narrow-invitation-over")
    token = office.sandbox.user("bob")["serviceToken"]
    answer = office.call("credentials/info", {"credentialID": credential["credentialID"]}, token)
    require(answer.status == 400, answer.summary())
