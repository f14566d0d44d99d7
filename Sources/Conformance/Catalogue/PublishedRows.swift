// Written by Tests/python/csc/embed.py from rows.json.

extension PublishedText {
  /// Rows of the error tables: section | method | row | statuses | error | error_description.
  static let rowsTable = #"""
    10.1 | * | 1 | – | invalid_request | The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed.
    10.1 | * | 2 | – | unauthorized_client | The client is not authorized to use this method.
    10.1 | * | 3 | – | access_denied | The user, authorization server or remote service denied the request.
    10.1 | * | 4 | – | unsupported_response_type | The authorization server does not support obtaining an authorization code using this method.
    10.1 | * | 5 | – | invalid_scope | The requested scope is invalid, unknown, or malformed.
    10.1 | * | 6 | – | server_error | The authorization server encountered an unexpected condition that prevented it from fulfilling the request.
    10.1 | * | 7 | – | temporarily_unavailable | The authorization server is currently unable to handle the request due to a temporary overloading or maintenance of the server.
    10.1 | * | 8 | – | expired_token | The access or refresh token is expired or has been revoked.
    10.1 | * | 9 | – | invalid_token | The token provided is not a valid OAuth access or refresh token.
    8.2.4 | oauth2/token | 1 | 400 | invalid_request | Missing parameter client_id
    8.2.4 | oauth2/token | 2 | 400 | invalid_request | Missing parameter grant_type
    8.2.4 | oauth2/token | 3 | 400 | invalid_request | Invalid parameter grant_type
    8.2.4 | oauth2/token | 4 | 400 | invalid_request | Missing parameter code
    8.2.4 | oauth2/token | 5 | 400 | invalid_request | Missing parameter refresh_token
    8.2.4 | oauth2/token | 6 | 400 | invalid_request | Invalid parameter client_id
    8.2.4 | oauth2/token | 7 | 400 | invalid_grant | Invalid parameter code
    8.2.4 | oauth2/token | 8 | 400 | invalid_grant | redirect_uri parameter does not match redirect_uri parameter of authorization request
    8.2.4 | oauth2/token | 9 | 400 | invalid_grant | Invalid parameter refresh_token
    8.2.4 | oauth2/token | 10 | 400 | invalid_grant | Refresh token expired
    8.2.4 | oauth2/token | 11 | 400 | invalid_grant | Authorization code is invalid or expired
    8.2.4 | oauth2/token | 12 | 400 401 | invalid_request | Client authorization required
    8.2.4 | oauth2/token | 13 | 400 | invalid_request | Invalid parameter client_secret
    8.2.5 | oauth2/revoke | 1 | 400 | invalid_request | Missing parameter token
    8.2.5 | oauth2/revoke | 2 | 400 | invalid_request | Invalid parameter token_type_hint
    8.2.5 | oauth2/revoke | 3 | 400 | invalid_request | Invalid string parameter token
    8.2.5 | oauth2/revoke | 4 | 400 | unsupported_token_type | The authorization server does not support the revocation of the presented token type. That is, the client tried to revoke an access token on a server not supporting this feature.
    8.2.5 | oauth2/revoke | 5 | 400 401 | invalid_request | Missing parameter client_id
    8.2.5 | oauth2/revoke | 6 | 400 | invalid_request | Invalid parameter client_id
    8.2.5 | oauth2/revoke | 7 | 400 401 | invalid_request | Client authorization required
    8.2.5 | oauth2/revoke | 8 | 400 | invalid_request | Invalid parameter client_secret
    8.2.5 | oauth2/revoke | 9 | 401 | invalid_client | Invalid authorization header
    11.2 | auth/login | 1 | 401 | invalid_request | Malformed authentication parameter.
    11.2 | auth/login | 2 | 400 | invalid_request | Malformed username-password.
    11.2 | auth/login | 3 | 400 | invalid_request | Invalid string parameter: refresh_token
    11.2 | auth/login | 4 | 400 | invalid_request | Invalid refresh_token
    11.2 | auth/login | 5 | 400 | authentication_error | An error occurred during authentication process
    11.3 | auth/revoke | 1 | 400 | invalid_request | Malformed authorization header.
    11.3 | auth/revoke | 2 | 400 | invalid_request | Missing (or invalid type) string parameter token
    11.3 | auth/revoke | 3 | 400 | invalid_request | Invalid string parameter token_type_hint
    11.3 | auth/revoke | 4 | 400 | invalid_request | Invalid string parameter token
    11.4 | credentials/create | 1 | 400 | invalid_request | Malformed authorization header.
    11.4 | credentials/create | 2 | 400 | invalid_request | Missing (or invalid type) parameter “credentialCreationRequest”
    11.4 | credentials/create | 3 | 400 | invalid_request | Missing (or invalid type) string parameter certificatePolicy
    11.4 | credentials/create | 4 | 400 | invalid_request | Invalid parameter certificatePolicy
    11.4 | credentials/create | 5 | 400 | invalid_request | Invalid parameter subjectData
    11.4 | credentials/create | 6 | 400 | invalid_request | Invalid parameter “certificates”
    11.4 | credentials/create | 7 | 400 | invalid_request | Invalid parameter “certInfo”
    11.4 | credentials/create | 8 | 400 | invalid_request | Invalid parameter “authData”
    11.5 | credentials/delete | 1 | 400 | invalid_request | Malformed authorization header.
    11.5 | credentials/delete | 2 | 400 | invalid_request | Missing (or invalid type) string parameter “credentialID”
    11.5 | credentials/delete | 3 | 400 | invalid_request | Invalid parameter “credentialID”
    11.5 | credentials/delete | 4 | 400 | invalid_request | Contradicting “credentialID” parameters
    11.6 | credentials/list | 1 | 400 | invalid_request | Malformed authorization header.
    11.6 | credentials/list | 2 | 400 | invalid_request | userID parameter MUST be null
    11.6 | credentials/list | 3 | 400 | invalid_request | Invalid parameter userID
    11.6 | credentials/list | 4 | 400 | invalid_request | Invalid parameter certificates
    11.7 | credentials/info | 1 | 400 | invalid_request | Malformed authorization header.
    11.7 | credentials/info | 2 | 400 | invalid_request | Missing (or invalid type) string parameter credentialID
    11.7 | credentials/info | 3 | 400 | invalid_request | Invalid parameter credentialID
    11.7 | credentials/info | 4 | 400 | invalid_request | Invalid parameter certificates
    11.8 | credentials/authorize | 1 | 400 | invalid_request | Malformed authorization header.
    11.8 | credentials/authorize | 2 | 400 | invalid_request | Missing (or invalid type) string parameter credentialID
    11.8 | credentials/authorize | 3 | 400 | invalid_request | Invalid parameter credentialID
    11.8 | credentials/authorize | 4 | 400 | invalid_request | The credential identified by credentialID is disabled
    11.8 | credentials/authorize | 5 | 400 | invalid_request | Missing (or invalid type) integer parameter numSignatures
    11.8 | credentials/authorize | 6 | 400 | invalid_request | Invalid value for parameter numSignatures
    11.8 | credentials/authorize | 7 | 400 | invalid_request | Numbers of signatures is too high
    11.8 | credentials/authorize | 8 | 400 | invalid_authentication_data | The authentication data is invalid
    11.8 | credentials/authorize | 9 | 400 | invalid_request | Credential locked
    11.9 | credentials/authorizeCheck | 1 | 400 | invalid_request | Malformed authorization header.
    11.9 | credentials/authorizeCheck | 2 | 400 | invalid_request | Invalid parameter handle
    11.9 | credentials/authorizeCheck | 3 | 400 | invalid_authentication_data | The authentication data is invalid
    11.9 | credentials/authorizeCheck | 4 | 400 | invalid_request | Credential locked
    11.10 | credentials/getChallenge | 1 | 400 | invalid_request | Malformed authorization header.
    11.10 | credentials/getChallenge | 2 | 400 | invalid_request | Invalid parameter credentialID
    11.10 | credentials/getChallenge | 3 | 400 | invalid_request | Invalid parameter authObjectID
    11.11 | credentials/extendTransaction | 1 | 400 | invalid_request | Malformed authorization header.
    11.12 | credentials/sendOTP | 1 | 400 | invalid_request | Malformed authorization header.
    11.12 | credentials/sendOTP | 2 | 400 | invalid_request | Missing (or invalid type) string parameter credentialID
    11.12 | credentials/sendOTP | 3 | 400 | invalid_request | Invalid parameter credentialID
    11.12 | credentials/sendOTP | 4 | 400 | invalid_request | OTP locked
    11.13 | signatures/signHash | 1 | 400 | invalid_request | Malformed authorization header.
    11.13 | signatures/signHash | 2 | 400 | invalid_request | Missing (or invalid type) string parameter SAD
    11.13 | signatures/signHash | 3 | 400 | invalid_request | Invalid parameter SAD
    11.13 | signatures/signHash | 4 | 400 | invalid_request | Missing (or invalid type) string parameter credentialID
    11.13 | signatures/signHash | 5 | 400 | invalid_request | Invalid parameter credentialID
    11.13 | signatures/signHash | 6 | 400 | invalid_request | Missing (or invalid type) array parameter hashes
    11.13 | signatures/signHash | 7 | 400 | invalid_request | Empty hashes array
    11.13 | signatures/signHash | 8 | 400 | invalid_request | Invalid Base64 hash string parameter
    11.13 | signatures/signHash | 9 | 400 | invalid_request | Hash is not authorized by neither SAD nor an access token with scope “credential”.
    11.13 | signatures/signHash | 10 | 400 | invalid_request | Missing (or invalid type) string parameter signAlgo
    11.13 | signatures/signHash | 11 | 400 | invalid_request | Invalid parameter signAlgo
    11.13 | signatures/signHash | 12 | 400 | invalid_request | Missing (or invalid type) string parameter signAlgoParams
    11.13 | signatures/signHash | 13 | 400 | invalid_request | Invalid parameter signAlgoParams
    11.13 | signatures/signHash | 14 | 400 | invalid_request | Missing (or invalid type) string parameter hashAlgorithmOID
    11.13 | signatures/signHash | 15 | 400 | invalid_request | String parameter hashAlgorithmOID contradicts with signAlgo signAlgoParams parameter
    11.13 | signatures/signHash | 16 | 400 | invalid_request | Invalid parameter hashAlgorithmOID
    11.13 | signatures/signHash | 17 | 400 | invalid_request | Invalid parameter operationMode
    11.13 | signatures/signHash | 18 | 400 | invalid_request | Invalid parameter validity_period
    11.13 | signatures/signHash | 19 | 400 | invalid_request | Out of bounds parameter validity_period
    11.13 | signatures/signHash | 20 | 400 | invalid_request | Invalid parameter response_uri
    11.13 | signatures/signHash | 21 | 400 | invalid_request | Invalid parameter clientData
    11.13 | signatures/signHash | 22 | 400 | invalid_request | Invalid digest value length
    11.13 | signatures/signHash | 23 | 400 | invalid_otp | The OTP is invalid
    11.13 | signatures/signHash | 24 | 400 | invalid_request | SAD expired
    11.13 | signatures/signHash | 25 | 400 | invalid_request | Signing certificate ‘O=[organization],CN=[common_name]’ is expired.
    11.14 | signatures/signDoc | 1 | 400 | invalid_request | Malformed authorization header.
    11.14 | signatures/signDoc | 2 | 400 | invalid_request | Missing (or invalid type) string parameter SAD
    11.14 | signatures/signDoc | 3 | 400 | invalid_request | Invalid parameter SAD
    11.14 | signatures/signDoc | 4 | 400 | invalid_request | Missing (or invalid type) string parameter credentialID
    11.14 | signatures/signDoc | 5 | 400 | invalid_request | Invalid parameter credentialID
    11.14 | signatures/signDoc | 6 | 400 | invalid_request | Invalid object parameter documentDigests
    11.14 | signatures/signDoc | 7 | 400 | invalid_request | Invalid array parameter documents
    11.14 | signatures/signDoc | 8 | 400 | invalid_request | Empty documentDigests and documents objects
    11.14 | signatures/signDoc | 9 | 400 | invalid_request | Both documentDigests and documents parameters passed
    11.14 | signatures/signDoc | 10 | 400 | invalid_request | Invalid Base64 hashes string parameter
    11.14 | signatures/signDoc | 11 | 400 | invalid_request | Invalid Base64 documents string parameter
    11.14 | signatures/signDoc | 12 | 400 | invalid_request | documentDigests or documents are not authorized by the SAD.
    11.14 | signatures/signDoc | 13 | 400 | invalid_request | One or more attributes in the documents parameter is not authorized.
    11.14 | signatures/signDoc | 14 | 400 | invalid_request | Missing (or invalid type) string parameter signAlgo
    11.14 | signatures/signDoc | 15 | 400 | invalid_request | Invalid parameter signAlgo
    11.14 | signatures/signDoc | 16 | 400 | invalid_request | Missing (or invalid type) string parameter signAlgoParams
    11.14 | signatures/signDoc | 17 | 400 | invalid_request | Invalid parameter signAlgoParams
    11.14 | signatures/signDoc | 18 | 400 | invalid_request | Missing (or invalid type) string parameter hashAlgorithmOID
    11.14 | signatures/signDoc | 19 | 400 | invalid_request | String parameter hashAlgorithmOID contradicts with signAlgo or signAlgoParams parameter
    11.14 | signatures/signDoc | 20 | 400 | invalid_request | Invalid parameter hashAlgorithmOID
    11.14 | signatures/signDoc | 21 | 400 | invalid_request | Invalid parameter signature_format
    11.14 | signatures/signDoc | 22 | 400 | invalid_request | Missing (or invalid type) string parameter signature_format
    11.14 | signatures/signDoc | 23 | 400 | invalid_request | Invalid parameter conformance_level
    11.14 | signatures/signDoc | 24 | 400 | invalid_request | Invalid parameter signed_envelope_property
    11.14 | signatures/signDoc | 25 | 400 | invalid_request | Only a single signature_format and signed_envelope_property is allowed
    11.14 | signatures/signDoc | 26 | 400 | invalid_request | Invalid parameter signed_props (list of invalid attributes)
    11.14 | signatures/signDoc | 27 | 400 | invalid_request | Invalid parameter operationMode
    11.14 | signatures/signDoc | 28 | 400 | invalid_request | Invalid parameter validity_period
    11.14 | signatures/signDoc | 29 | 400 | invalid_request | Out of bounds parameter validity_period
    11.14 | signatures/signDoc | 30 | 400 | invalid_request | Invalid parameter response_uri
    11.14 | signatures/signDoc | 31 | 400 | invalid_request | Invalid parameter clientData
    11.14 | signatures/signDoc | 32 | 400 | invalid_request | Invalid digest value length
    11.14 | signatures/signDoc | 33 | 400 | invalid_request | SAD expired
    11.14 | signatures/signDoc | 34 | 400 | invalid_request | Signing certificate ‘O=[organization],CN=[common_name]’ is expired.
    11.14 | signatures/signDoc | 35 | 403 | invalid_hash | Document or documentDigest does not match authorized hash
    11.15 | signatures/signPolling | 1 | 400 | invalid_request | Malformed authorization header.
    11.15 | signatures/signPolling | 2 | 400 | invalid_request | Missing (or invalid type) string parameter requestID
    11.15 | signatures/signPolling | 3 | 400 | invalid_request | Invalid parameter requestID
    11.15 | signatures/signPolling | 4 | 400 | invalid_request | userID parameter SHALL be null
    11.15 | signatures/signPolling | 5 | 400 | invalid_request | Invalid parameter “userID”
    11.15 | signatures/signPolling | 6 | 400 | invalid_request | Invalid parameter clientData
    11.16 | signatures/timestamp | 1 | 400 | invalid_request | Malformed authorization header.
    11.16 | signatures/timestamp | 2 | 400 | invalid_request | Missing (or invalid type) string parameter hash
    11.16 | signatures/timestamp | 3 | 400 | invalid_request | Empty hash parameter
    11.16 | signatures/timestamp | 4 | 400 | invalid_request | Invalid digest value length
    11.16 | signatures/timestamp | 5 | 400 | invalid_request | Invalid Base64 hash string parameter
    11.16 | signatures/timestamp | 6 | 400 | invalid_request | Invalid parameter hashAlgo
    11.16 | signatures/timestamp | 7 | 400 | invalid_request | Invalid parameter nonce
    """#
}
