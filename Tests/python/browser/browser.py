"""A person signs on the pages of the authorization server, in a real browser.

Usage: browser.py SANDBOX.JSON FOLDER
Pictures of every page go into FOLDER. Exit code 1 if anything is not as it should be.
"""

import base64
import hashlib
import http.server
import json
import pathlib
import sys
import threading
import time
import traceback
import urllib.parse

for folder in ("harness",):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / folder))

import exchanges  # noqa: E402
import pkce  # noqa: E402
import requests  # noqa: E402
from cryptography.hazmat.primitives import hashes  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec, utils  # noqa: E402
from cryptography.x509 import load_der_x509_certificate  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

import accessibility  # noqa: E402
from driver import Callback, Person  # noqa: E402

SHA256 = "2.16.840.1.101.3.4.2.1"
LABELS = ["Purchase contract no. 4711", "Terms of delivery, 2026 edition"]
DIGESTS = [hashlib.sha256(text.encode()).digest() for text in ("contract", "terms")]


class Wrong(Exception):
    pass


def require(condition, what):
    if not condition:
        raise Wrong(what)


class World:
    def __init__(self, path, pictures):
        self.sandbox = json.loads(pathlib.Path(path).read_text())
        self.pictures = pictures
        self.base = self.sandbox["tlsBaseURL"]
        self.alice = next(user for user in self.sandbox["users"] if user["username"] == "alice")
        self.codes = pkce.OneTimeCodes(time.time, time.sleep)
        exchanges.gateway(self.sandbox["baseURL"], self.sandbox["tlsBaseURL"])
        self.http = exchanges.watch(requests.Session())
        self.http.trust_env = False
        self.http.verify = self.sandbox["tlsTrustAnchor"]
        self.callback = Callback(self.redirect_uri)

    @property
    def redirect_uri(self):
        return self.sandbox["partner"]["redirectURI"]

    def credential(self, label):
        return next(entry["credentialID"] for entry in self.sandbox["credentials"] if entry["label"] == label)

    def details(self, label):
        return json.dumps([{
            "type": "https://cloudsignatureconsortium.org/2025/credential", "credentialID": self.credential(label),
            "numSignatures": 2, "hashAlgorithmOID": SHA256,
            "documentDigests": [
                {"hash": pkce.base64std(digest), "label": name, "hashType": "DTBSR"}
                for digest, name in zip(DIGESTS, LABELS)
            ],
        }])

    def request(self, label, client="portal-app", **more):
        """A pushed request; gives the URL for the browser, and what the exchange needs."""
        verifier = pkce.verifier()
        form = {
            "response_type": "code", "client_id": client, "redirect_uri": self.redirect_uri, "state": pkce.state(),
            "code_challenge": pkce.challenge(verifier), "code_challenge_method": "S256",
            "authorization_details": self.details(label),
        } | more
        answer = self.http.post(f"{self.base}/oauth2/pushed_authorize", data=form)
        require(answer.status_code == 201, f"PAR answered {answer.status_code} {answer.text}")
        query = urllib.parse.urlencode({"client_id": client, "request_uri": answer.json()["request_uri"]})
        return f"{self.base}/oauth2/authorize?{query}", verifier, form

    def arrived(self, form):
        """What the client got by redirect."""
        for _ in range(100):
            for answer in self.callback.arrived:
                if answer.get("state") == form["state"]:
                    require(answer.get("iss") == self.base, f"iss is {answer.get('iss')}")
                    return answer
            time.sleep(0.1)
        raise Wrong("no redirect came to the client")

    def sign(self, label, verifier, form):
        """Exchanges the code, signs both digests, and verifies with the credential's certificate."""
        answer = self.arrived(form)
        require("code" in answer, f"no code: {answer}")
        token = self.http.post(f"{self.base}/oauth2/token", data={
            "grant_type": "authorization_code", "code": answer["code"], "client_id": form["client_id"],
            "redirect_uri": form["redirect_uri"], "code_verifier": verifier,
            "authorization_details": form["authorization_details"],
        })
        require(token.status_code == 200, f"token answered {token.status_code} {token.text}")
        header = {"Authorization": f"Bearer {token.json()['access_token']}"}
        signed = self.http.post(f"{self.base}/csc/v2/signatures/signHash", headers=header, json={
            "credentialID": self.credential(label), "hashes": [pkce.base64std(digest) for digest in DIGESTS],
            "hashAlgorithmOID": SHA256, "signAlgo": "1.2.840.10045.4.3.2",
        })
        require(signed.status_code == 200, f"signHash answered {signed.status_code} {signed.text}")
        info = self.http.post(
            f"{self.base}/csc/v2/credentials/info", headers=header, json={"credentialID": self.credential(label)})
        verify(info.json()["cert"]["certificates"][0], signed.json()["signatures"])


def verify(certificate, signatures):
    key = load_der_x509_certificate(base64.b64decode(certificate)).public_key()
    require(len(signatures) == len(DIGESTS), "another number of signatures")
    for signature, digest in zip(signatures, DIGESTS):
        key.verify(base64.b64decode(signature), digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))


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


def english(world):
    """Log-in, a wrong password, a wrong PIN, consent with PIN and OTP; the client exchanges its code and signs."""
    person = Person(world.pictures)
    try:
        url, verifier, form = world.request("p256-oauth-otp", lang="en")
        person.open(url)
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
        world.sign("p256-oauth-otp", verifier, form)
    finally:
        person.close()


def german_by_keyboard(world):
    """In German by the browser's own wish, with the keyboard alone."""
    person = Person(world.pictures, languages="de-AT,de")
    try:
        url, verifier, form = world.request("p256-oauth")
        person.open(url)
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
        world.sign("p256-oauth", verifier, form)
    finally:
        person.close()


