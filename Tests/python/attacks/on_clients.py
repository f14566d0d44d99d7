"""Attacks on client authentication."""

import datetime
import tempfile
import time
import uuid
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from attacks.parties import attack, granted, refused
from harness import encodings, jose
from harness.failure import Failure, require
from harness.wire import Wire

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
CREDENTIALS = [("grant_type", "client_credentials"), ("scope", "service")]


class Assertion:
    """A client that authenticates with private_key_jwt."""

    def __init__(self, world, label):
        self.party = world.party(label)
        path = self.party.registration["assertionKey"]
        self.key = serialization.load_pem_private_key(Path(path).read_bytes(), None)
        self.algorithm = "ES256" if isinstance(self.key, ec.EllipticCurvePrivateKey) else "RS256"

    def claims(self, **changes):
        now = int(time.time())
        claims = {
            "iss": self.party.client_id, "sub": self.party.client_id, "aud": f"{self.party.endpoints}/token",
            "iat": now, "exp": now + 60, "jti": str(uuid.uuid4()),
        } | changes
        return {name: value for name, value in claims.items() if value is not None}

    def jwt(self, key=None, header=None, **changes):
        header = {"typ": "JWT", "alg": self.algorithm} | (header or {})
        return jose.signed(header, self.claims(**changes), key or self.key)

    def present(self, assertion, pairs=CREDENTIALS, **extra):
        form = [
            *pairs, ("client_assertion_type", ASSERTION_TYPE), ("client_assertion", assertion), *extra.items(),
        ]
        return self.party.form("token", form, headers=[])


@attack
def client_with_a_wrong_secret(world):
    """A wrong secret in header and form, none, and a secret where there is none to have.

    RFC 6749 §2.3.1 and §5.2; CSC v1 §8.3.3.
    """
    party = world.party("confidential")
    granted(party.form("token", CREDENTIALS))
    granted(party.form("token", [*CREDENTIALS, ("client_secret", party.secret)], headers=[]))
    wrong_secrets = ("wrong", party.secret[:-1], party.secret + "x", party.secret.upper(), world.party("rival").secret)
    for wrong in wrong_secrets:
        if wrong == party.secret:
            continue
        header = [("Authorization", encodings.basic(party.client_id, wrong))]
        for answer in (
            party.form("token", CREDENTIALS, headers=header),
            party.form("token", [*CREDENTIALS, ("client_secret", wrong)], headers=[]),
        ):
            refused(answer, "invalid_request", "invalid_client", texts=("Invalid parameter client_secret",))
    answer = party.form("token", CREDENTIALS, headers=[])
    refused(answer, "invalid_request", texts=("Client authorization required",))
    for value in ("Basic", "Basic !!!", "Basic " + encodings.base64std(b"portal"), "Bearer x", encodings.basic("", "")):
        refused(party.form("token", CREDENTIALS, headers=[("Authorization", value)]))
    # Another client's name in the form than in the header.
    header = [("Authorization", encodings.basic(party.client_id, party.secret))]
    refused(party.post_form("token", [*CREDENTIALS, ("client_id", world.party("rival").client_id)], header))
    # A public client has no secret to act in its own name with.
    refused(world.party("public").form("token", CREDENTIALS))


@attack
def two_client_authentications(world):
    """A right proof next to a wrong one: whichever is looked at, the other must not be ignored.

    RFC 6749 §2.3 (MUST NOT use more than one authentication method in each request).
    """
    client = Assertion(world, "confidential")
    party = client.party
    good = [("Authorization", encodings.basic(party.client_id, party.secret))]
    bad = [("Authorization", encodings.basic(party.client_id, "wrong"))]
    granted(party.form("token", CREDENTIALS, headers=good))
    granted(client.present(client.jwt()))
    refused(party.form("token", [*CREDENTIALS, ("client_secret", "wrong")], headers=good))
    refused(party.form("token", [*CREDENTIALS, ("client_secret", party.secret)], headers=bad))
    assertion = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", client.jwt())]
    refused(party.form("token", [*CREDENTIALS, *assertion], headers=good))
    refused(party.form("token", [*CREDENTIALS, *assertion, ("client_secret", party.secret)], headers=[]))
    granted(party.form("token", [*CREDENTIALS, *assertion], headers=[]))


