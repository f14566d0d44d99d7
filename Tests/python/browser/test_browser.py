"""A person signs on the pages of the authorization server, in a real browser.

Pictures of every page go into .build/screenshots.
"""

import json
import shutil
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from selenium.webdriver.common.keys import Keys

from browser import accessibility
from browser.driver import Callback, Person
from harness import encodings, verify
from harness.failure import Failure, require, wait_for
from harness.oauth_client import OAuthClient
from harness.one_time_codes import OneTimeCodes
from harness.portal import Portal
from harness.program import ROOT
from harness.servers import Server

LABELS = ["Purchase contract no. 4711", "Terms of delivery, 2026 edition"]
DIGESTS = [verify.digest(text) for text in (b"contract", b"terms")]
CHROMIUM = Path("/usr/bin/chromium")
PICTURES = ROOT / ".build/screenshots"

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="'make packages' installs Chromium")


class World(Portal):
    """The client whose customer has the browser."""

    def __init__(self, sandbox):
        super().__init__(sandbox, sandbox.tls)
        self.alice = sandbox.user("alice")
        self.codes = OneTimeCodes()
        self.callback = Callback(sandbox.fact("partner")["redirectURI"])

    def details(self, label, terms=None):
        """For both digests; `terms` go with the first."""
        kind = {"hashType": (terms or {"hashType": "DTBSR"}).get("hashType", "SDR")}
        return json.dumps([{
            "type": "https://cloudsignatureconsortium.org/2025/credential",
            "credentialID": self.sandbox.credential_id(label), "numSignatures": 2, "hashAlgorithmOID": verify.SHA256,
            "documentDigests": [
                {"hash": encodings.base64std(digest), "label": name, **kind, **more}
                for digest, name, more in zip(DIGESTS, LABELS, [terms or {}, {}])
            ],
        }])

    def request(self, label, terms=None, **more):
        """A pushed request of a client of its own."""
        return Order(self, label, terms, more)

    def arrived(self, state):
        """What the client got by redirect."""
        def found():
            return next((answer for answer in self.callback.arrived if answer.get("state") == state), None)

        answer = wait_for(found, 10)
        require(answer.get("iss") == self.base, f"iss is {answer.get('iss')}")
        return answer


class Order(OAuthClient):
    """A request for two signatures, and what its exchange needs."""

    def __init__(self, world, label, terms, more):
        super().__init__(world, "public")
        self.label = label
        self.details = [("authorization_details", world.details(label, terms))]
        answer = self.form(f"{self.base}/oauth2/pushed_authorize", [*self.begin(), *self.details, *more.items()])
        require(answer.status == 201, answer.summary())
        self.url = self.authorize_url([("client_id", self.client_id), ("request_uri", answer.json()["request_uri"])])

    def answer(self):
        return self.world.arrived(self.state)

    def sign(self):
        """Exchanges the code, signs both digests, and verifies with the credential's certificate."""
        self.world.signed(self.label, DIGESTS, self.token())

    def token(self):
        answer = self.answer()
        require("code" in answer, f"no code: {answer}")
        pairs = [*self.redemption(answer["code"]), ("client_id", self.client_id), *self.details]
        token = self.form(f"{self.base}/oauth2/token", pairs)
        require(token.status == 200, token.summary())
        return token.json()["access_token"]


@pytest.fixture(scope="module")
def world(sandbox):
    shutil.rmtree(PICTURES, ignore_errors=True)
    world = World(sandbox)
    with world.callback:
        yield world


def accessible(person, language):
    found = accessibility.problems(person.driver, language)
    require(not found, "; ".join(found))


def log_in(person, world, password=None):
    person.type("username", "alice")
    person.type("password", password or world.alice["password"])
    person.press("form[action='/oauth2/login'] button")


def shows_documents(person):
    text = person.text()
    for label in LABELS:
        require(label in text, f"the label {label} is not on the page")
    shown = "".join(person.find("main").text.split())
    for digest in DIGESTS:
        require(digest.hex() in shown, "a digest is not on the page")


