"""What every OAuth client does; what it sends, and in which order, each has for itself."""

from urllib.parse import urlencode

from harness import pkce

FORM = ("Content-Type", "application/x-www-form-urlencoded")
ACCEPT = ("Accept", "application/json")


class OAuthClient:
    """Software that is registered at the sandbox under a label. `world` has the sandbox and the wire."""

    def __init__(self, world, label):
        self.world = world
        self.registration = world.sandbox.client(label)
        self.client_id = self.registration["clientID"]
        self.secret = self.registration.get("clientSecret")
        self.redirect_uri = self.registration["redirectURIs"][0]
        self.base = world.sandbox.tls

    def begin(self):
        """A new proof key and state, kept until the code comes; the parameters of a request with PKCE."""
        self.verifier, self.state = pkce.verifier(), pkce.state()
        return [
            ("response_type", "code"), ("client_id", self.client_id), ("redirect_uri", self.redirect_uri),
            ("state", self.state), ("code_challenge", pkce.challenge(self.verifier)), ("code_challenge_method", "S256"),
        ]

    def redemption(self, code):
        """Parameters of the token request for the code of the last request."""
        return [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", self.redirect_uri),
            ("code_verifier", self.verifier),
        ]

    def authorize_url(self, pairs):
        return f"{self.base}/oauth2/authorize?{urlencode(pairs)}"

    def form(self, url, pairs, headers=(FORM, ACCEPT)):
        return self.world.wire.send("POST", url, list(headers), urlencode(pairs).encode())
