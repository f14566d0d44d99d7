"""Attacks on the pages: a person is made to do what he does not know of."""

import json
from urllib.parse import urlencode, urljoin

from attacks.parties import attack, error_page, granted, not_begun
from harness import encodings, verify
from harness.browser import CONSENT, LOG_IN, Browser, Landing, Page, consent_page, decide, log_in, walk
from harness.failure import Failure, require


def has_approval(page):
    """A page that waits for an eID has no button to approve with."""
    return any(("decision", "approve") in form.buttons for form in page.forms)


def filled(page, path, **values):
    """URL and fields of the page's form as the person would send them."""
    form = page.form(path, ("decision", "approve" if has_approval(page) else "deny") if path == CONSENT else None)
    pairs = {name: attributes.get("value", "") for name, attributes in form.inputs.items()} | values
    return urljoin(page.url, form.action), pairs


@attack
def another_credential_than_shown(world):
    """The service chooses the credential by its qualifier, and would choose another one when the person approves.

    CSC v2 §8.2.2 (signatureQualifier); ETSI EN 419241-1 SRA_SAP.2.4 (what is authorized is what was shown).
    """
    party, digest = world.party("confidential"), world.digest()
    extra = {"numSignatures": 1, "hashes": encodings.base64url(digest), "hashAlgorithmOID": verify.SHA256}
    request = party.request("credential", signatureQualifier="eu_eidas_aes", **extra)
    page = consent_page(world.browser(), party.url(request), world.user)
    url, pairs = filled(page, CONSENT, decision="approve", PIN=world.user["pin"])
    other = world.sandbox.credential_id("p256-oauth")
    other = other if other != pairs["shown"] else world.sandbox.credential_id("rsa2048-oauth")
    for what, shown in (("another one", other), ("none", None), ("an empty one", "")):
        fields = {name: value for name, value in (pairs | {"shown": shown}).items() if value is not None}
        result = page.browser.post(url, fields, page)
        require(not isinstance(result, Landing), f"{what} was authorized")
        require(result.status == 400 and result.asks_for_consent, f"{what}: {result.status}: {result.text[:200]}")
        # A page that waits for an eID would be refused in any case, but not for this.
        require("Your certificate has changed in the meantime" in result.text, f"{what}: another reason")
    if not has_approval(result):
        # The ids are random, and so is which one is chosen. The honest way with an eID is in on_eid.
        return
    url, pairs = filled(result, CONSENT, decision="approve", PIN=world.user["pin"])
    if "OTP" in pairs:
        pairs["OTP"] = world.codes.next(world.user["totpSecret"])
    granted(party.exchange(result.browser.post(url, pairs, result).code(request.state), request))


def not_done(result, what):
    """Neither a code, nor another page of the way, nor a redirect to the client."""
    if isinstance(result, Landing):
        raise Failure(f"{what}: a redirect to {result.location}")
    require(400 <= result.status < 500, f"{what}: status {result.status}: {result.text[:200]}")
    require(result.status != 401, f"{what}: counted as a wrong password")
    require(not result.asks_for_consent, f"{what}: the consent page")


