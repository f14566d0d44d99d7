// Written by Tests/python/csc/embed.py from samples.json.

extension PublishedText {
  /// Requests printed as samples: section | method | number | form | mended | request.
  static let samplesTable = #"""
    8.2.2 | oauth2/authorize | 1 | page | – | {"response_type":"code","client_id":"…","redirect_uri":"…","scope":"service","code_challenge":"…","code_challenge_method":"S256","lang":"en-US","state":"12345678"}
    8.2.2 | oauth2/authorize | 2 | page | – | {"response_type":"code","client_id":"…","redirect_uri":"…","code_challenge":"…","code_challenge_method":"S256","authorization_details":[{"type":"https://cloudsignatureconsortium.org/2025/credential-creation","acr_values":["http://eidas.europa.eu/LoA/high"],"credentialCreationRequest":{"certificatePolicy":"…","subjectData":{"family_name":"…","given_name":"…","birthdate":"…"}}}]}
    8.2.2 | oauth2/authorize | 3 | page | – | {"response_type":"code","client_id":"…","redirect_uri":"…","scope":"credential-creation","state":"…","code_challenge":"…","code_challenge_method":"S256"}
    8.2.2 | oauth2/authorize | 4 | page | – | {"response_type":"code","client_id":"…","redirect_uri":"…","code_challenge":"…","code_challenge_method":"S256","authorization_details":[{"type":"https://cloudsignatureconsortium.org/2025/credential-deletion","credentialID":"…"}]}
    8.2.2 | oauth2/authorize | 5 | page | – | {"response_type":"code","client_id":"…","redirect_uri":"…","scope":"credential-deletion","state":"…","code_challenge":"…","code_challenge_method":"S256"}
    8.2.2 | oauth2/authorize | 6 | page | – | {"response_type":"code","client_id":"…","redirect_uri":"…","scope":"credential","code_challenge":"…","code_challenge_method":"S256","credentialID":"…","numSignatures":"1","hashes":"…","hashAlgorithmOID":"2.16.840.1.101.3.4.2.1","state":"12345678"}
    8.2.2 | oauth2/authorize | 7 | page | – | {"response_type":"code","client_id":"…","redirect_uri":"…","scope":"credential","code_challenge":"…","code_challenge_method":"S256","signatureQualifier":"…","numSignatures":"1","hashes":"…","hashAlgorithmOID":"2.16.840.1.101.3.4.2.1","state":"12345678"}
    8.2.2 | oauth2/authorize | 8 | page | – | {"response_type":"code","client_id":"…","redirect_uri":"…","code_challenge":"…","code_challenge_method":"S256","state":"12345678","authorization_details":[{"type":"credential","signatureQualifier":"…","numSignatures":1,"documentDigests":[{"label":"…","hash":"…","signed_props":[{"commitment-type-indication":"1.2.840.113549.1.9.16.6.5"}],"circumstantialData":"…"}],"hashAlgorithmOID":"2.16.840.1.101.3.4.2.1"}]}
    8.2.2 | oauth2/authorize | 9 | page | – | {"response_type":"code","client_id":"…","redirect_uri":"…","code_challenge":"…","code_challenge_method":"S256","state":"12345678","authorization_details":[{"type":"credential","signatureQualifier":"…","numSignatures":2,"documentDigests":[{"hash":"…","label":"…"},{"hash":"…","label":"…"}],"hashAlgorithmOID":"2.16.840.1.101.3.4.2.1"}]}
    8.2.3 | oauth2/pushed_authorize | 1 | form | – | {"response_type":"code","client_id":"…","redirect_uri":"…","scope":"service","code_challenge":"…","code_challenge_method":"S256","lang":"en-US","state":"12345678"}
    8.2.3 | oauth2/pushed_authorize | 2 | form | numSignatures is added | {"response_type":"code","client_id":"…","redirect_uri":"…","code_challenge":"…","code_challenge_method":"S256","state":"12345678","authorization_details":[{"type":"credential","signatureQualifier":"…","documentDigests":[{"hash":"…","label":"…"},{"hash":"…","label":"…"}],"hashAlgorithmOID":"2.16.840.1.101.3.4.2.1","numSignatures":2}]}
    8.2.3 | oauth2/pushed_authorize | 3 | page | – | {"client_id":"…","request_uri":"…"}
    8.2.4 | oauth2/token | 1 | form | code_verifier is added | {"grant_type":"authorization_code","code":"…","client_id":"…","client_secret":"…","redirect_uri":"…","code_verifier":"…"}
    8.2.4 | oauth2/token | 2 | form | refreshToken is refresh_token | {"grant_type":"refresh_token","refresh_token":"…","client_id":"…","client_secret":"…","redirect_uri":"…"}
    8.2.5 | oauth2/revoke | 1 | form | – | {"token":"…","token_type_hint":"refresh_token","client_id":"…","client_secret":"…","clientData":"12345678"}
    11.1 | info | 1 | json | – | {}
    11.2 | auth/login | 1 | json | – | {"rememberMe":true}
    11.3 | auth/revoke | 1 | json | – | {"token":"…","token_type_hint":"refresh_token","clientData":"12345678"}
    11.4 | credentials/create | 1 | json | – | {"credentialCreationRequest":{"certificatePolicy":"…","subjectData":{"family_name":"…","given_name":"…","birthdate":"…"}},"credentialInfo":true,"certificates":"chain"}
    11.5 | credentials/delete | 1 | json | – | {"credentialDeletionRequest":{"credentialID":"…"}}
    11.5 | credentials/delete | 2 | json | – | {"credentialDeletionRequest":{"credentialID":"…","revoke":true,"revocationReason":1}}
    11.6 | credentials/list | 1 | json | – | {"credentialInfo":true,"certificates":"chain","certInfo":true,"authInfo":true}
    11.7 | credentials/info | 1 | json | – | {"credentialID":"…","certificates":"chain","certInfo":true,"authInfo":true}
    11.8 | credentials/authorize | 1 | json | – | {"credentialID":"…","numSignatures":2,"hashes":["…","…"],"hashAlgorithmOID":"2.16.840.1.101.3.4.2.1","authData":[{"id":"…","value":"…"},{"id":"…","value":"…"}],"clientData":"12345678"}
    11.9 | credentials/authorizeCheck | 1 | json | – | {"handle":"…"}
    11.10 | credentials/getChallenge | 1 | json | – | {"credentialID":"…","authObjectID":"…"}
    11.10 | credentials/getChallenge | 2 | json | – | {"credentialID":"…","authObjectID":"…"}
    11.11 | credentials/extendTransaction | 1 | json | – | {"credentialID":"…","hashes":["…"],"hashAlgorithmOID":"2.16.840.1.101.3.4.2.1","SAD":"…","clientData":"12345678"}
    11.12 | credentials/sendOTP | 1 | json | – | {"credentialID":"…","clientData":"12345678"}
    11.13 | signatures/signHash | 1 | json | – | {"credentialID":"…","SAD":"…","hashes":["…","…"],"hashAlgorithmOID":"2.16.840.1.101.3.4.2.1","signAlgo":"1.2.840.113549.1.1.1","clientData":"12345678"}
    11.13 | signatures/signHash | 2 | json | – | {"credentialID":"…","SAD":"…","hashes":["…","…"],"hashAlgorithmOID":"2.16.840.1.101.3.4.2.1","signAlgo":"1.2.840.113549.1.1.1","operationMode":"A","clientData":"12345678"}
    11.13 | signatures/signHash | 3 | json | – | {"credentialID":"…","hashes":["…","…"],"hashAlgorithmOID":"2.16.840.1.101.3.4.2.1","signAlgo":"1.2.840.113549.1.1.1","operationMode":"A","clientData":"12345678"}
    11.14 | signatures/signDoc | 1 | json | – | {"credentialID":"…","SAD":"…","documentDigests":[{"hashes":["…"],"signature_format":"P","conformance_level":"AdES-B-T","signAlgo":"1.2.840.113549.1.1.1"},{"hashes":["…"],"signature_format":"C","conformance_level":"AdES-B-B","signAlgo":"1.2.840.113549.1.1.1"}],"documents":[{"document":"…","documentType":"sod","signature_format":"P","conformance_level":"AdES-B-T","signAlgo":"1.2.840.113549.1.1.1"},{"document":"…","documentType":"sod","signature_format":"C","conformance_level":"AdES-B-B","signed_envelope_property":"Attached","signAlgo":"1.2.840.113549.1.1.1"}],"hashAlgorithmOID":"2.16.840.1.101.3.4.2.1","clientData":"12345678"}
    11.14 | signatures/signDoc | 2 | json | hashes is an array | {"signatureQualifier":"…","SAD":"…","documentDigests":[{"hashes":["…"],"signature_format":"P","conformance_level":"AdES-B-T","signAlgo":"1.2.840.113549.1.1.1"}],"hashAlgorithmOID":"2.16.840.1.101.3.4.2.1","clientData":"12345678","returnValidationInfo":true}
    11.14 | signatures/signDoc | 3 | json | commas | {"signatureQualifier":"…","documentDigests":[{"hashes":["…","…"],"signature_format":"P","conformance_level":"AdES-B-T","signAlgo":"1.2.840.113549.1.1.1"}],"hashAlgorithmOID":"2.16.840.1.101.3.4.2.1","clientData":"12345678"}
    11.15 | signatures/signPolling | 1 | json | – | {"requestID":"…","clientData":"12345678"}
    11.16 | signatures/timestamp | 1 | json | – | {"hash":"…","hashAlgo":"2.16.840.1.101.3.4.2.1","clientData":"12345678"}
    """#
}
