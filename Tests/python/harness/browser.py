"""A person with a browser in which JavaScript is switched off.

Reads the forms of the authorization server's pages, fills them in, keeps cookies by the browsers' rules and follows
redirects. A redirect that leaves the server ends at a `Landing`: redirect URIs are looked at and never fetched.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from harness.failure import Failure

REDIRECTS = (301, 302, 303, 307, 308)


def origin_of(url):
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


@dataclass
class Form:
    action: str
    method: str
    inputs: dict = field(default_factory=dict)
    """Attributes of each input by name, also of those without a value."""
    buttons: list = field(default_factory=list)
    """Name and value of each button that submits."""


class _Reader(HTMLParser):
    """Forms, visible text, and every element with its attributes."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.forms = []
        self.elements = []
        self.words = []
        self.hidden_from_sight = 0

    def handle_starttag(self, tag, attrs):
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        if tag in ("style", "script", "title"):
            self.hidden_from_sight += 1
        if tag == "form":
            self.forms.append(Form(attributes.get("action", ""), attributes.get("method", "get").upper()))
        if not self.forms:
            return
        kind = attributes.get("type", "submit" if tag == "button" else "text").lower()
        if tag == "button" or (tag == "input" and kind in ("submit", "image")):
            if kind != "button" and kind != "reset":
                self.forms[-1].buttons.append((attributes.get("name"), attributes.get("value", "")))
        elif tag in ("input", "textarea", "select") and attributes.get("name"):
            self.forms[-1].inputs[attributes["name"]] = attributes | {"type": kind}

    def handle_endtag(self, tag):
        if tag in ("style", "script", "title"):
            self.hidden_from_sight -= 1

    def handle_data(self, data):
        if not self.hidden_from_sight and data.strip():
            self.words.append(" ".join(data.split()))


class Page:
    """An HTML page as the browser shows it."""

    def __init__(self, browser, answer):
        self.browser = browser
        self.answer = answer
        self.status = answer.status
        self.url = answer.url
        media = answer.header("Content-Type") or ""
        if not media.lower().startswith("text/html"):
            raise Failure(f"a browser got {media!r}: {answer.summary()}")
        reader = _Reader()
        reader.feed(answer.text)
        reader.close()
        self.forms = reader.forms
        self.elements = reader.elements
        self.text = " ".join(reader.words)

    def form(self, path, button=None):
        """The form that posts to the path below the server, the one with the button if several do."""
        matches = [f for f in self.forms if urlsplit(urljoin(self.url, f.action)).path == path]
        matches = [f for f in matches if button is None or button in f.buttons]
        if len(matches) != 1:
            actions = [f.action for f in self.forms]
            raise Failure(f"the page ({self.status}) has forms {actions}, not one to {path}: {self.text[:300]}")
        if matches[0].method != "POST":
            raise Failure(f"the form to {path} does not post")
        return matches[0]

    def code(self, expected_state=None):
        """A page is no landing."""
        raise Failure(f"no code but a page ({self.status}): {self.text[:300]}")

    def forward(self):
        """The page that this one leads to by itself, without a script: `<meta http-equiv="refresh">`."""
        for tag, attributes in self.elements:
            if tag == "meta" and attributes.get("http-equiv", "").lower() == "refresh":
                _, _, url = attributes["content"].partition("url=")
                return self.browser.open(urljoin(self.url, url))
        raise Failure(f"the page ({self.status}) leads nowhere: {self.text[:300]}")

    @property
    def asks_for_log_in(self):
        return any(urlsplit(f.action).path.endswith("/login") for f in self.forms)

    @property
    def asks_for_consent(self):
        return any(urlsplit(f.action).path.endswith("/consent") for f in self.forms)


class Landing:
    """Where the browser was sent outside of the server."""

    def __init__(self, answer, location):
        self.answer = answer
        self.location = location
        parts = urlsplit(location)
        self.uri = location.split("?")[0].split("#")[0]
        self.fragment = parts.fragment
        pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        self.params = dict(pairs)
        if len(self.params) != len(pairs):
            raise Failure(f"a parameter came twice: {location}")

    def code(self, expected_state=None):
        """The code, if the redirect is a success and carries the state unchanged."""
        if "code" not in self.params or "error" in self.params:
            raise Failure(f"no code came back but {self.params}")
        if expected_state is not None and self.params.get("state") != expected_state:
            raise Failure(f"the state came back as {self.params.get('state')!r}, not {expected_state!r}")
        return self.params["code"]