def test_english(world):
    """Log-in, a wrong password, a wrong PIN, consent with PIN and OTP; the client exchanges its code and signs."""
    with Person(PICTURES) as person:
        order = world.request("p256-oauth-otp", lang="en")
        person.open(order.url)
        accessible(person, "en")
        require("Example portal" in person.text(), "the partner's brand is not on the page")
        person.picture("01-log-in")
        log_in(person, world, "wrong")
        require(person.all("[role=alert]") and person.focused().get_attribute("name") in ("password", None),
                "a wrong password is not told")
        accessible(person, "en")
        person.picture("02-log-in-wrong")
        log_in(person, world)
        shows_documents(person)
        require("Alice Example" in person.text(), "the certificate's subject is not on the page")
        accessible(person, "en")
        person.picture("03-consent")
        person.type("PIN", "00000000")
        person.type("OTP", world.codes.next(world.alice["totpSecret"]))
        person.press("button[value=approve]")
        require(person.all("[role=alert]") and person.find("[name=PIN]").get_attribute("aria-invalid") == "true",
                "a wrong PIN is not told")
        shows_documents(person)
        accessible(person, "en")
        person.picture("04-consent-wrong-pin")
        person.type("PIN", world.alice["pin"])
        person.type("OTP", world.codes.next(world.alice["totpSecret"]))
        person.press("button[value=approve]")
        order.sign()


def test_german_by_keyboard(world):
    """In German by the browser's own wish, with the keyboard alone."""
    with Person(PICTURES, languages="de-AT,de") as person:
        order = world.request("p256-oauth")
        person.open(order.url)
        accessible(person, "de")
        person.picture("05-anmelden")
        keyboard(person, "username", "alice")
        keyboard(person, "password", world.alice["password"], enter=True)
        shows_documents(person)
        accessible(person, "de")
        person.picture("06-zustimmen")
        keyboard(person, "PIN", world.alice["pin"])
        walk_to(person, lambda element: element.get_attribute("value") == "approve")
        person.focused().send_keys(Keys.ENTER)
        order.sign()


def walk_to(person, is_there):
    """Presses Tab until the focus is where it should be."""
    for _ in range(60):
        if is_there(person.focused()):
            return
        person.focused().send_keys(Keys.TAB)
    raise Failure("the keyboard does not get there")


def keyboard(person, name, text, enter=False):
    walk_to(person, lambda element: element.get_attribute("name") == name)
    person.focused().send_keys(text)
    if enter:
        send_form(person)


def send_form(person):
    before = person.find("html")
    person.focused().send_keys(Keys.ENTER)
    for _ in range(100):
        try:
            before.is_enabled()
            time.sleep(0.1)
        except Exception:
            return
    raise Failure("Enter does not send the form")


PLACE = encodings.base64std(bytes.fromhex("3011a00413024154a1090c0756696c6c616368"))
TERMS = {
    "signed_props": [
        {"commitment-type-indication": "1.2.840.113549.1.9.16.6.5"},
        {"attribute_name": "signer-location", "attribute_value": PLACE},
        {"attribute_name": "mime-type", "attribute_value": encodings.base64std(b"\x0c\x0fapplication/pdf")},
        {"attribute_name": "content-hints"},
    ],
    "circumstantialData": "signingTime=20241129170916+00'00' <b>&amp; " + "x" * 400,
}


@pytest.mark.parametrize("language, texts", [
    ("en", ["What your signature means", "You approve the document", "Place of signing", "Country: AT",
            "Town or city: Villach", "File type",
            "application/pdf", "added by us when you sign", "Details stated by the request"]),
    ("de", ["Bedeutung Ihrer Unterschrift", "Sie billigen das Dokument", "Ort der Unterschrift", "Land: AT",
            "Ort: Villach", "Dateityp",
            "application/pdf", "wird beim Unterschreiben von uns ergänzt", "Angaben aus der Anfrage"]),
])
def test_terms(world, language, texts):
    """The page shows the properties and circumstances that were asked for; signDoc takes these and no others."""
    with Person(PICTURES, width=500, height=900) as person:
        order = world.request("p256-oauth", TERMS, lang=language)
        person.open(order.url)
        log_in(person, world)
        shows_documents(person)
        page = person.text()
        for text in [*texts, TERMS["circumstantialData"]]:
            require(text in page, f"not on the page: {text}")
        accessible(person, language)
        wide = person.driver.execute_script("return document.documentElement.scrollWidth > innerWidth")
        require(not wide, "a long value makes the page too wide")
        person.picture(f"12-terms-{language}")
        person.type("PIN", world.alice["pin"])
        person.press("button[value=approve]")
    token = order.token()
    entry = {"hashes": [encodings.base64std(DIGESTS[0])], "signature_format": "C", "signAlgo": "1.2.840.10045.4.3.2"}
    for changes, status in [({}, 400), ({**TERMS, "circumstantialData": "else"}, 400), (TERMS, 200)]:
        answer = world.call("signatures/signDoc", {
            "credentialID": world.sandbox.credential_id("p256-oauth"), "documentDigests": [{**entry, **changes}],
        }, token)
        require(answer.status == status, answer.summary())


