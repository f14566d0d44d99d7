"""Attacks on the way from the consent page to the eID provider and back."""

from urllib.parse import parse_qsl, urlsplit

from attacks.on_consent import filled, has_approval
from attacks.parties import attack, granted
from harness.browser import CONSENT, Browser, Landing, Page, consent_page, decide, origin_of
from harness.failure import require

LABEL = "p256-oauth-eid"


class Visit:
    """A person on the consent page of a credential that wants an eID log-in."""

    def __init__(self, world, digests):
        self.world = world
        self.party = world.party("public")
        self.issuer = world.sandbox.fact("eid")["issuer"]
        self.request = self.party.credential_request(LABEL, digests)
        browser = Browser(world.wire, {world.sandbox.origin(), origin_of(self.issuer)})
        self.page = consent_page(browser, self.party.url(self.request), world.user)
        self.browser = browser

    def at_the_provider(self):
        """Its log-in page, reached by the button."""
        form = self.page.form("/oauth2/eid")
        page = self.browser.press(self.page, form).forward()
        require(page.url.startswith(self.issuer + "/"), f"sent to {page.url}")
        return page

    def log_in(self, user, follow=True):
        """Logs in at the provider: the page that the way back ends at, or the address of the way back."""
        page = self.at_the_provider()
        if not follow:
            self.browser.origins = {origin_of(self.issuer)}
        try:
            form = page.form("/authorize")
            return self.browser.press(page, form, {"subject": user["eidSubject"], "pin": user["pin"]})
        finally:
            self.browser.origins = {self.world.sandbox.origin(), origin_of(self.issuer)}


def no_code(result, what):
    """Not a step further: neither a code nor a consent page that has what it wants."""
    require(isinstance(result, Page), f"{what}: a redirect to {getattr(result, 'location', '')}")
    if result.asks_for_consent:
        url, pairs = filled(result, CONSENT, decision="approve") if has_approval(result) else (None, None)
        after = result.browser.post(url, pairs, result) if url else result
        require(not isinstance(after, Landing) or "code" not in after.params, f"{what}: it was enough for a code")
    else:
        require(400 <= result.status < 500, f"{what}: {result.status}")


@attack
def eid_log_in_swapped(world):
    """The eID log-in of the consent page is left out, or is another person's, another visit's, another browser's.

    OpenID Connect Core §3.1.2.7 and §3.1.3.7 (state, nonce); RFC 9700 §4.5 and §4.7; RFC 6819 §4.4.1.8.
    """
    digests = [world.digest()]
    honest = Visit(world, digests)
    back = honest.log_in(world.user)
    require(back.asks_for_consent, f"no way back to the consent page: {back.status} {back.text[:200]}")
    code = decide(back).code(honest.request.state)
    token = granted(honest.party.exchange(code, honest.request))["access_token"]
    world.signed(LABEL, digests, token)

    visit = Visit(world, digests)
    no_code(visit.page, "without a log-in")
    no_code(visit.log_in(world.sandbox.user("bob")), "Bob's eID")

    # Another browser brings the answer, with no cookie and with one of its own.
    landing = visit.log_in(world.user, follow=False)
    require(isinstance(landing, Landing), "the provider does not send the browser back")
    for other in (world.browser(), Visit(world, digests).browser):
        no_code(other.open(landing.location), "another browser")

    # The answer of one visit in another: Alice's own code, but not for this transaction.
    victim, thief = Visit(world, digests), Visit(world, digests)
    own = victim.log_in(world.sandbox.user("bob"), follow=False)
    stolen = thief.log_in(world.user, follow=False)
    state = dict(parse_qsl(urlsplit(own.location).query))["state"]
    code = dict(parse_qsl(urlsplit(stolen.location).query))["code"]
    address = f"{own.location.split('?')[0]}?code={code}&state={state}"
    no_code(victim.browser.open(address), "a code of another visit")
    no_code(victim.browser.open(f"{own.location.split('?')[0]}?error=access_denied&state={state}"), "a denial")
    no_code(victim.browser.open(f"{own.location}&iss=https://evil.example"), "an answer of another provider")

    # A good answer counts once. Brought again it leads to where it led, and after the code is used nowhere.
    landing = visit.log_in(world.user, follow=False)
    visit.browser.open(landing.location)
    back = visit.browser.open(landing.location)
    end = decide(back)
    code = end.code(visit.request.state)
    require(visit.browser.open(landing.location).location == end.location, "the same answer again leads elsewhere")
    no_code(thief.browser.open(landing.location), "the same answer in another browser")
    granted(visit.party.exchange(code, visit.request))
    no_code(visit.browser.open(landing.location), "the same answer after the code was used")
