"""An OpenID provider such as a partner's customers might have, set up in glewlwyd.

It has the code flow with PKCE required, PAR, userinfo, introspection, and CIBA in poll mode. The assurance level is the
claim `loa` in ID token and userinfo: glewlwyd never writes `acr` there.
"""

import secrets
import subprocess
from dataclasses import asdict, dataclass, field

from glewlwyd.person import Person
from glewlwyd.server import Server

PLUGIN = "oidc"
LEVEL_CLAIM = "loa"
CIBA = "urn:openid:params:grant-type:ciba"
KEY_KINDS = {"RS256": ("rsa", ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]),
             "ES256": ("ecdsa", ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"])}


def key_pair(kind):
    """A private key in PEM and its public key."""
    options = KEY_KINDS[kind][1]
    private = subprocess.run(["openssl", "genpkey", *options], check=True, capture_output=True).stdout
    public = subprocess.run(["openssl", "pkey", "-pubout"], input=private, check=True, capture_output=True).stdout
    return private.decode(), public.decode()


@dataclass
class Client:
    """`authentication` as in OpenID Connect Core §9."""

    client_id: str
    authentication: str
    secret: str = ""
    private_key: str = ""
    grants: list = field(default_factory=list)


class Provider:
    """`algorithm` of the ID tokens: RS256 or ES256."""

    redirect_uri = "http://127.0.0.1:8091/callback"

    def __init__(self, folder, algorithm="RS256", port=None):
        self.server = Server(folder, port)
        self.algorithm = algorithm
        self.issuer = f"{self.server.url}/api/{PLUGIN}"
        self.people = {
            "alice": Person(self, "alice", secrets.token_urlsafe(12), "high"),
            "bob": Person(self, "bob", secrets.token_urlsafe(12), "low"),
        }
        self.clients = {
            # The partner's portal, at which customers log in.
            "portal": Client("portal", "client_secret_basic", secrets.token_urlsafe(24), grants=["code"]),
            "portal-app": Client("portal-app", "none", grants=["code"]),
            # Of somebody else: its tokens are not for us.
            "rival": Client("rival", "client_secret_basic", secrets.token_urlsafe(24), grants=["code"]),
            # glewlwyd tells a client only about that client's own tokens, so where the gateway is to introspect access
            # tokens they are made for the client that the gateway authenticates as.
            "gateway": Client(
                "gateway", "client_secret_basic", secrets.token_urlsafe(24), grants=["code", "client_credentials"]),
            "ciba": Client("ciba", "client_secret_basic", secrets.token_urlsafe(24), grants=[CIBA]),
            "ciba-key": Client("ciba-key", "private_key_jwt", grants=[CIBA, "client_credentials"]),
        }

    def start(self):
        """Configures the provider where its folder is new."""
        is_new = not (self.server.folder / "glewlwyd.db").exists()
        self.server.start()
        if is_new:
            try:
                self._configure(self.server.administration())
            except BaseException:
                self.server.stop()
                raise
        return self

    def stop(self):
        self.server.stop()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def data(self):
        """What a test needs to know of it, secrets too: the provider lives as long as the test."""
        return {
            "issuer": self.issuer, "pid": self.server.process.pid, "algorithm": self.algorithm,
            "levelClaim": LEVEL_CLAIM, "redirectURI": self.redirect_uri,
            "clients": {label: asdict(client) for label, client in self.clients.items()},
            "users": {
                name: {"password": person.password, "level": person.level, "subject": person.subject}
                for name, person in self.people.items()
            },
        }

    def _configure(self, admin):
        admin.keep_user_property(LEVEL_CLAIM)
        for person in self.people.values():
            admin.add_user(person.name, person.password, **{LEVEL_CLAIM: person.level})
        for client in self.clients.values():
            self._add(client, admin)
        private, public = key_pair(self.algorithm)
        admin.add_openid(PLUGIN, {
            "iss": self.issuer, "jwt-type": KEY_KINDS[self.algorithm][0], "jwt-key-size": "256", "key": private,
            "cert": public, "jwks-show": True, "subject-type": "public",
            "access-token-duration": 300, "refresh-token-duration": 3600, "code-duration": 60,
            "refresh-token-rolling": False, "allow-non-oidc": True,
            "auth-type-code-enabled": True, "auth-type-client-enabled": True, "auth-type-refresh-enabled": False,
            "auth-type-code-revoke-replayed": True,
            "pkce-allowed": True, "pkce-required": True, "pkce-method-plain-allowed": False,
            "oauth-par-allowed": True, "oauth-par-required": False, "oauth-par-duration": 60,
            "oauth-par-request_uri-prefix": "urn:ietf:params:oauth:request_uri:",
            "introspection-revocation-allowed": True, "introspection-revocation-allow-target-client": True,
            # Client assertions are checked by the machinery of request objects.
            "request-parameter-allow": True, "request-maximum-exp": 3600, "client-pubkey-parameter": "pubkey",
            "oauth-ciba-allowed": True, "oauth-ciba-default-expiry": 300, "oauth-ciba-maximum-expiry": 600,
            "oauth-ciba-mode-poll-allowed": True, "oauth-ciba-mode-ping-allowed": True,
            "oauth-ciba-user-code-allowed": False, "oauth-ciba-email-allowed": False,
            "name-claim": "mandatory",
            "claims": [{
                "name": LEVEL_CLAIM, "user-property": LEVEL_CLAIM, "type": "string", "mandatory": True, "scope": []}],
        })
        for person in self.people.values():
            for client in self.clients.values():
                person.grant(client.client_id, "openid")

    def _add(self, client, admin):
        members = {
            "confidential": client.authentication != "none", "authorization_type": client.grants,
            "redirect_uri": [self.redirect_uri], "scope": ["openid"],
        }
        if client.authentication != "none":
            members["token_endpoint_auth_method"] = [client.authentication]
        if client.secret:
            members["client_secret"] = client.secret
        if client.authentication == "private_key_jwt":
            client.private_key, members["pubkey"] = key_pair("ES256")
        if CIBA in client.grants:
            members["backchannel_token_delivery_mode"] = "poll"
        admin.add_client(client.client_id, **members)