POLICY = encodings.base64std(bytes.fromhex(
    "3036 06032a0304 302f 300b 0609608648016503040201 0420".replace(" ", "")) + bytes(range(32)))
REPRESENTATION = {
    "hashType": "dtbsr",
    "signed_props": [
        {"commitment-type-indication": "1.2.840.113549.1.9.16.6.1"},
        {"attribute_name": "signature-policy-identifier", "attribute_value": POLICY},
    ],
}


@pytest.mark.parametrize("language, texts", [
    ("en", ["The request says that the fingerprint also covers the following", "Rules for the signature", "1.2.3.4",
            "Fingerprint of these rules (SHA-256): 000102"]),
    ("de", ["Die Anfrage sagt, dass die Prüfsumme auch Folgendes umfasst", "Regeln für die Unterschrift", "1.2.3.4",
            "Prüfsumme dieser Regeln (SHA-256): 000102"]),
])
def test_representation(world, language, texts):
    """Of a digest that has its properties inside the page says that the client states them; signHash signs it."""
    with Person(PICTURES, width=500, height=900) as person:
        order = world.request("p256-oauth", REPRESENTATION, lang=language)
        person.open(order.url)
        log_in(person, world)
        shows_documents(person)
        page = person.text()
        for text in texts:
            require(text in page, f"not on the page: {text}")
        accessible(person, language)
        wide = person.driver.execute_script("return document.documentElement.scrollWidth > innerWidth")
        require(not wide, "a long value makes the page too wide")
        person.picture(f"12-representation-{language}")
        person.type("PIN", world.alice["pin"])
        person.press("button[value=approve]")
    order.sign()


def test_choices(world):
    """What the client left open is asked for: by keyboard in German, and on a narrow screen without scripts."""
    def address(scope):
        client = OAuthClient(world, "public")
        return client.authorize_url([*client.begin(), ("scope", scope)])

    with Person(PICTURES, languages="de-AT,de") as person:
        person.open(address("credential-deletion"))
        keyboard(person, "username", "alice")
        keyboard(person, "password", world.alice["password"], enter=True)
        accessible(person, "de")
        person.picture("13-auswahl")
        values = [option.get_attribute("value") for option in person.all("input[name=choice]")]
        require(len(values) > 1, "there is nothing to choose")
        walk_to(person, lambda element: element.get_attribute("name") == "choice")
        person.focused().send_keys(Keys.ARROW_DOWN)
        chosen = person.focused()
        require(chosen.is_selected() and chosen.get_attribute("value") == values[1], "the arrow does not choose")
        name = person.find(f"label[for='{chosen.get_attribute('id')}']").text
        send_form(person)
        require("Endgültig löschen" in person.text() and name in person.text(), "not the page of what was chosen")
        accessible(person, "de")
        person.picture("14-auswahl-folgt")
    with Person(PICTURES, scripts=False, width=500, height=900) as person:
        person.open(address("credential-creation"))
        log_in(person, world)
        person.picture("15-narrow-choice")
        policy = world.sandbox.fact("certificatePolicies")[1]
        person.find(f"input[value='{policy}']").click()
        person.press("button[value=choose]")
        require(policy in person.text() and person.all("[name=newPIN]"), "not the page of what was chosen")
        person.picture("16-narrow-choice-follows")


def test_denied(world):
    """The person declines, and the client is told."""
    with Person(PICTURES) as person:
        order = world.request("p256-oauth")
        person.open(order.url)
        log_in(person, world)
        person.press("button[value=deny]")
        require(order.answer().get("error") == "access_denied", "another error")


def test_without_scripts(world):
    """With scripts switched off, on a narrow screen."""
    with Person(PICTURES, scripts=False, width=500, height=900) as person:
        order = world.request("p256-oauth")
        person.open(order.url)
        person.picture("07-narrow-log-in")
        log_in(person, world)
        shows_documents(person)
        person.picture("08-narrow-consent")
        person.type("PIN", world.alice["pin"])
        person.press("button[value=approve]")
        order.sign()


