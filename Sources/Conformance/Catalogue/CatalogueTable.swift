extension Catalogue {
  /// The numbered checklist: number | level | versions | section | method | statement | expected.
  /// The section is that of the published text of 2.2.0.0; a dash stands for what only v1 has. Expected results read
  /// status · `error` · "`error_description`"; a dash says that the texts fix none. Everything else about an item
  /// is read from this table.
  static let table = #"""
    1 | MUST | v1 | – | all | API methods are reachable below a base URI ending in `/csc/v1/` | 200 on `POST /csc/v1/info`
    2 | MUST | v2 | 7.2 | all | API methods are reachable below a base URI ending in `/csc/v2/` | 200 on `POST /csc/v2/info`
    3 | MUST | v1 v2 | 7.1 | all | Server speaks HTTP/1.1 or higher | —
    4 | MUST | v1 v2 | 7.3 | all | TLS 1.2 handshake succeeds (when TLS is the channel protection) | handshake ok
    5 | MUST | v1 v2 | 7.3 | all | SSLv2 and SSLv3 handshakes fail | handshake refused
    6 | SHOULD | v2 | 7.3 | all | API calls are answered over TLS only (2.2.0.0 §7.3 allows another protection of the channel) | no API answer on plain HTTP
    7 | MUST | v1 v2 | 7.1 | all | Methods accept `POST` with `Content-Type: application/json` and a JSON object | —
    8 | MUST | v1 v2 | 7.1 | all | Successful answers with content are JSON objects with media type `application/json` | 200
    9 | MUST | v1 v2 | 10.1 | all | Every error answer has a JSON body with a string `error` at top level and media type `application/json` | 4xx/5xx + body
    10 | MUST | v1 v2 | 7.1 | all | base64 values in responses use the standard alphabet with padding and contain no line breaks | —
    11 | MUST | v1 v2 | 10 | protected methods | Well-formed Bearer header with an unknown or expired token | 401 (`invalid_token` / `expired_token` inferred)
    12 | MUST | v1 v2 | 10 | all | Calling a method that is not implemented | 501
    13 | MUST | v1 v2 | 10 | all | A rate-limited request | 429
    14 | MUST | v1 v2 | 10 | all | Temporary overload or maintenance | 503
    15 | MUST | v1 v2 | 10 | all | Unexpected internal failure | 500
    16 | MUST | v1 v2 | 11.3 | all | A revoked access token no longer opens any method | 401
    17 | MUST | v2 | 7.1 | all | `null` for an optional input behaves as if the member were absent | same result as without it
    18 | MUST | v1 v2 | 11.13 | signing methods | Hash algorithms weaker than SHA-256 are not accepted for signing | 400 (row inferred, §4.6)
    19 | MUST | v1 v2 | 11.1 | info | Method is implemented | 200
    20 | MUST | v1 | – | info | Response has `specs`, `name`, `logo`, `region`, `lang`, `description`, `authType`, `methods` | 200
    21 | MUST | v1 | – | info | `specs` has the form Major.Minor.x.y with Major = 1 (value of this text: `1.0.3.0`) | 200
    22 | MUST | v2 | 11.1 | info | `specs` has Major = 2 (value of this text: `2.2.0.0`) | 200
    23 | MUST | v1 v2 | 11.1 | info | `name` and `description` have at most 255 characters each | 200
    24 | MUST | v1 v2 | 11.1 | info | `logo` resolves to a JPEG or PNG of at most 256×256 pixels | 200 from the logo URI
    25 | MUST | v1 v2 | 11.1 | info | `region` is an ISO 3166-1 alpha-2 code | 200
    26 | MUST | v1 v2 | 11.1 | info | Request with supported `lang` → texts and output `lang` in that language | 200
    27 | MUST | v1 v2 | 11.1 | info | Request with unsupported `lang` → texts in the language named by output `lang` | 200, no error
    28 | MUST | v1 v2 | 11.1 | info | `authType` is a non-empty array drawn from `external`, `TLS`, `basic`, `digest`, `oauth2code`, `oauth2client` | 200
    29 | MUST | v1 | – | info | `oauth2` is present if `authType` has an OAuth value or any credential has `authMode` `oauth2code` | 200
    30 | MUST | v2 | 11.1 | info | With OAuth in use exactly one of `oauth2`, `oauth2Issuer`, `oauth2Servers` is present | 200
    31 | MUST | v1 v2 | 11.1 | info | `methods` lists every implemented method (`info` and `oauth2/*` may be missing) | 200
    32 | MUST | v2 | 11.1 | info | `signAlgorithms.algos`, `signature_formats.formats` and `conformance_levels` are arrays of strings | 200
    33 | MUST | v2 | 11.1 | info | `signature_formats.envelope_properties`, if present, has as many inner arrays as `formats` has entries | 200
    34 | MUST | v1 v2 | 11.2 | auth/login | Correct Basic credentials | 200 with `access_token`
    35 | MUST | v1 v2 | 11.2 | auth/login | `rememberMe` absent or false → no `refresh_token` | 200
    36 | MUST | v1 v2 | 11.2 | auth/login | `rememberMe` true and re-authentication supported → `refresh_token` returned | 200
    37 | MUST | v1 v2 | 11.2 | auth/login | Valid `refresh_token` in the body without Authorization header | 200 with new `access_token`
    38 | MUST | v1 | – | auth/login | Header not of the form `Basic [base64]`, no refresh token | 401 · invalid_request · "Malformed authentication parameter."
    39 | MUST | v2 | 11.2 | auth/login | Header not of the form `Basic [base64]`, no refresh token | 401 · invalid_request · "Malformed authentication parameter."
    40 | MUST | v1 | – | auth/login | Decoded credentials contain no colon | 400 · invalid_request · "Malformed username-password."
    41 | MUST | v2 | 11.2 | auth/login | Decoded credentials contain no colon | 400 · invalid_request · "Malformed username-password."
    42 | MUST | v1 v2 | 11.2 | auth/login | `refresh_token` is not a string | 400 · invalid_request · "Invalid string parameter: refresh_token"
    43 | MUST | v1 v2 | 11.2 | auth/login | `refresh_token` unknown | 400 · invalid_request · "Invalid refresh_token"
    44 | MUST | v1 v2 | 11.2 | auth/login | Wrong password | 400 · authentication_error · "An error occurred during authentication process"
    45 | MUST | v1 v2 | 11.2 | auth/login | Token lifetime other than 3600 s is announced in `expires_in` | 200
    46 | MUST | v1 v2 | 11.3 | auth/revoke | Valid token | 204, empty body
    47 | MUST | v1 v2 | 11.3 | auth/revoke | Revoking a refresh token also kills the access tokens of the same grant | 204; then 401 with those tokens
    48 | MUST | v1 v2 | 11.3 | auth/revoke | Revoking an access token leaves the refresh token usable | 204; refresh still 200
    49 | MUST | v1 | – | auth/revoke | Malformed Authorization header | 400 · invalid_request · "The request is missing a REQUIRED parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed."
    50 | MUST | v1 v2 | 11.3 | auth/revoke | `token` missing or not a string | 400 · invalid_request · "Missing (or invalid type) string parameter token"
    51 | MUST | v1 v2 | 11.3 | auth/revoke | `token_type_hint` = `foo` | 400 · invalid_request · "Invalid string parameter token_type_hint"
    52 | MUST | v1 v2 | 11.3 | auth/revoke | Unknown token | 400 · invalid_request · "Invalid string parameter token"
    53 | MUST | v1 v2 | 11.6 | credentials/list | User-specific token, empty object → IDs of that user only | 200 with `credentialIDs`
    54 | MUST | v1 | – | credentials/list | `maxResults` = n → at most n IDs | 200
    55 | MUST | v1 | – | credentials/list | `maxResults` absent, too large or invalid → the server's own limit, no error | 200
    56 | MUST | v1 | – | credentials/list | Walking `nextPageToken` yields every ID exactly once; the last page has no `nextPageToken` | 200
    57 | MUST | v1 | – | credentials/list | Garbage `pageToken` | 400 · invalid_request · "Invalid parameter pageToken"
    58 | MUST | v1 v2 | 11.6 | credentials/list | Non-empty `userID` with user-specific authorization | 400 · invalid_request · "userID parameter MUST be null"
    59 | MUST | v1 v2 | 11.6 | credentials/list | Malformed `userID`, authorization not user-specific | 400 · invalid_request · "Invalid parameter userID"
    60 | MUST | v1 v2 | 11.6 | credentials/list | `userID` of a known user, authorization not user-specific → that user's IDs | 200
    61 | MUST | v1 | – | credentials/list | Malformed Authorization header | 400 · invalid_request · "The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed."
    62 | MUST | v2 | 11.6 | credentials/list | Malformed Authorization header | 400 · invalid_request · "Malformed authorization header."
    63 | MUST | v2 | 11.6 | credentials/list | `credentialInfo` absent or false → no `credentialInfos` | 200
    64 | MUST | v2 | 11.6 | credentials/list | `credentialInfo` true → `credentialInfos`, each with `credentialID`, `key`, `auth.mode`, `multisign` | 200
    65 | MUST | v2 | 11.6 | credentials/list | `credentialInfo` true, `certificates` absent → exactly one certificate per entry | 200
    66 | MUST | v2 | 11.6 | credentials/list | `credentialInfo` true, `certificates` = `none` → no `cert.certificates` | 200
    67 | MUST | v2 | 11.6 | credentials/list | `credentialInfo` true, `certificates` = `chain` → end-entity certificate first, then the chain | 200
    68 | MUST | v2 | 11.6 | credentials/list | `certInfo` true → issuerDN, serialNumber, subjectDN, validFrom, validTo present; otherwise absent | 200
    69 | MUST | v2 | 11.6 | credentials/list | `onlyValid` true and supported → output `onlyValid` true and no unusable credential listed | 200
    70 | MUST | v2 | 11.6 | credentials/list | `certificates` = `all` | 400 · invalid_request · "Invalid parameter certificates"
    71 | MUST | v1 | – | credentials/info | Response has `key.status`, `key.algo` (array), `key.len`, `authMode`, `multisign` | 200
    72 | MUST | v2 | 11.7 | credentials/info | Response has `key.status`, `key.algo` (array), `key.len`, `auth.mode`, `multisign` | 200
    73 | MUST | v1 v2 | 11.7 | credentials/info | `key.curve` is an OID string and appears for ECDSA keys only | 200
    74 | MUST | v1 v2 | 11.7 | credentials/info | `certificates` absent or `single` → exactly the end-entity certificate | 200
    75 | MUST | v1 v2 | 11.7 | credentials/info | `certificates` = `none` → no `cert.certificates` | 200
    76 | MUST | v1 v2 | 11.7 | credentials/info | `certificates` = `chain` → full chain, end-entity first | 200
    77 | MUST | v1 v2 | 11.7 | credentials/info | `certInfo` true → the five decoded fields; absent or false → none of them | 200
    78 | MUST | v1 v2 | 11.7 | credentials/info | DNs follow RFC 4514; `serialNumber` is hexadecimal | 200
    79 | MUST | v1 v2 | 11.7 | credentials/info | `validFrom` and `validTo` match `^[0-9]{14}Z$` | 200
    80 | MUST | v1 v2 | 11.7 | credentials/info | `SCAL`, if present, is the string `1` or `2` | 200
    81 | MUST | v1 v2 | 11.7 | credentials/info | `multisign` is a number ≥ 1 | 200
    82 | MUST | v1 | – | credentials/info | `authMode` explicit and `authInfo` true → `PIN.presence` and `OTP.presence` with string values `true`, `false` or `optional` | 200
    83 | MUST | v1 | – | credentials/info | `authInfo` absent or false → no factor details | 200 without `PIN`, `OTP`
    84 | MUST | v1 | – | credentials/info | `authMode` implicit or oauth2code → no `PIN` and no `OTP` | 200
    85 | MUST | v1 | – | credentials/info | `PIN.format` (`A`/`N`) present (with `authInfo` true) iff `PIN.presence` is not `false` | 200
    86 | MUST | v1 | – | credentials/info | `OTP.type`, `OTP.format`, `OTP.ID` present (with `authInfo` true) iff `OTP.presence` is not `false` | 200
    87 | MUST | v2 | 11.7 | credentials/info | `auth.mode` explicit and `authInfo` true → `auth.objects` is an array whose entries have `type` and `id` | 200
    88 | MUST | v2 | 11.7 | credentials/info | `auth.mode` oauth2code → no `auth.expression` (and no filled `auth.objects`) | 200
    89 | MUST | v2 | 11.7 | credentials/info | Every `type` is one of `Password`, `PasswordOOB`, `ChallengeResponse`, `ChallengeResponseOOB` | 200
    90 | MUST | v1 | – | credentials/info | Malformed Authorization header | 400 · invalid_request · "The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed."
    91 | MUST | v2 | 11.7 | credentials/info | Malformed Authorization header | 400 · invalid_request · "Malformed authorization header."
    92 | MUST | v1 v2 | 11.7 | credentials/info | `credentialID` missing or a number | 400 · invalid_request · "Missing (or invalid type) string parameter credentialID"
    93 | MUST | v1 v2 | 11.7 | credentials/info | Unknown `credentialID` | 400 · invalid_request · "Invalid parameter credentialID"
    94 | MUST | v1 v2 | 11.7 | credentials/info | `certificates` = `both` | 400 · invalid_request · "Invalid parameter certificates"
    95 | MUST | v1 | – | credentials/authorize | Explicit credential, correct PIN and OTP as announced | 200 with `SAD`
    96 | MUST | v1 | – | credentials/authorize | Implicit credential, no factors → SAD after the user confirmed | 200 with `SAD`
    97 | MUST | v2 | 11.8 | credentials/authorize | Explicit credential, all objects of the expression satisfied in band | 200 with `SAD`, no `handle`
    98 | MUST | v2 | 11.8 | credentials/authorize | An out-of-band object is part of `authData` and not yet confirmed | 202 with `handle`, no `SAD`
    99 | MUST | v2 | 11.8 | credentials/authorize | `hashes` sent → `hashAlgorithmOID` is required with them | 400 without it (text not specified)
    100 | MUST | v1 v2 | 11.8 | credentials/authorize | SCAL 2 credential and no hashes | 400 (text not specified)
    101 | MUST | v1 v2 | 11.8 | credentials/authorize | SCAL 1 credential and no hashes | 200
    102 | MUST | v1 v2 | 11.8 | credentials/authorize | `credentialID` missing or not a string | 400 · invalid_request · "Missing (or invalid type) string parameter credentialID"
    103 | MUST | v1 v2 | 11.8 | credentials/authorize | Unknown `credentialID` | 400 · invalid_request · "Invalid parameter credentialID"
    104 | MUST | v1 v2 | 11.8 | credentials/authorize | Signing key disabled | 400 · invalid_request · "The credential identified by credentialID is disabled"
    105 | MUST | v1 v2 | 11.8 | credentials/authorize | `numSignatures` missing, a string, or 1.5 | 400 · invalid_request · "Missing (or invalid type) integer parameter numSignatures"
    106 | MUST | v1 v2 | 11.8 | credentials/authorize | `numSignatures` = 0 or negative | 400 · invalid_request · "Invalid value for parameter numSignatures"
    107 | MUST | v1 v2 | 11.8 | credentials/authorize | `numSignatures` = `multisign` + 1 | 400 · invalid_request · "Numbers of signatures is too high"
    108 | MUST | v1 | – | credentials/authorize | Wrong PIN | 400 · invalid_pin · "The PIN is invalid"
    109 | MUST | v1 | – | credentials/authorize | Wrong OTP (when checked here) | 400 · invalid_otp · "The OTP is invalid"
    110 | MUST | v1 | – | credentials/authorize | PIN locked | 400 · invalid_request · "PIN locked"
    111 | MUST | v1 | – | credentials/authorize | OTP locked | 400 · invalid_request · "OTP locked"
    112 | MUST | v2 | 11.8 | credentials/authorize | Wrong value in `authData` | 400 · invalid_authentication_data · "The authentication data is invalid"
    113 | MUST | v2 | 11.8 | credentials/authorize | Credential locked | 400 · invalid_request · "Credential locked"
    114 | MUST | v1 | – | credentials/authorize | Malformed Authorization header | 400 · invalid_request · "The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed."
    115 | MUST | v2 | 11.8 | credentials/authorize | Malformed Authorization header | 400 · invalid_request · "Malformed authorization header."
    116 | MUST | v1 v2 | 11.8 | credentials/authorize | SAD lifetime other than 3600 s is announced in `expiresIn` | 200
    117 | MUST | v2 | 11.9 | credentials/authorizeCheck | Authorization still running | 202 with `handle`
    118 | MUST | v2 | 11.9 | credentials/authorizeCheck | Authorization complete | 200 with `SAD`
    119 | MUST | v2 | 11.9 | credentials/authorizeCheck | Unknown `handle` | 400 · invalid_request · "Invalid parameter handle"
    120 | MUST | v2 | 11.9 | credentials/authorizeCheck | Out-of-band factor was wrong | 400 · invalid_authentication_data · "The authentication data is invalid"
    121 | MUST | v2 | 11.9 | credentials/authorizeCheck | Credential locked meanwhile | 400 · invalid_request · "Credential locked"
    122 | MUST | v2 | 11.9 | credentials/authorizeCheck | Malformed Authorization header | 400 · invalid_request · "Malformed authorization header."
    123 | MUST | v2 | 11.10 | credentials/getChallenge | ChallengeResponse object with in-band challenge | 200 with `challenge`
    124 | MUST | v2 | 11.10 | credentials/getChallenge | ChallengeResponse object with out-of-band challenge | 204, empty body
    125 | MUST | v2 | 11.10 | credentials/getChallenge | Unknown `credentialID` | 400 · invalid_request · "Invalid parameter credentialID"
    126 | MUST | v2 | 11.10 | credentials/getChallenge | Unknown `authObjectID` | 400 · invalid_request · "Invalid parameter authObjectID"
    127 | MUST | v2 | 11.10 | credentials/getChallenge | Malformed Authorization header | 400 · invalid_request · "Malformed authorization header."
    128 | MUST | v1 v2 | 11.12 | credentials/sendOTP | Credential with an online OTP | 204, empty body; OTP delivered
    129 | MUST | v1 v2 | 11.12 | credentials/sendOTP | `credentialID` missing or not a string | 400 · invalid_request · "Missing (or invalid type) string parameter credentialID"
    130 | MUST | v1 v2 | 11.12 | credentials/sendOTP | Unknown `credentialID` | 400 · invalid_request · "Invalid parameter credentialID"
    131 | MUST | v1 v2 | 11.12 | credentials/sendOTP | OTP locked | 400 · invalid_request · "OTP locked"
    132 | MUST | v1 | – | credentials/sendOTP | Malformed Authorization header | 400 · invalid_request · "Malformed authroization header." (sic)
    133 | MUST | v1 v2 | 11.11 | credentials/extendTransaction | Valid unexpired SAD with signatures left | 200 with a new `SAD`
    134 | MUST | v1 v2 | 11.11 | credentials/extendTransaction | Expired SAD | 400 (text not specified)
    135 | MUST | v1 v2 | 11.11 | credentials/extendTransaction | SAD whose signatures are used up | 400 (text not specified)
    136 | MUST | v1 v2 | 11.11 | credentials/extendTransaction | SCAL 2 credential without hashes | 400 (text not specified)
    137 | MUST | v1 v2 | 11.11 | credentials/extendTransaction | Extending never raises the total of `numSignatures` | no more than n signatures in all
    138 | MUST | v1 v2 | 11.11 | credentials/extendTransaction | Under SCAL 2 the new SAD signs the newly supplied hashes | signHash 200 with a new hash; 400 with another
    139 | MUST | v1 | – | credentials/extendTransaction | Malformed Authorization header | 400 · invalid_request · "The request is missing a REQUIRED parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed."
    140 | MUST | v1 v2 | 11.13 | signatures/signHash | n digests in → n signatures out, same order | 200
    141 | MUST | v1 v2 | 11.13 | signatures/signHash | More digests than the authorization still allows → nothing signed beyond the total | 400 (text not specified)
    142 | MUST | v1 v2 | 11.13 | signatures/signHash | After the authorized number of signatures the SAD is dead | 400 on the next call
    143 | MUST | v1 | – | signatures/signHash | `SAD` missing or not a string | 400 · invalid_request · "Missing (or invalid type) string parameter SAD"
    144 | MUST | v2 | 11.13 | signatures/signHash | Service-scope Bearer and `SAD` missing | 400 · invalid_request · "Missing (or invalid type) string parameter SAD"
    145 | MUST | v2 | 11.13 | signatures/signHash | Credential-scope Bearer for the credential, no `SAD` | 200
    146 | MUST | v2 | 11.13 | signatures/signHash | Service-scope Bearer, `SAD` = credential-scope access token | 200
    147 | MUST | v1 | – | signatures/signHash | Service Bearer, `SAD` = access token of type `SAD` from the credential scope | 200
    148 | MUST | v1 v2 | 11.13 | signatures/signHash | Unknown SAD, or SAD of another credential | 400 · invalid_request · "Invalid parameter SAD"
    149 | MUST | v1 v2 | 11.13 | signatures/signHash | Expired SAD | 400 · invalid_request · "SAD expired"
    150 | MUST | v1 v2 | 11.13 | signatures/signHash | `credentialID` missing or not a string | 400 · invalid_request · "Missing (or invalid type) string parameter credentialID"
    151 | MUST | v1 v2 | 11.13 | signatures/signHash | Unknown `credentialID` | 400 · invalid_request · "Invalid parameter credentialID"
    152 | MUST | v1 | – | signatures/signHash | `hash` missing or a plain string | 400 · invalid_request · "Missing (or invalid type) array parameter hash"
    153 | MUST | v2 | 11.13 | signatures/signHash | `hashes` missing or a plain string | 400 · invalid_request · "Missing (or invalid type) array parameter hashes"
    154 | MUST | v1 v2 | 11.13 | signatures/signHash | Empty digest array | 400 · invalid_request · "Empty hash array" (v2: "Empty hashes array")
    155 | MUST | v1 v2 | 11.13 | signatures/signHash | Digest element with characters outside base64 | 400 · invalid_request · "Invalid Base64 hash string parameter"
    156 | MUST | v1 v2 | 11.13 | signatures/signHash | 31-octet digest with SHA-256 | 400 · invalid_request · "Invalid digest value length"
    157 | MUST | v1 | – | signatures/signHash | SCAL 2: digest that was not authorized | 400 · invalid_request · "Hash is not authorized by the SAD."
    158 | MUST | v2 | 11.13 | signatures/signHash | SCAL 2: digest that was not authorized | 400 · invalid_request · "Hash is not authorized by neither SAD nor an access token with scope “credential”."
    159 | MUST | v1 v2 | 11.13 | signatures/signHash | SCAL 2: authorized digests in a different order than at authorization | 200
    160 | MUST | v1 v2 | 11.13 | signatures/signHash | `signAlgo` missing or not a string | 400 · invalid_request · "Missing (or invalid type) string parameter signAlgo"
    161 | MUST | v1 v2 | 11.13 | signatures/signHash | `signAlgo` not in the credential's `key.algo` | 400 · invalid_request · "Invalid parameter signAlgo"
    162 | MUST | v1 | – | signatures/signHash | `signAlgo` 1.2.840.113549.1.1.1 without `hashAlgo` | 400 · invalid_request · "Missing (or invalid type) string parameter hashAlgo"
    163 | MUST | v2 | 11.13 | signatures/signHash | `signAlgo` 1.2.840.113549.1.1.1 without `hashAlgorithmOID` | 400 · invalid_request · "Missing (or invalid type) string parameter hashAlgorithmOID"
    164 | MUST | v1 | – | signatures/signHash | Unknown `hashAlgo` with rsaEncryption | 400 · invalid_request · "Invalid parameter hashAlgo"
    165 | MUST | v2 | 11.13 | signatures/signHash | Unknown `hashAlgorithmOID` with rsaEncryption | 400 · invalid_request · "Invalid parameter hashAlgorithmOID"
    166 | MUST | v1 v2 | 11.13 | signatures/signHash | Hash OID sent although `signAlgo` fixes the hash → ignored (v2: if it is of that hash) | 200
    167 | MUST | v1 v2 | 11.13 | signatures/signHash | RSASSA-PSS without `signAlgoParams` | 400 · invalid_request · "Missing (or invalid type) string parameter signAlgoParams"
    168 | MUST | v1 | – | signatures/signHash | `clientData` is an object | 400 · invalid_request · "Invalid parameter clientData"
    169 | MUST | v1 v2 | 11.13 | signatures/signHash | Deferred OTP check fails | 400 · invalid_otp · "The OTP is invalid"
    170 | MUST | v1 | – | signatures/signHash | Certificate expired | 400 · invalid_request · "Signing certificate 'O=…,CN=…' is expired."
    171 | MUST | v2 | 11.13 | signatures/signHash | Certificate expired | 400 · invalid_request · "Signing certificate ‘O=…,CN=…’ is expired."
    172 | MUST | v1 | – | signatures/signHash | Malformed Authorization header | 400 · invalid_request · "The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed."
    173 | MUST | v2 | 11.13 | signatures/signHash | Malformed Authorization header | 400 · invalid_request · "Malformed authorization header."
    174 | MUST | v2 | 11.13 | signatures/signHash | `operationMode` absent or `S` → `signatures`, no `responseID` | 200
    175 | MUST | v2 | 11.13 | signatures/signHash | `operationMode` `A` supported → `responseID`, no `signatures` | 200
    176 | MUST | v2 | 11.13 | signatures/signHash | `operationMode` = `X` | 400 · invalid_request · "Invalid parameter operationMode"
    177 | MUST | v2 | 11.13 | signatures/signHash | Mode `A`, `validity_period` = "soon" | 400 · invalid_request · "Invalid parameter validity_period"
    178 | MUST | v2 | 11.13 | signatures/signHash | Mode `A`, `validity_period` beyond the server's bounds | 400 · invalid_request · "Out of bounds parameter validity_period"
    179 | MUST | v2 | 11.13 | signatures/signHash | Mode `A`, `response_uri` not a URI | 400 · invalid_request · "Invalid parameter response_uri"
    180 | MUST | v2 | 11.14 | signatures/signDoc | One `documentDigests` entry, detached | 200 with `SignatureObject`
    181 | MUST | v2 | 11.14 | signatures/signDoc | One `documents` entry, enveloped | 200 with `DocumentWithSignature`
    182 | MUST | v2 | 11.14 | signatures/signDoc | Neither `credentialID` nor `signatureQualifier` | 400 · invalid_request (nearest row: "Missing (or invalid type) string parameter credentialID")
    183 | MUST | v2 | 11.14 | signatures/signDoc | Both `documents` and `documentDigests` | 400 · invalid_request · "Both documentDigests and documents parameters passed"
    184 | MUST | v2 | 11.14 | signatures/signDoc | Neither, or both empty | 400 · invalid_request · "Empty documentDigests and documents objects"
    185 | MUST | v2 | 11.14 | signatures/signDoc | `documentDigests` is a string | 400 · invalid_request · "Invalid object parameter documentDigests"
    186 | MUST | v2 | 11.14 | signatures/signDoc | `documents` is an object | 400 · invalid_request · "Invalid array parameter documents"
    187 | MUST | v2 | 11.14 | signatures/signDoc | `hashes` element not base64 | 400 · invalid_request · "Invalid Base64 hashes string parameter"
    188 | MUST | v2 | 11.14 | signatures/signDoc | `document` not base64 | 400 · invalid_request · "Invalid Base64 documents string parameter"
    189 | MUST | v2 | 11.14 | signatures/signDoc | `signature_format` = `Z` | 400 · invalid_request · "Invalid parameter signature_format"
    190 | MUST | v2 | 11.14 | signatures/signDoc | `documents` entry without `signature_format` | 400 · invalid_request · "Missing (or invalid type) string parameter signature_format"
    191 | MUST | v2 | 11.14 | signatures/signDoc | `conformance_level` = `AdES-Q` | 400 · invalid_request · "Invalid parameter conformance_level"
    192 | MUST | v2 | 11.14 | signatures/signDoc | `conformance_level` absent → B-B baseline | 200
    193 | MUST | v2 | 11.14 | signatures/signDoc | PAdES with `signed_envelope_property` = `Detached` | 400 · invalid_request · "Invalid parameter signed_envelope_property"
    194 | MUST | v2 | 11.14 | signatures/signDoc | `signed_envelope_property` absent → Attached (CAdES, JAdES), Enveloped (XAdES), Certification (PAdES) | 200
    195 | MUST | v2 | 11.14 | signatures/signDoc | Unknown attribute in `signed_props` | 400 · invalid_request · "Invalid parameter signed_props (<list>)"
    196 | MUST | v2 | 11.14 | signatures/signDoc | Attribute without `attribute_value` → server computes it | 200
    197 | MUST | v2 | 11.14 | signatures/signDoc | `hashAlgorithmOID` SHA-512 with `signAlgo` ecdsa-with-SHA256 | 400 · invalid_request · "String parameter hashAlgorithmOID contradicts with signAlgo or signAlgoParams parameter"
    198 | MUST | v2 | 11.14 | signatures/signDoc | `signAlgo` missing in an entry | 400 · invalid_request · "Missing (or invalid type) string parameter signAlgo"
    199 | MUST | v2 | 11.14 | signatures/signDoc | Digest of wrong length | 400 · invalid_request · "Invalid digest value length"
    200 | MUST | v2 | 11.14 | signatures/signDoc | Document whose hash was not authorized | 403 · invalid_hash · "Document or documentDigest does not match authorized hash" (or 400 · "documentDigests or documents are not authorized by the SAD.")
    201 | MUST | v2 | 11.14 | signatures/signDoc | `returnValidationInfo` true → `validationInfo`; absent → no `validationInfo` | 200
    202 | MUST | v2 | 11.14 | signatures/signDoc | Mode `A` → `responseID`, no results | 200
    203 | MUST | v2 | 11.14 | signatures/signDoc | Expired SAD / expired certificate | 400 · invalid_request · "SAD expired" / "Signing certificate ‘O=…,CN=…’ is expired."
    204 | MUST | v2 | 11.14 | signatures/signDoc | Malformed Authorization header | 400 · invalid_request · "Malformed authorization header."
    205 | MUST | v2 | 11.15 | signatures/signPolling | Job running | 202
    206 | MUST | v2 | 11.15 | signatures/signPolling | signHash job finished | 200 with `signatures`
    207 | MUST | v2 | 11.15 | signatures/signPolling | signDoc job finished | 200 with `DocumentWithSignature` and/or `SignatureObject`
    208 | MUST | v2 | 11.15 | signatures/signPolling | `requestID` missing or not a string | 400 · invalid_request · "Missing (or invalid type) string parameter requestID"
    209 | MUST | v2 | 11.15 | signatures/signPolling | Unknown `requestID`, or one of another user | 400 · invalid_request · "Invalid parameter requestID"
    210 | MUST | v2 | 11.15 | signatures/signPolling | Non-null `userID` with user-specific authorization | 400 · invalid_request · "userID parameter SHALL be null"
    211 | MUST | v2 | 11.15 | signatures/signPolling | `clientData` is a number | 400 · invalid_request · "Invalid parameter clientData"
    212 | MUST | v2 | 11.15 | signatures/signPolling | Malformed Authorization header | 400 · invalid_request · "Malformed authorization header."
    213 | MUST | v1 v2 | 11.16 | signatures/timestamp | Valid request → token whose messageImprint equals `hash` and `hashAlgo` | 200 with `timestamp`
    214 | MUST | v1 v2 | 11.16 | signatures/timestamp | `nonce` sent → same nonce in the token | 200
    215 | MUST | v1 v2 | 11.16 | signatures/timestamp | `hash` missing or not a string | 400 · invalid_request · "Missing (or invalid type) string parameter hash"
    216 | MUST | v1 v2 | 11.16 | signatures/timestamp | `hash` = empty string | 400 · invalid_request · "Empty hash parameter"
    217 | MUST | v1 v2 | 11.16 | signatures/timestamp | `hash` of wrong length | 400 · invalid_request · "Invalid digest value length"
    218 | MUST | v1 v2 | 11.16 | signatures/timestamp | `hash` not base64 | 400 · invalid_request · "Invalid Base64 hash string parameter"
    219 | MUST | v1 v2 | 11.16 | signatures/timestamp | Unknown `hashAlgo` | 400 · invalid_request · "Invalid parameter hashAlgo"
    220 | MUST | v1 v2 | 11.16 | signatures/timestamp | `nonce` = `xyz` | 400 · invalid_request · "Invalid parameter nonce"
    221 | MUST | v1 | – | signatures/timestamp | Malformed Authorization header | 400 · invalid_request · "The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed."
    222 | MUST | v2 | 11.16 | signatures/timestamp | Malformed Authorization header | 400 · invalid_request · "Malformed authorization header."
    223 | MUST | v1 v2 | 8.2.2 | oauth2/authorize | Approved request | 302 to `redirect_uri` with `code`
    224 | MUST | v1 v2 | 8.2.2 | oauth2/authorize | `state` sent → returned unchanged on success and on error | 302
    225 | MUST | v1 v2 | 8.2.2 | oauth2/authorize | `scope` absent → treated as `service` | 302; token of service scope
    226 | MUST | v1 v2 | 8.2.2 | oauth2/authorize | `response_type=token` | 302 · `error=unsupported_response_type`
    227 | MUST | v1 v2 | 8.2.2 | oauth2/authorize | Unknown `scope` | 302 · `error=invalid_scope`
    228 | MUST | v1 v2 | 8.2.2 | oauth2/authorize | User declines | 302 · `error=access_denied`
    229 | MUST | v1 v2 | 8.2.2 | oauth2/authorize | Required parameter missing (client and redirect URI known) | 302 · `error=invalid_request`
    230 | MUST | v1 v2 | 8.2.2 | oauth2/authorize | Unregistered `redirect_uri` | no redirect to it
    231 | MUST | v1 | – | oauth2/authorize | `redirect_uri` absent → registered default | 302
    232 | MUST | v1 v2 | 8.2.2 | oauth2/authorize | Scope `credential`, SCAL 2, no hashes | 302 · `error=invalid_request` (inferred)
    233 | MUST | v1 | – | oauth2/authorize | `hash` = two base64url digests joined by a comma → both bound to the SAD | signHash 200 for both, in any order
    234 | MUST | v2 | 8.2.2 | oauth2/authorize | `code_challenge` missing | 302 · `error=invalid_request`
    235 | MUST | v2 | 8.2.2 | oauth2/authorize | `request_uri` from a push together with `client_id` | 302 with `code`
    236 | MUST | v2 | 8.2.3 | oauth2/pushed_authorize | Valid push by an authenticated client | 201 with `request_uri`, `expires_in`, `Cache-Control: no-cache, no-store`
    237 | MUST | v1 v2 | 8.2.4 | oauth2/token | Valid code | 200 with `access_token`, `token_type`
    238 | MUST | v1 | – | oauth2/token | `token_type` is `Bearer` for scope service and `SAD` for scope credential | 200
    239 | MUST | v2 | 8.2.4 | oauth2/token | `token_type` is `Bearer` for both scopes | 200
    240 | MUST | v1 v2 | 8.2.4 | oauth2/token | Scope credential never yields a `refresh_token` | 200
    241 | MUST | v1 v2 | 8.2.4 | oauth2/token | Second use of the same code | 400 · invalid_grant · "Authorization code is invalid or expired" (or "Invalid parameter code")
    242 | MUST | v1 v2 | 8.2.4 | oauth2/token | Code presented by another client | 400 · invalid_grant
    243 | MUST | v1 v2 | 8.2.4 | oauth2/token | `client_id` missing | 400 · invalid_request · "Missing parameter client_id"
    244 | MUST | v1 v2 | 8.2.4 | oauth2/token | `client_id` unknown | 400 · invalid_request · "Invalid parameter client_id"
    245 | MUST | v1 v2 | 8.2.4 | oauth2/token | `grant_type` missing | 400 · invalid_request · "Missing parameter grant_type"
    246 | MUST | v1 v2 | 8.2.4 | oauth2/token | `grant_type=password` | 400 · invalid_request · "Invalid parameter grant_type"
    247 | MUST | v1 v2 | 8.2.4 | oauth2/token | Grant authorization_code without `code` | 400 · invalid_request · "Missing parameter code"
    248 | MUST | v1 v2 | 8.2.4 | oauth2/token | Unknown `code` | 400 · invalid_grant · "Invalid parameter code"
    249 | MUST | v1 | – | oauth2/token | `redirect_uri` differs from the authorization request | 400 · invalid_grant · "redirect_uri parameter does not match redirect_uri parameter of authorization request"
    250 | MUST | v2 | 8.2.4 | oauth2/token | `redirect_uri` differs from the authorization request | 400 · invalid_grant · "redirect_uri parameter does not match redirect_uri parameter of authorization request"
    251 | MUST | v1 v2 | 8.2.4 | oauth2/token | Grant refresh_token without `refresh_token` | 400 · invalid_request · "Missing parameter refresh_token"
    252 | MUST | v1 v2 | 8.2.4 | oauth2/token | Unknown `refresh_token` | 400 · invalid_grant · "Invalid parameter refresh_token"
    253 | MUST | v1 v2 | 8.2.4 | oauth2/token | Expired `refresh_token` | 400 · invalid_grant · "Refresh token expired"
    254 | MUST | v1 v2 | 8.2.4 | oauth2/token | Confidential client without any authentication | 400 or 401 · invalid_request · "Client authorization required"
    255 | MUST | v1 v2 | 8.2.4 | oauth2/token | Wrong `client_secret` | 400 · invalid_request · "Invalid parameter client_secret"
    256 | MUST | v1 v2 | 8.2.4 | oauth2/token | Client credentials grant yields service scope only | 200; token refused as SAD
    257 | MUST | v2 | 8.2.4 | oauth2/token | Scope credential with `signatureQualifier` → `credentialID` of the chosen credential | 200
    258 | MUST | v2 | 8.2.4 | oauth2/token | `authorization_details` used at authorization but missing here | 400 (text not specified)
    259 | MUST | v2 | 8.2.4 | oauth2/token | Wrong or missing `code_verifier` | 400 · invalid_grant (RFC 7636)
    260 | MUST | v1 v2 | 8.2.5 | oauth2/revoke | Valid token | 204, empty body
    261 | MUST | v1 | – | oauth2/revoke | Refresh token → access tokens of the grant die too | 204; then 401
    262 | MUST | v1 v2 | 8.2.5 | oauth2/revoke | Access token → refresh token survives | 204
    263 | MUST | v1 v2 | 8.2.5 | oauth2/revoke | `token` missing | 400 · invalid_request · "Missing parameter token"
    264 | MUST | v1 v2 | 8.2.5 | oauth2/revoke | `token_type_hint=foo` | 400 · invalid_request · "Invalid parameter token_type_hint"
    265 | MUST | v1 v2 | 8.2.5 | oauth2/revoke | Unknown token | 400 · invalid_request · "Invalid string parameter token"
    266 | MUST | v1 v2 | 8.2.5 | oauth2/revoke | Token type not revocable here | 400 · unsupported_token_type · "The authorization server does not support the revocation of the presented token type. That is, the client tried to revoke an access token on a server not supporting this feature."
    267 | MUST | v1 v2 | 8.2.5 | oauth2/revoke | No `client_id` and no header | 400 or 401 · invalid_request · "Missing parameter client_id"
    268 | MUST | v1 v2 | 8.2.5 | oauth2/revoke | Unknown `client_id` | 400 · invalid_request · "Invalid parameter client_id"
    269 | MUST | v1 v2 | 8.2.5 | oauth2/revoke | No secret and no header | 400 or 401 · invalid_request · "Client authorization required"
    270 | MUST | v1 v2 | 8.2.5 | oauth2/revoke | Wrong secret | 400 · invalid_request · "Invalid parameter client_secret"
    271 | MUST | v1 v2 | 8.2.5 | oauth2/revoke | Broken Authorization header | 401 · invalid_client · "Invalid authorization header"
    272 | MUST | v1 v2 | 8.2.1 | oauth2/authorize | `account_token` with header typ=JWT, alg=HS256 and a signature under SHA-256(client_secret) is accepted (vector in Annex C) | 302 with `code`
    273 | MUST | v1 v2 | 8.2.1 | oauth2/authorize | `account_token` with a wrong signature, another `azp`, missing `sub`/`iat`/`jti`, or too old `iat` | refused (error not specified)
    274 | MUST | v1 v2 | 11.13 | signatures/signHash | RSASSA-PSS: hash, MGF hash and salt length of the signature equal `signAlgoParams` | 200, verifies
    275 | MUST | v1 v2 | 11.13 | signatures/signHash | `signAlgo` values accepted = exactly the credential's `key.algo` | 200 for each listed OID
    276 | SHOULD | v1 v2 | 7.3 | all | TLS 1.0 is refused | handshake refused
    277 | SHOULD | v1 v2 | 7.3 | all | TLS protects the API | https only
    278 | SHOULD | v1 v2 | 10.1 | all | Errors carry `error_description` (strongly recommended) | body member present
    279 | SHOULD | v1 v2 | 11.2 | auth/login | Basic authentication is not offered when OAuth 2.0 is available | `authType` without `basic`
    280 | SHOULD | v1 v2 | 8.2.5 | auth/revoke, oauth2/revoke | Without `token_type_hint` all token stores are searched | 204
    281 | SHOULD | v1 v2 | 8.2.5 | auth/revoke, oauth2/revoke | A credential token / SAD can be revoked before its signatures are used up | 204; then 400 at signHash
    282 | SHOULD | v2 | 8.2.5 | oauth2/revoke | Refresh token → access tokens of the grant die too | 204; then 401
    283 | SHOULD | v1 v2 | 11.7 | credentials/info | `cert.status`, if returned, is accurate at response time | 200
    284 | SHOULD | v1 | – | credentials/authorize | SCAL 2: number of hashes equals `numSignatures` (client side); a server may refuse otherwise | 200 or 400
    285 | SHOULD | v1 v2 | 11.12 | credentials/sendOTP | Used for online OTP only | —
    286 | SHOULD | v1 | – | oauth2/authorize | Both scopes, `service` and `credential`, are supported | 302
    287 | SHOULD | v1 | – | oauth2/authorize | Page is rendered in `lang`, else in the `Accept-Language`, else in the server's language | page language
    288 | SHOULD | v1 | – | oauth2/authorize | URIs up to 2083 characters are handled | 302
    289 | SHOULD | v1 v2 | 8.2.2 | oauth2/authorize | The endpoint resists abuse (throttling before costly user contact) | —
    290 | SHOULD | v1 | – | oauth2/authorize | The RSSP has a defined lifetime for `account_token` and detects reuse of `jti` | refused on replay
    291 | SHOULD | v1 v2 | 11.13 | signing methods | Hash algorithms follow ETSI TS 119 312 | —
    292 | SHOULD | v2 | 8.2.2 | oauth2/authorize | `S256` is accepted as `code_challenge_method` | 302
    293 | IMPL | v1 v2 | 11.1 | info | Answers without Authorization header | 200
    294 | IMPL | v1 v2 | 7.1 | all | Unknown request members are ignored | no error
    295 | IMPL | v1 | – | all | `null` for an optional input is treated as absent | same as without it
    296 | IMPL | v1 | – | credentials/list | `nextPageToken` is omitted, not null, on the last page | 200
    297 | IMPL | v1 v2 | 11.7 | credentials/info | `cert` exists even with `certificates=none` | 200
    298 | IMPL | v1 v2 | 11.7 | credentials/info | Specific OIDs (1.1.11, 4.3.2, …) are listed in `key.algo`, not only rsaEncryption | pyHanko finds its mechanism
    299 | IMPL | v2 | 11.7 | credentials/info | `auth.objects` is present (null or []) even in oauth2code mode | strict client parses it
    300 | IMPL | v1 v2 | 11.13 | signatures/signHash | ECDSA results are DER `Ecdsa-Sig-Value` | verifies inside CMS unchanged
    301 | IMPL | v1 v2 | 11.13 | signatures/signHash | RSA results have exactly the modulus length | verifies
    302 | IMPL | v1 v2 | 11.13 | signatures/signHash | 1.2.840.113549.1.1.1 + SHA-256: the result verifies as RSASSA-PKCS1-v1_5 with SHA-256 over the original message (DigestInfo added by the server) | 200, verifies
    303 | IMPL | v1 v2 | 11.13 | signatures/signHash | PSS salt up to emLen − hLen − 2 is honoured | pyHanko PSS verifies
    304 | IMPL | v1 v2 | 11.13 | signatures/signHash | PSS parameters with explicit trailerField 1 are accepted | 200
    305 | IMPL | v1 v2 | 8.2.2 | oauth2/authorize | base64url digests with and without padding are accepted | 302
    306 | IMPL | v2 | 8.2.2 | oauth2/authorize, oauth2/token | `authorization_details` digests in base64 and base64url compare equal | 200
    307 | IMPL | v2 | 8.2.2 | oauth2/authorize | `scope=credential` next to `authorization_details`, and `state` next to `request_uri`, are tolerated | 302
    308 | IMPL | v1 v2 | 8.2.4 | oauth2/* | A doubled slash (`//oauth2/token`) is routed | 200
    309 | IMPL | v1 v2 | 11.16 | signatures/timestamp | `timestamp` is a CMS ContentInfo (TimeStampToken), not a TimeStampResp | parses
    310 | IMPL | v2 | 11.14 | signatures/signDoc | `conformance_level` is compared without regard to case | 200
    311 | IMPL | v2 | 11.4 | credentials/create | A service token makes no credential (2.1+) | 401 or 403
    312 | IMPL | v2 | 11.4 | credentials/create | A token of scope `credential-creation` makes one credential, which `credentials/list` then has; a second use is refused | 201 with `credentialID`
    313 | IMPL | v2 | 11.5 | credentials/delete | A service token deletes no credential (2.1+) | 401 or 403
    314 | IMPL | v2 | 11.5 | credentials/delete | A token of scope `credential-deletion` deletes its credential, which `credentials/list` then lacks | 204, or 200 without content
    """#
}
