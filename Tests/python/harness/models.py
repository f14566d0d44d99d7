"""Answers of the CSC API and of OAuth with the members that clients read.

The one set of all clients under Tests/python/clients: a client that is stricter derives its own from these. An optional
member may be missing or null here; derived from `strict.NoNulls` too, it may not be null.
"""

from typing import Literal

from pydantic import Field

from harness.strict import Decoded, Maybe

CertificateStatus = Literal["valid", "expired", "revoked", "suspended"]


class Refusal(Decoded):
    error: str
    error_description: Maybe[str] = None


# ------------------------------------------------------------------------------------------------------------- OAuth


class Token(Decoded):
    access_token: str = Field(min_length=1)
    token_type: str
    expires_in: int = Field(gt=0)
    refresh_token: Maybe[str] = None
    scope: Maybe[str] = None
    credentialID: Maybe[str] = None
    authorization_details: Maybe[list[dict]] = None


# -------------------------------------------------------------------------------------------------------------- info


class SignAlgorithms(Decoded):
    algos: list[str]
    algoParams: Maybe[list[Maybe[str]]] = None


class SignatureFormats(Decoded):
    formats: list[str]
    envelope_properties: Maybe[list[list[str]]] = None
    allowMix: Maybe[bool] = None


class OAuth2Server(Decoded):
    label: Maybe[str] = None
    baseUri: Maybe[str] = None
    issuerIdentifier: Maybe[str] = None
    authType: list[Literal["oauth2code", "oauth2client"]]


class Info(Decoded):
    """What v1 and v2 have."""

    specs: str
    name: str
    logo: str
    region: str
    lang: str
    description: str
    authType: list[str]
    oauth2: Maybe[str] = None
    methods: list[str]


class InfoV2(Info):
    oauth2Servers: Maybe[list[OAuth2Server]] = None
    oauth2Issuer: Maybe[str] = None
    supportsRar: Maybe[bool] = None
    supportedHashTypes: list[str]
    asynchronousOperationMode: Maybe[bool] = None
    validationInfo: Maybe[bool] = None
    signAlgorithms: SignAlgorithms
    documentTypes: Maybe[list[str]] = None
    signature_formats: SignatureFormats
    conformance_levels: list[str]


# ------------------------------------------------------------------------------------------------------- credentials


class Key(Decoded):
    status: Literal["enabled", "disabled"]
    algo: list[str]
    len: int = Field(gt=0)
    curve: Maybe[str] = None


class Certificate(Decoded):
    status: Maybe[CertificateStatus] = None
    certificates: Maybe[list[str]] = None
    issuerDN: Maybe[str] = None
    serialNumber: Maybe[str] = None
    subjectDN: Maybe[str] = None
    validFrom: Maybe[str] = None
    validTo: Maybe[str] = None
    qcStatements: list[str] = []
    policy: Maybe[list[str]] = None


class AuthObject(Decoded):
    type: Literal["Password", "PasswordOOB", "ChallengeResponse", "ChallengeResponseOOB"]
    id: str
    label: Maybe[str] = None
    description: Maybe[str] = None
    format: Maybe[Literal["A", "N"]] = None
    generator: Maybe[str] = None


class Auth(Decoded):
    mode: Literal["explicit", "oauth2code"]
    expression: Maybe[str] = None
    objects: Maybe[list[AuthObject]] = None


class Credential(Decoded):
    """What v1 and v2 have; in a list with its id."""

    credentialID: Maybe[str] = None
    description: Maybe[str] = None
    key: Key
    cert: Certificate
    SCAL: Maybe[Literal["1", "2"]] = None
    multisign: int = Field(ge=1)
    lang: Maybe[str] = None


class CredentialV1(Credential):
    authMode: Maybe[Literal["implicit", "explicit", "oauth2code"]] = None


class CredentialV2(Credential):
    signatureQualifier: Maybe[str] = None
    auth: Maybe[Auth] = None


class CredentialList(Decoded):
    credentialIDs: list[str]
    credentialInfos: Maybe[list[CredentialV2]] = None
    nextPageToken: Maybe[str] = None
    onlyValid: Maybe[bool] = None


# ----------------------------------------------------------------------------------------------------------- signing


class Authorization(Decoded):
    SAD: str
    expiresIn: int = Field(gt=0)


class Signatures(Decoded):
    signatures: list[str]
    responseID: Maybe[str] = None