def walk_to(person, is_there):
    """Presses Tab until the focus is where it should be."""
    for _ in range(60):
        if is_there(person.focused()):
            return
        person.focused().send_keys(Keys.TAB)
    raise Wrong("the keyboard does not get there")


def keyboard(person, name, text, enter=False):
    walk_to(person, lambda element: element.get_attribute("name") == name)
    before = person.find("html")
    person.focused().send_keys(text)
    if not enter:
        return
    person.focused().send_keys(Keys.ENTER)
    for _ in range(100):
        try:
            before.is_enabled()
            time.sleep(0.1)
        except Exception:
            return
    raise Wrong("Enter does not send the form")


def denied(world):
    """The person declines, and the client is told."""
    person = Person(world.pictures)
    try:
        url, _, form = world.request("p256-oauth")
        person.open(url)
        log_in(person, world)
        person.press("button[value=deny]")
        require(world.arrived(form).get("error") == "access_denied", "another error")
    finally:
        person.close()


def without_scripts(world):
    """With scripts switched off, on a narrow screen."""
    person = Person(world.pictures, scripts=False, width=500, height=900)
    try:
        url, verifier, form = world.request("p256-oauth")
        person.open(url)
        person.picture("07-narrow-log-in")
        log_in(person, world)
        shows_documents(person)
        person.picture("08-narrow-consent")
        person.type("PIN", world.alice["pin"])
        person.press("button[value=approve]")
        world.sign("p256-oauth", verifier, form)
    finally:
        person.close()


def eid(world):
    """The credential whose owner logs in at the eID provider."""
    person = Person(world.pictures)
    try:
        url, verifier, form = world.request("p256-oauth-eid")
        person.open(url)
        log_in(person, world)
        shows_documents(person)
        accessible(person, "en")
        person.picture("09-consent-eid")
        person.press("form[action='/oauth2/eid'] button")
        for _ in range(100):
            if person.all("select[name=subject]"):
                break
            for link in person.all("main a"):
                if world.sandbox["eid"]["issuer"] in (link.get_attribute("href") or ""):
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
        world.sign("p256-oauth-eid", verifier, form)
    finally:
        person.close()


def frames(world):
    """No frame shows the pages, except on an origin that the partner registered."""
    rival = next(client for client in world.sandbox["clients"] if client["label"] == "rival")

    def address(client, **more):
        query = {
            "response_type": "code", "client_id": client, "redirect_uri": world.redirect_uri, "scope": "service",
            "code_challenge": pkce.challenge(pkce.verifier()), "code_challenge_method": "S256",
        } | more
        return f"{world.base}/oauth2/authorize?{urllib.parse.urlencode(query)}"

    targets = {"/refused": address("portal-app"), "/allowed": address(rival["clientID"])}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            target = targets.get(self.path, "about:blank").replace("&", "&amp;")
            self.wfile.write(f'<!doctype html><title>frame</title><iframe src="{target}"></iframe>'.encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 8093), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    person = Person(world.pictures)
    try:
        for path, expected in (("/refused", 0), ("/allowed", 1)):
            person.open(f"http://127.0.0.1:8093{path}")
            person.driver.switch_to.frame(person.find("iframe"))
            for _ in range(30):
                if len(person.all("form[action='/oauth2/login']")) == expected:
                    break
                time.sleep(0.1)
            time.sleep(0.5)
            forms = len(person.all("form[action='/oauth2/login']"))
            require(forms == expected, f"{path}: {forms} forms in the frame")
            person.driver.switch_to.default_content()
    finally:
        person.close()
        server.shutdown()


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


def scripts(world):
    """Scripts of a registered origin call the API and the token endpoint; those of another, and the pages, are blocked."""
    registered = urllib.parse.urlsplit(world.redirect_uri)
    person = Person(world.pictures)
    try:
        for host, statuses in (
            ("127.0.0.1", {"info": 200, "list": 200, "refused": 401, "token": 400, "metadata": 200, "page": "blocked"}),
            ("localhost", dict.fromkeys(("info", "list", "refused", "token", "metadata", "page"), "blocked")),
        ):
            person.open(f"http://{host}:{registered.port}/nothing")
            answers = person.driver.execute_async_script(
                CALLS, world.sandbox["baseURL"], world.alice["serviceToken"])
            found = {name: answer if answer == "blocked" else answer[0] for name, answer in answers.items()}
            require(found == statuses, f"from {host}: {found}")
            if host == "127.0.0.1":
                require(answers["refused"][1] and answers["token"][1], "X-Request-ID cannot be read")
    finally:
        person.close()


def wrong_request(world):
    """What cannot go on is told on a page, and nowhere else."""
    person = Person(world.pictures)
    try:
        person.open(f"{world.base}/oauth2/authorize?client_id=nobody&response_type=code")
        require(person.driver.current_url.startswith(world.base), "the browser was sent away")
        accessible(person, "en")
        person.picture("11-error")
    finally:
        person.close()


def main(path, pictures):
    world = World(path, pictures)
    failed = 0
    scenarios = [english, german_by_keyboard, denied, without_scripts, eid, frames, scripts, wrong_request]
    for scenario in scenarios:
        try:
            scenario(world)
            print(f"ok    {scenario.__name__}: {scenario.__doc__}", flush=True)
        except Exception as error:
            failed += 1
            print(f"FAIL  {scenario.__name__}: {error}", flush=True)
            if not isinstance(error, Wrong):
                traceback.print_exc()
    world.callback.close()
    print(f"{len(scenarios) - failed} of {len(scenarios)} scenarios in a browser; pictures in {pictures}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