def forgeries(world, page, url, pairs):
    """Each a name and a request that is not from the person's own page in his own browser."""
    victim = page.browser

    def browser(cookies):
        other = Browser(world.wire, victim.origins)
        other.cookies = dict(cookies)
        return other

    party = world.party("public")
    stranger = world.browser()
    strange_page = stranger.open(party.url(party.request()))
    strange = strange_page.forms[0].inputs
    evil = "https://evil.example"
    without = {name: value for name, value in pairs.items() if name != "csrf"}
    swapped = pairs | {"csrf": strange["csrf"]["value"]}
    foreign = pairs | {"transaction": strange["transaction"]["value"]}

    def send(who, fields, site="same-origin", origin=None):
        return who.go("POST", url, site, pairs=fields, page=page, origin=origin)

    yield "csrf missing", lambda: send(browser(victim.cookies), without)
    yield "csrf empty", lambda: send(browser(victim.cookies), pairs | {"csrf": ""})
    yield "csrf wrong", lambda: send(browser(victim.cookies), pairs | {"csrf": pairs["csrf"][::-1]})
    yield "csrf of another transaction", lambda: send(browser(victim.cookies), swapped)
    yield "no cookie", lambda: send(browser({}), pairs)
    yield "another browser's cookie", lambda: send(browser(stranger.cookies), pairs)
    yield "another transaction under this cookie", lambda: send(browser(victim.cookies), foreign)
    yield "a made-up cookie", lambda: send(browser({n: "x" * len(v) for n, v in victim.cookies.items()}), pairs)
    yield "Origin of another site", lambda: send(browser(victim.cookies), pairs, origin=evil)
    # A page without referrer hides its origin.
    yield "Sec-Fetch-Site cross-site", lambda: send(browser(victim.cookies), pairs, "cross-site", "null")
    yield "Sec-Fetch-Site same-site", lambda: send(browser(victim.cookies), pairs, "same-site", "null")
    yield "Sec-Fetch-Site none", lambda: send(browser(victim.cookies), pairs, "none", "null")
    yield "another transaction", lambda: send(browser(stranger.cookies), foreign | {"csrf": "x"})


@attack
def csrf_on_consent(world):
    """Another site, or another browser, sends the consent form in the person's name.

    RFC 9700 §4.7; RFC 6749 §10.12; RFC 6265bis §8.8.1 (Fetch Metadata and Origin as defence in depth).
    """
    party = world.party("public")
    digests = [world.digest()]
    request = party.credential_request("p256-oauth", digests)
    require(party.code(request), "the honest way does not work")
    page = consent_page(world.browser(), party.url(request), world.user)
    url, pairs = filled(page, CONSENT, PIN=world.user["pin"], decision="approve")
    for what, send in forgeries(world, page, url, pairs):
        not_done(send(), what)
    token = granted(party.exchange(decide(page, pin=world.user["pin"]).code(request.state), request))["access_token"]
    world.signed("p256-oauth", digests, token)


@attack
def csrf_on_log_in(world):
    """Another site logs the person in, as himself or as somebody else.

    RFC 9700 §4.7; RFC 6749 §10.12.
    """
    party = world.party("public")
    request = party.request()
    require(party.code(request), "the honest way does not work")
    page = world.browser().open(party.url(request))
    url, pairs = filled(page, LOG_IN, username=world.user["username"], password=world.user["password"])
    for what, send in forgeries(world, page, url, pairs):
        not_done(send(), what)
    granted(party.exchange(decide(log_in(page, world.user)).code(request.state), request))


@attack
def consent_out_of_turn(world):
    """Consent before log-in, after denial, a second time, and by GET.

    RFC 6749 §4.1.1 (authenticate, then obtain a decision); RFC 9700 §4.7.
    """
    party = world.party("public")
    request = party.request()
    browser = world.browser()
    page = browser.open(party.url(request))
    url, pairs = filled(page, LOG_IN)
    consent_url = url.replace(LOG_IN, CONSENT)
    fields = {"transaction": pairs["transaction"], "csrf": pairs["csrf"], "decision": "approve"}
    not_done(browser.post(consent_url, fields, page), "before log-in")

    page = log_in(page, world.user)
    url, fields = filled(page, CONSENT, decision="approve")
    for what, decision in (("no decision", None), ("another decision", "yes")):
        wrong = {n: v for n, v in (fields | {"decision": decision}).items() if v is not None}
        result = browser.post(url, wrong, page)
        require(not isinstance(result, Landing) or "code" not in result.params, f"{what} gives a code")
    headers = browser.headers("GET", url, "same-origin", None, None)
    answer = world.wire.send("GET", f"{url}?{urlencode(fields)}", headers)
    require(answer.status in (404, 405), answer.summary())
    landing = decide(page)
    code = landing.code(request.state)
    # Pressed twice, or loaded again: the same answer, and none when the code was used.
    for again in (fields, fields | {"decision": "deny"}):
        require(browser.post(url, again, page).location == landing.location, "a second consent goes elsewhere")
    not_done(browser.post(url, fields | {"csrf": fields["csrf"][::-1]}, page), "another form after the end")
    stranger = world.browser()
    consent_page(stranger, party.url(request), world.user)
    not_done(stranger.post(url, fields, page), "another browser after the end")
    granted(party.exchange(code, request))
    not_done(browser.post(url, fields, page), "after the code was used")

    page = consent_page(world.browser(), party.url(request), world.user)
    url, fields = filled(page, CONSENT, decision="approve")
    denied = decide(page, "deny")
    require(denied.params.get("error") == "access_denied", f"denied: {denied.location}")
    again = page.browser.post(url, fields, page)
    require(again.location == denied.location, f"after denial: {again}")