@attack
def client_assertion_forgeries(world):
    """private_key_jwt with wrong audience, age, names, key or algorithm, and used again.

    RFC 7523 §3; RFC 8725 §2.1, §3.1 and §3.8; OpenID Connect Core §9.
    """
    client = Assertion(world, "confidential")
    party, now = client.party, int(time.time())
    once = client.jwt()
    granted(client.present(once))
    refused(client.present(once))

    wrong = {
        "aud of another server": {"aud": "https://evil.example/oauth2/token"},
        "aud of another path": {"aud": f"{world.sandbox.tls}/csc/v2/info"},
        "no aud": {"aud": None},
        "expired": {"iat": now - 600, "exp": now - 300},
        "no exp": {"exp": None},
        "exp as text": {"exp": str(now + 60)},
        "valid for years": {"exp": now + 10 * 365 * 86400},
        "not valid yet": {"nbf": now + 3600},
        "no jti": {"jti": None},
        "empty jti": {"jti": ""},
        "another iss": {"iss": "rival"},
        "another sub": {"sub": "rival"},
        "no iss": {"iss": None},
        "no sub": {"sub": None},
    }
    for what, changes in wrong.items():
        expect_refusal(what, client.present(client.jwt(**changes)))
    for what, key in (("another EC key", ec.generate_private_key(ec.SECP256R1())), ("an RSA key", rsa_key())):
        header = {"alg": "ES256" if isinstance(key, ec.EllipticCurvePrivateKey) else "RS256"}
        expect_refusal(what, client.present(client.jwt(key=key, header=header)))
    # A right one in between, else the forger would be held up before the end.
    granted(client.present(client.jwt()))
    public = client.key.public_key()
    forms = (
        public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo),
        party.secret.encode(),
        b"",
    )
    for secret in forms:
        header = {"typ": "JWT", "alg": "HS256"}
        expect_refusal("HS256", client.present(jose.hs256(header, client.claims(), secret)))
    for algorithm in ("none", "None", "NONE", ""):
        header, claims, _ = client.jwt(header={"alg": algorithm}).split(".")
        expect_refusal(f"alg {algorithm}", client.present(f"{header}.{claims}."))
    good = client.jwt()
    header, claims, signature = good.split(".")
    expect_refusal("no signature", client.present(f"{header}.{claims}."))
    expect_refusal("other claims", client.present(f"{header}.{client.jwt().split('.')[1]}.{signature}"))
    key = rsa_key()
    numbers = key.public_key().public_numbers()
    jwk = {"kty": "RSA", "n": encodings.base64url(numbers.n.to_bytes(256, "big")), "e": "AQAB"}
    expect_refusal("its own jwk", client.present(client.jwt(key=key, header={"alg": "RS256", "jwk": jwk})))
    expect_refusal("crit", client.present(client.jwt(header={"crit": ["exp"]})))
    without_type = [*CREDENTIALS, ("client_assertion", client.jwt())]
    expect_refusal("no type", client.party.form("token", without_type, headers=[]))
    for other in (world.party("rival"), world.party("public")):
        pairs = [*CREDENTIALS, ("client_id", other.client_id)]
        expect_refusal("another client_id", client.present(client.jwt(), pairs))
    granted(client.present(good))


def rsa_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def expect_refusal(what, answer):
    try:
        refused(answer, "invalid_client", "invalid_request")
    except Failure as failure:
        raise Failure(f"{what}: {failure}") from failure