class Browser:
    def __init__(self, wire, origins, language="en"):
        """`origins`: those that the browser follows redirects to."""
        self.wire = wire
        self.origins = set(origins)
        self.language = language
        self.cookies = {}
        self.cookie_attributes = {}

    def open(self, url):
        """A navigation that began at another site, as from the client's own page."""
        return self.go("GET", url, site="cross-site")

    def press(self, page, form, values=None, button=None):
        """Submits the form: its hidden values, what the person typed, and the button that was pressed."""
        pairs = {name: attributes.get("value", "") for name, attributes in form.inputs.items()}
        for name, value in (values or {}).items():
            if name not in form.inputs:
                raise Failure(f"the page has no input {name}, only {sorted(form.inputs)}")
            pairs[name] = value
        if button is not None:
            if button not in form.buttons:
                raise Failure(f"the page has no button {button}, only {form.buttons}")
            pairs[button[0]] = button[1]
        return self.post(urljoin(page.url, form.action), pairs, page)

    def post(self, url, pairs, page=None, **headers):
        return self.go("POST", url, site="same-origin", pairs=pairs, page=page, **headers)

    def go(self, method, url, site, pairs=None, page=None, origin=None):
        for _ in range(10):
            answer = self.wire.send(method, url, self.headers(method, url, site, page, origin), self.body(pairs))
            self.keep_cookies(answer)
            if answer.status not in REDIRECTS:
                return Page(self, answer)
            location = urljoin(url, answer.header("Location") or "")
            if page is not None:
                self.check_form_action(page, location)
            if method == "POST" and answer.status in (307, 308):
                # RFC 9700 §4.12: the password would be sent on.
                raise Failure(f"a form was answered with {answer.status}, which repeats it elsewhere")
            if origin_of(location) not in self.origins:
                return Landing(answer, location)
            method, url, pairs, page, origin = "GET", location, None, None, None
        raise Failure(f"ten redirects without a page, the last to {url}")

    @staticmethod
    def check_form_action(page, location):
        """Chromium holds the redirect after a form against the page's `form-action` too (CSP 3 §6.4.1)."""
        for policy in page.answer.all("Content-Security-Policy"):
            for directive in policy.split(";"):
                name, *sources = directive.split() or [""]
                if name != "form-action" or origin_of(location) == origin_of(page.url) and "'self'" in sources:
                    continue
                scheme = urlsplit(location).scheme
                if not {origin_of(location), f"{scheme}:", "*"} & set(sources):
                    raise Failure(f"Chromium blocks the redirect to {location.split('?')[0]}: {directive.strip()}")

    def headers(self, method, url, site, page, origin):
        pairs = [
            ("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"),
            ("Accept-Language", self.language),
            ("Sec-Fetch-Site", site),
            ("Sec-Fetch-Mode", "navigate"),
            ("Sec-Fetch-User", "?1"),
            ("Sec-Fetch-Dest", "document"),
        ]
        if method == "POST":
            policy = page.answer.header("Referrer-Policy") if page else None
            # Fetch, "append a request Origin header": a page without referrer posts without origin too.
            shown = "null" if policy == "no-referrer" else origin_of(page.url if page else url)
            pairs += [("Origin", origin or shown), ("Content-Type", "application/x-www-form-urlencoded")]
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if cookies and urlsplit(url).scheme == "https":
            pairs.append(("Cookie", cookies))
        return pairs

    @staticmethod
    def body(pairs):
        return None if pairs is None else urlencode(pairs).encode()

    def keep_cookies(self, answer):
        for text in answer.all("Set-Cookie"):
            first, *rest = [part.strip() for part in text.split(";")]
            name, _, value = first.partition("=")
            attributes = {key.lower(): v for key, _, v in (part.partition("=") for part in rest)}
            self.check_prefix(name, attributes, answer)
            self.cookie_attributes[name] = attributes
            if value == "" or attributes.get("max-age") == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value

    @staticmethod
    def check_prefix(name, attributes, answer):
        """RFC 6265bis §4.1.3.2; browsers drop a cookie that breaks its own prefix."""
        kept = urlsplit(answer.url).scheme == "https" and "secure" in attributes
        if name.startswith("__Host-") and not (kept and attributes.get("path") == "/" and "domain" not in attributes):
            raise Failure(f"a browser drops the cookie {name} with {attributes}")


# ------------------------------------------------------------------------------------------ the way through the pages

LOG_IN, CONSENT = "/oauth2/login", "/oauth2/consent"


def log_in(page, user):
    """From the log-in page to what follows it."""
    form = page.form(LOG_IN)
    for name, attribute, value in (("username", "autocomplete", "username"), ("password", "type", "password")):
        if form.inputs.get(name, {}).get(attribute) != value:
            raise Failure(f"the log-in page has no input {name} with {attribute}={value}")
    return page.browser.press(page, form, {"username": user["username"], "password": user["password"]})


def decide(page, decision="approve", pin=None, otp=None):
    """From the consent page to what follows it. What is typed must be what the page asks for."""
    form = page.form(CONSENT, ("decision", decision))
    values = {name: value for name, value in (("PIN", pin), ("OTP", otp)) if value is not None}
    asked = {name for name in ("PIN", "OTP") if name in form.inputs}
    if decision == "approve" and asked != set(values):
        raise Failure(f"the consent page asks for {sorted(asked)}, not for {sorted(values)}")
    if decision != "approve":
        values = {}
    return page.browser.press(page, form, values, ("decision", decision))


def consent_page(browser, url, user):
    """Opens an authorization request and logs in."""
    page = browser.open(url)
    if isinstance(page, Landing):
        raise Failure(f"no log-in page but a redirect to {page.location}")
    if page.status != 200:
        raise Failure(f"no log-in page but {page.status}: {page.text[:300]}")
    page = log_in(page, user)
    if isinstance(page, Landing):
        raise Failure(f"no consent page but a redirect to {page.location}")
    if page.status != 200 or not page.asks_for_consent:
        raise Failure(f"no consent page but {page.status}: {page.text[:300]}")
    return page


def walk(browser, url, user, decision="approve", pin=None, otp=None):
    """The whole way of an authorization request, to the landing."""
    landing = decide(consent_page(browser, url, user), decision, pin, otp)
    if not isinstance(landing, Landing):
        raise Failure(f"no redirect after consent but {landing.status}: {landing.text[:300]}")
    if landing.answer.status not in (302, 303):
        raise Failure(f"the redirect to the client is a {landing.answer.status}")
    return landing