@attack
def cookies(world):
    """The cookie is read by a script, sent in the clear, sent by other sites, or set by a neighbour.

    RFC 6265bis §4.1.2.5 to §4.1.3.2 and §8.8.
    """
    party = world.party("public")
    browser = world.browser()
    consent_page(browser, party.url(party.request()), world.user)
    attributes = browser.cookie_attributes.get("__Host-countersign")
    require(attributes is not None, f"cookies are {sorted(browser.cookie_attributes)}")
    require({"secure", "httponly"} <= set(attributes), f"attributes {attributes}")
    require(attributes.get("samesite", "").lower() in ("lax", "strict"), f"attributes {attributes}")
    require(attributes.get("path") == "/" and "domain" not in attributes, f"attributes {attributes}")


LOOSE = {"'unsafe-inline'", "'unsafe-eval'", "*", "data:", "http:", "https:"}


def directives(page):
    policies = page.answer.all("Content-Security-Policy")
    require(len(policies) == 1, f"{len(policies)} policies")
    parts = [part.split() for part in policies[0].split(";") if part.strip()]
    return {name.lower(): sources for name, *sources in parts}


def every_page(world, party):
    """The log-in page, the same after a wrong password, the consent page, and an error page."""
    browser = world.browser()
    page = browser.open(party.url(party.request()))
    yield "log-in", page
    url, pairs = filled(page, LOG_IN, username=world.user["username"], password="wrong")
    wrong = browser.post(url, pairs, page)
    require(wrong.status == 401, f"a wrong password is {wrong.status}")
    yield "log-in again", wrong
    yield "consent", log_in(wrong, world.user)
    yield "error", world.browser().open(party.url(party.request(client_id="nobody")))


@attack
def clickjacking(world):
    """The pages are framed, kept, sniffed, or their address given away.

    RFC 9700 §4.16 (clickjacking) and §4.2.4 (Referrer-Policy); RFC 6749 §10.13. That no form is answered with 307 (RFC
    9700 §4.12) is looked at by browser.py for every form.
    """
    party = world.party("public")
    for name, page in every_page(world, party):
        policy = directives(page)
        ancestors = policy.get("frame-ancestors")
        require(ancestors == ["'none'"], f"{name}: frame-ancestors {ancestors}")
        frames = page.answer.header("X-Frame-Options")
        require((frames or "").upper() == "DENY", f"{name}: X-Frame-Options {frames}")
        require(policy.get("default-src") in (["'none'"], ["'self'"]), f"{name}: {policy}")
        for directive in ("script-src", "style-src", "object-src", "base-uri"):
            loose = LOOSE & set(policy.get(directive, []))
            require(not loose, f"{name}: {directive} with {loose}")
        require("base-uri" in policy, f"{name}: no base-uri")
        require("no-store" in (page.answer.header("Cache-Control") or ""), f"{name}: may be stored")
        sniff = page.answer.header("X-Content-Type-Options")
        require(sniff == "nosniff", f"{name}: X-Content-Type-Options {sniff}")
        referrer = page.answer.header("Referrer-Policy")
        tight = ("no-referrer", "origin", "same-origin", "strict-origin")
        require(referrer in tight, f"{name}: Referrer-Policy {referrer}")
    # The redirect with the code is not kept either.
    landing = walk(world.browser(), party.url(party.request()), world.user)
    require("no-store" in (landing.answer.header("Cache-Control") or ""), "the redirect with the code may be stored")