def test_eid(world):
    """The credential whose owner logs in at the eID provider."""
    with Person(PICTURES) as person:
        order = world.request("p256-oauth-eid")
        person.open(order.url)
        log_in(person, world)
        shows_documents(person)
        accessible(person, "en")
        person.picture("09-consent-eid")
        person.press("form[action='/oauth2/eid'] button")
        for _ in range(100):
            if person.all("select[name=subject]"):
                break
            for link in person.all("main a"):
                if world.sandbox.fact("eid")["issuer"] in (link.get_attribute("href") or ""):
                    link.click()
                    break
            time.sleep(0.1)
        require("Simulated eID" in person.driver.title, f"not at the provider: {person.driver.current_url}")
        for option in person.all("select[name=subject] option"):
            if option.get_attribute("value") == world.alice["eidSubject"]:
                option.click()
        person.type("pin", world.alice["pin"])
        person.press("form button")
        require(not person.all("form[action='/oauth2/eid']"), "the way back from the eID is not noticed")
        accessible(person, "en")
        person.picture("10-consent-eid-done")
        person.press("button[value=approve]")
        order.sign()


def test_frames(world):
    """No frame shows the pages, except on an origin that the partner registered."""
    def address(label):
        client = OAuthClient(world, label)
        return client.authorize_url([*client.begin(), ("scope", "service")])

    targets = {"/refused": address("public"), "/allowed": address("rival")}

    def frame(_method, path, *_):
        target = targets.get(path, "about:blank").replace("&", "&amp;")
        page = f'<!doctype html><title>frame</title><iframe src="{target}"></iframe>'
        return 200, {"Content-Type": "text/html"}, page.encode()

    # The origin that the rival registered.
    with Server(frame, ("127.0.0.1", 8093)) as server, Person(PICTURES) as person:
        for path, expected in (("/refused", 0), ("/allowed", 1)):
            person.open(server.origin + path)
            person.driver.switch_to.frame(person.find("iframe"))
            for _ in range(30):
                if len(person.all("form[action='/oauth2/login']")) == expected:
                    break
                time.sleep(0.1)
            time.sleep(0.5)
            forms = len(person.all("form[action='/oauth2/login']"))
            require(forms == expected, f"{path}: {forms} forms in the frame")
            person.driver.switch_to.default_content()


CALLS = """
const [base, token, done] = arguments;
const json = {"Content-Type": "application/json", "Authorization": "Bearer " + token};
const calls = {
  info: [base + "/csc/v2/info", {}],
  list: [base + "/csc/v2/credentials/list", {method: "POST", headers: json, body: "{}"}],
  refused: [base + "/csc/v2/credentials/list", {method: "POST", headers: {...json, Authorization: "Bearer x"}, body: "{}"}],
  token: [base + "/oauth2/token", {method: "POST", body: new URLSearchParams({grant_type: "nonsense", client_id: "portal-app"})}],
  metadata: [base + "/.well-known/oauth-authorization-server", {}],
  page: [base + "/oauth2/authorize?client_id=portal-app", {}],
};
Promise.all(Object.entries(calls).map(async ([name, [url, options]]) => {
  try {
    const answer = await fetch(url, options);
    return [name, [answer.status, answer.headers.get("X-Request-ID"), (await answer.text()).length > 0]];
  } catch (error) { return [name, "blocked"]; }
})).then(all => done(Object.fromEntries(all)));
"""


def test_scripts(world):
    """Scripts of a registered origin call the API and the token endpoint; those of another, and the pages, are blocked."""
    registered = urlsplit(world.callback.origin)
    with Person(PICTURES) as person:
        for host, statuses in (
            ("127.0.0.1", {"info": 200, "list": 200, "refused": 401, "token": 400, "metadata": 200, "page": "blocked"}),
            ("localhost", dict.fromkeys(("info", "list", "refused", "token", "metadata", "page"), "blocked")),
        ):
            person.open(f"http://{host}:{registered.port}/nothing")
            answers = person.driver.execute_async_script(
                CALLS, world.sandbox.plain, world.alice["serviceToken"])
            found = {name: answer if answer == "blocked" else answer[0] for name, answer in answers.items()}
            require(found == statuses, f"from {host}: {found}")
            if host == "127.0.0.1":
                require(answers["refused"][1] and answers["token"][1], "X-Request-ID cannot be read")


def test_wrong_request(world):
    """What cannot go on is told on a page, and nowhere else."""
    with Person(PICTURES) as person:
        person.open(f"{world.base}/oauth2/authorize?client_id=nobody&response_type=code")
        require(person.driver.current_url.startswith(world.base), "the browser was sent away")
        accessible(person, "en")
        person.picture("11-error")