def self_signed(folder):
    """A certificate that looks like anybody's: paths of it and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "portal-mtls")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    paths = Path(folder) / "certificate.pem", Path(folder) / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return tuple(map(str, paths))


class MutualWire(Wire):
    """Calls the listener where clients are asked for certificates, whatever base a URL has."""

    def __init__(self, world, certificate):
        super().__init__(world.sandbox.trust_anchor, certificate)
        self.bases = world.sandbox.tls, world.sandbox.facts["mtlsBaseURL"]

    def connect(self, url):
        return super().connect(url.replace(*self.bases, 1))


@attack
def certificate_of_another_client(world):
    """Mutual TLS with a self-made certificate of the same name, and with none; a bound token on such a connection.

    RFC 8705 §2.2, §3 and §7.1.
    """
    party = world.party("mtls")
    certificate = party.registration["certificate"], party.registration["privateKey"]
    own = MutualWire(world, certificate)
    # Where nobody is asked, the certificate does not come along, and the answer says where to go.
    elsewhere = party.form("token", CREDENTIALS, headers=[], wire=Wire(world.sandbox.trust_anchor, certificate))
    require("mtls_endpoint_aliases" in refused(elsewhere)["error_description"], elsewhere.summary())
    token = granted(party.form("token", CREDENTIALS, headers=[], wire=own))["access_token"]
    body = {"userID": world.user["username"]}
    answer = world.call("credentials/list", body, token, wire=own)
    require(answer.status == 200, answer.summary())
    with tempfile.TemporaryDirectory() as folder:
        stranger = MutualWire(world, self_signed(folder))
        for wire in (world.wire, stranger):
            unless_the_handshake_fails(
                lambda wire=wire: refused(party.form("token", CREDENTIALS, headers=[], wire=wire))
            )
            unless_the_handshake_fails(
                lambda wire=wire: refused(world.call("credentials/list", body, token, wire=wire), status=401)
            )
    # A client that is registered with a secret cannot come with that certificate instead.
    refused(world.party("confidential").form("token", CREDENTIALS, headers=[], wire=own))
    require(world.call("credentials/list", body, token, wire=own).status == 200, "the token died of it")
    calls = own.calls + stranger.calls
    world.wire.calls += calls


def unless_the_handshake_fails(check):
    """A server may already refuse the certificate in the handshake."""
    try:
        check()
    except Failure as failure:
        if "SSL" not in str(failure) and "ConnectionReset" not in str(failure):
            raise


@attack
def grants_that_are_not_offered(world):
    """Password, implicit and other grants at the token endpoint.

    RFC 9700 §2.4 (no password grant); CSC v1 §8.3.3.
    """
    party = world.party("confidential")
    granted(party.form("token", CREDENTIALS))
    person = [("username", world.user["username"]), ("password", world.user["password"])]
    grants = (
        "password", "implicit", "urn:ietf:params:oauth:grant-type:jwt-bearer", "AUTHORIZATION_CODE",
        "urn:ietf:params:oauth:grant-type:token-exchange", "urn:ietf:params:oauth:grant-type:device_code",
    )
    for grant in grants:
        answer = party.form("token", [("grant_type", grant), *person])
        errors = ("invalid_request", "unsupported_grant_type")
        refused(answer, *errors, status=400, texts=("Invalid parameter grant_type",))
    refused(party.form("token", person), "invalid_request", status=400, texts=("Missing parameter grant_type",))
    refused(party.form("token", [("grant_type", "client_credentials"), ("scope", "credential")]), "invalid_scope")
    # A token for signing never comes from the client's own authority (CSC v2 §8.2.4).
    token = party.own_token()
    require("refresh_token" not in token, "client credentials with a refresh token (RFC 6749 §4.4.3)")
    refused(world.sign("p256-oauth", [world.digest()], token["access_token"]), status=400)
    refused(world.sign("p256-oauth", [world.digest()], token["access_token"], sad=token["access_token"]), status=400)