MARKUP = "\"'><img src=x onerror=alert(1)><script>alert(1)</script>&lt;b&gt;"


def harmless(page, what, shown=False):
    """Nothing of the payload became an element or an attribute."""
    require(isinstance(page, Page), f"{what}: no page")
    for tag, attributes in page.elements:
        handlers = [name for name in attributes if name.startswith("on")]
        require(not handlers, f"{what}: <{tag} {handlers}>")
        require(not (tag == "img" and attributes.get("src") == "x"), f"{what}: the image is there")
        require(tag not in ("script", "b"), f"{what}: <{tag}>")
    if shown:
        require(" ".join(MARKUP.split()) in page.text, f"{what}: is not shown as text: {page.text[:400]}")


@attack
def html_injection(world):
    """Markup in state, label, description, client_id and other parameters becomes part of a page.

    RFC 6749 §10.14 (sanitize what is received); RFC 9700 §4.16.
    """
    party = world.party("public")
    digests = [world.digest()]
    details = (
        '[{"type":"credential","credentialID":%s,"hashAlgorithmOID":"2.16.840.1.101.3.4.2.1",'
        '"documentDigests":[{"hash":%s,"label":%s}]}]'
    )
    def request(label):
        credential_id = world.sandbox.credential_id("p256-oauth")
        filled_in = details % tuple(json.dumps(v) for v in (credential_id, encodings.base64std(digests[0]), label))
        return party.request("credential", authorization_details=filled_in)

    honest = consent_page(world.browser(), party.url(request("Lease & annex <draft>")), world.user)
    require("Lease & annex <draft>" in honest.text, "the label is not shown as it is")
    page = consent_page(world.browser(), party.url(request(MARKUP)), world.user)
    harmless(page, "label", shown=True)
    description = party.credential_request("p256-oauth", digests, description=MARKUP)
    harmless(consent_page(world.browser(), party.url(description), world.user), "description")
    for name in ("state", "lang", "clientData", "ui_locales", "nonce", "anything"):
        request_with = party.request(**{name: MARKUP})
        harmless(consent_page(world.browser(), party.url(request_with), world.user), name)
    for name in ("client_id", "redirect_uri"):
        harmless(error_page(world.browser().open(party.url(party.request(**{name: MARKUP})))), name)
    page = world.browser().open(party.url(party.request()))
    url, pairs = filled(page, LOG_IN, username=MARKUP, password=MARKUP)
    harmless(page.browser.post(url, pairs, page), "username")
    url, pairs = filled(page, LOG_IN, transaction=MARKUP, csrf=MARKUP)
    harmless(page.browser.post(url, pairs, page), "transaction")


@attack
def header_injection(world):
    """Line ends in state become headers, or change the address.

    RFC 6749 §10.14; RFC 9110 §5.5.
    """
    party = world.party("public")
    for state in ("a\r\nSet-Cookie: x=1\r\n\r\n<html>", "a&code=evil#x?y=z", "ä€😀 +%", "x" * 255):
        request = party.request(state=state)
        landing = walk(world.browser(), party.url(request), world.user)
        require(landing.params.get("state") == state, f"state came back as {landing.params.get('state')!r}")
        require(not landing.fragment and landing.params["code"] != "evil", f"the address is {landing.location}")
        require(not any("x=1" in cookie for cookie in landing.answer.all("Set-Cookie")), "a header was injected")
    request = party.request(state="x" * 5000)
    result = world.browser().open(party.url(request))
    if isinstance(result, Page) and not result.asks_for_log_in:
        error_page(result)
    elif isinstance(result, Landing):
        not_begun(result, party, request)
