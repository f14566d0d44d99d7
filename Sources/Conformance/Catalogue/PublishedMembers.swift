// Written by Tests/python/csc/embed.py from members.json.

extension PublishedText {
  /// Members of the answers: section | method | number | status | path | presence | type.
  static let membersTable = #"""
    8.2.2 | oauth2/authorize | 1 | 302 | code | REQUIRED | String
    8.2.2 | oauth2/authorize | 2 | 302 | state | REQUIRED Conditional | String
    8.2.2 | oauth2/authorize | 3 | 302 | error | REQUIRED Conditional | String
    8.2.2 | oauth2/authorize | 4 | 302 | error_description | OPTIONAL | String
    8.2.2 | oauth2/authorize | 5 | 302 | error_uri | OPTIONAL | String
    8.2.4 | oauth2/token | 1 | 200 | access_token | REQUIRED | String
    8.2.4 | oauth2/token | 2 | 200 | refresh_token | OPTIONAL | String
    8.2.4 | oauth2/token | 3 | 200 | token_type | REQUIRED | String
    8.2.4 | oauth2/token | 4 | 200 | expires_in | OPTIONAL | Integer
    8.2.4 | oauth2/token | 5 | 200 | credentialID | OPTIONAL | String
    11.1 | info | 1 | 200 | specs | REQUIRED | String
    11.1 | info | 2 | 200 | name | REQUIRED | String
    11.1 | info | 3 | 200 | logo | REQUIRED | String
    11.1 | info | 4 | 200 | region | REQUIRED | String
    11.1 | info | 5 | 200 | lang | REQUIRED | String
    11.1 | info | 6 | 200 | description | REQUIRED | String
    11.1 | info | 7 | 200 | authType | REQUIRED | Array of String
    11.1 | info | 8 | 200 | oauth2Servers | REQUIRED Conditional | Array of Object
    11.1 | info | 9 | 200 | oauth2 | REQUIRED Conditional | String
    11.1 | info | 10 | 200 | oauth2Issuer | REQUIRED Conditional | String
    11.1 | info | 11 | 200 | supportsRar | OPTIONAL | Boolean
    11.1 | info | 12 | 200 | supportedHashTypes | REQUIRED | Array of String
    11.1 | info | 13 | 200 | asynchronousOperationMode | OPTIONAL | Boolean
    11.1 | info | 14 | 200 | methods | REQUIRED | Array of String
    11.1 | info | 15 | 200 | validationInfo | OPTIONAL | Boolean
    11.1 | info | 16 | 200 | signAlgorithms | REQUIRED | Object
    11.1 | info | 17 | 200 | documentTypes | REQUIRED Conditional | Array of String
    11.1 | info | 18 | 200 | signature_formats | REQUIRED | Object
    11.1 | info | 19 | 200 | conformance_levels | REQUIRED | Array of String
    11.1 | info | 20 | 200 | oauth2Servers/*/label | OPTIONAL | String
    11.1 | info | 21 | 200 | oauth2Servers/*/baseUri | REQUIRED Conditional | String
    11.1 | info | 22 | 200 | oauth2Servers/*/issuerIdentifier | REQUIRED Conditional | String
    11.1 | info | 23 | 200 | oauth2Servers/*/authType | REQUIRED | Array of String
    11.1 | info | 24 | 200 | oauth2Servers/*/supportsRar | OPTIONAL | Boolean
    11.1 | info | 25 | 200 | signAlgorithms/algos | REQUIRED | Array of String
    11.1 | info | 26 | 200 | signAlgorithms/algoParams | REQUIRED Conditional | Array of String
    11.1 | info | 27 | 200 | signature_formats/formats | REQUIRED | Array of String
    11.1 | info | 28 | 200 | signature_formats/envelope_properties | REQUIRED Conditional | Array of Array of String
    11.1 | info | 29 | 200 | signature_formats/allowMix | OPTIONAL | Boolean
    11.2 | auth/login | 1 | 200 | access_token | REQUIRED | String
    11.2 | auth/login | 2 | 200 | refresh_token | OPTIONAL Conditional | String
    11.2 | auth/login | 3 | 200 | expires_in | OPTIONAL | Integer
    11.4 | credentials/create | 1 | 201 | credentialID | REQUIRED | String
    11.4 | credentials/create | 2 | 201 | description | OPTIONAL | String
    11.4 | credentials/create | 3 | 201 | signatureQualifier | OPTIONAL | String
    11.4 | credentials/create | 4 | 201 | key/status | REQUIRED | String
    11.4 | credentials/create | 5 | 201 | key/algo | REQUIRED | Array of String
    11.4 | credentials/create | 6 | 201 | key/len | REQUIRED | Integer
    11.4 | credentials/create | 7 | 201 | key/curve | REQUIRED Conditional | String
    11.4 | credentials/create | 8 | 201 | cert/status | OPTIONAL | String
    11.4 | credentials/create | 9 | 201 | cert/certificates | REQUIRED Conditional | Array of String
    11.4 | credentials/create | 10 | 201 | cert/issuerDN | REQUIRED Conditional | String
    11.4 | credentials/create | 11 | 201 | cert/serialNumber | REQUIRED Conditional | String
    11.4 | credentials/create | 12 | 201 | cert/subjectDN | REQUIRED Conditional | String
    11.4 | credentials/create | 13 | 201 | cert/validFrom | REQUIRED Conditional | String
    11.4 | credentials/create | 14 | 201 | cert/validTo | REQUIRED Conditional | String
    11.4 | credentials/create | 15 | 201 | auth/mode | REQUIRED | String
    11.4 | credentials/create | 16 | 201 | auth/expression | OPTIONAL Conditional | String
    11.4 | credentials/create | 17 | 201 | auth/objects | REQUIRED Conditional | Array of Object
    11.4 | credentials/create | 18 | 201 | SCAL | OPTIONAL | String
    11.4 | credentials/create | 19 | 201 | multisign | REQUIRED | Integer
    11.4 | credentials/create | 20 | 201 | lang | OPTIONAL | String
    11.6 | credentials/list | 1 | 200 | credentialIDs | REQUIRED | Array of String
    11.6 | credentials/list | 2 | 200 | credentialInfos | OPTIONAL Conditional | Array of Object
    11.6 | credentials/list | 3 | 200 | onlyValid | REQUIRED Conditional | Boolean
    11.6 | credentials/list | 4 | 200 | credentialInfos/*/credentialID | REQUIRED | String
    11.6 | credentials/list | 5 | 200 | credentialInfos/*/description | OPTIONAL | String
    11.6 | credentials/list | 6 | 200 | credentialInfos/*/signatureQualifier | OPTIONAL | String
    11.6 | credentials/list | 7 | 200 | credentialInfos/*/key/status | REQUIRED | String
    11.6 | credentials/list | 8 | 200 | credentialInfos/*/key/algo | REQUIRED | Array of String
    11.6 | credentials/list | 9 | 200 | credentialInfos/*/key/len | REQUIRED | Integer
    11.6 | credentials/list | 10 | 200 | credentialInfos/*/key/curve | REQUIRED Conditional | String
    11.6 | credentials/list | 11 | 200 | credentialInfos/*/cert/status | OPTIONAL | String
    11.6 | credentials/list | 12 | 200 | credentialInfos/*/cert/certificates | REQUIRED Conditional | Array of String
    11.6 | credentials/list | 13 | 200 | credentialInfos/*/cert/issuerDN | REQUIRED Conditional | String
    11.6 | credentials/list | 14 | 200 | credentialInfos/*/cert/serialNumber | REQUIRED Conditional | String
    11.6 | credentials/list | 15 | 200 | credentialInfos/*/cert/subjectDN | REQUIRED Conditional | String
    11.6 | credentials/list | 16 | 200 | credentialInfos/*/cert/validFrom | REQUIRED Conditional | String
    11.6 | credentials/list | 17 | 200 | credentialInfos/*/cert/validTo | REQUIRED Conditional | String
    11.6 | credentials/list | 18 | 200 | credentialInfos/*/auth/mode | REQUIRED | String
    11.6 | credentials/list | 19 | 200 | credentialInfos/*/auth/expression | OPTIONAL Conditional | String
    11.6 | credentials/list | 20 | 200 | credentialInfos/*/auth/objects | REQUIRED Conditional | Array of Object
    11.6 | credentials/list | 21 | 200 | credentialInfos/*/SCAL | OPTIONAL | String
    11.6 | credentials/list | 22 | 200 | credentialInfos/*/multisign | REQUIRED | Integer
    11.6 | credentials/list | 23 | 200 | credentialInfos/*/lang | OPTIONAL | String
    11.7 | credentials/info | 1 | 200 | description | OPTIONAL | String
    11.7 | credentials/info | 2 | 200 | signatureQualifier | OPTIONAL | String
    11.7 | credentials/info | 3 | 200 | key/status | REQUIRED | String
    11.7 | credentials/info | 4 | 200 | key/algo | REQUIRED | Array of String
    11.7 | credentials/info | 5 | 200 | key/len | REQUIRED | Integer
    11.7 | credentials/info | 6 | 200 | key/curve | REQUIRED Conditional | String
    11.7 | credentials/info | 7 | 200 | cert/status | OPTIONAL | String
    11.7 | credentials/info | 8 | 200 | cert/certificates | REQUIRED Conditional | Array of String
    11.7 | credentials/info | 9 | 200 | cert/issuerDN | REQUIRED Conditional | String
    11.7 | credentials/info | 10 | 200 | cert/serialNumber | REQUIRED Conditional | String
    11.7 | credentials/info | 11 | 200 | cert/subjectDN | REQUIRED Conditional | String
    11.7 | credentials/info | 12 | 200 | cert/validFrom | REQUIRED Conditional | String
    11.7 | credentials/info | 13 | 200 | cert/validTo | REQUIRED Conditional | String
    11.7 | credentials/info | 14 | 200 | cert/qcStatements | REQUIRED | Array of String
    11.7 | credentials/info | 15 | 200 | cert/policy | OPTIONAL | Array of String
    11.7 | credentials/info | 16 | 200 | auth/mode | REQUIRED | String
    11.7 | credentials/info | 17 | 200 | auth/expression | OPTIONAL Conditional | String
    11.7 | credentials/info | 18 | 200 | auth/objects | REQUIRED Conditional | Array of Object
    11.7 | credentials/info | 19 | 200 | SCAL | OPTIONAL | String
    11.7 | credentials/info | 20 | 200 | multisign | REQUIRED | Integer
    11.7 | credentials/info | 21 | 200 | lang | OPTIONAL | String
    11.8 | credentials/info | 1 | 200 | auth/objects/*/type | REQUIRED | String
    11.8 | credentials/info | 2 | 200 | auth/objects/*/id | REQUIRED | String
    11.8 | credentials/info | 3 | 200 | auth/objects/*/label | OPTIONAL | String
    11.8 | credentials/info | 4 | 200 | auth/objects/*/description | OPTIONAL | String
    11.8 | credentials/authorize | 5 | 200 | SAD | REQUIRED | String
    11.8 | credentials/authorize | 6 | 200 | expiresIn | OPTIONAL | Integer
    11.8 | credentials/authorize | 7 | 202 | handle | REQUIRED | String
    11.9 | credentials/authorizeCheck | 1 | 200 | SAD | REQUIRED | String
    11.9 | credentials/authorizeCheck | 2 | 200 | expiresIn | OPTIONAL | Integer
    11.9 | credentials/authorizeCheck | 3 | 202 | handle | REQUIRED | String
    11.10 | credentials/getChallenge | 1 | 200 | challenge | REQUIRED | String
    11.11 | credentials/extendTransaction | 1 | 200 | SAD | REQUIRED | String
    11.11 | credentials/extendTransaction | 2 | 200 | expiresIn | OPTIONAL | Integer
    11.13 | signatures/signHash | 1 | 200 | signatures | REQUIRED Conditional | Array of String
    11.13 | signatures/signHash | 2 | 200 | responseID | REQUIRED Conditional | String
    11.14 | signatures/signDoc | 1 | 200 | DocumentWithSignature | REQUIRED Conditional | Array of String
    11.14 | signatures/signDoc | 2 | 200 | SignatureObject | REQUIRED Conditional | Array of String
    11.14 | signatures/signDoc | 3 | 200 | responseID | REQUIRED Conditional | String
    11.14 | signatures/signDoc | 4 | 200 | validationInfo | REQUIRED Conditional | Object
    11.14 | signatures/signDoc | 5 | 200 | validationInfo/ocsp | REQUIRED Conditional | Array of String
    11.14 | signatures/signDoc | 6 | 200 | validationInfo/crl | REQUIRED Conditional | Array of String
    11.14 | signatures/signDoc | 7 | 200 | validationInfo/certificates | REQUIRED Conditional | Array of String
    11.15 | signatures/signPolling | 1 | 200 | signatures | REQUIRED Conditional | Array of String
    11.15 | signatures/signPolling | 2 | 200 | DocumentWithSignature | REQUIRED Conditional | Array of String
    11.15 | signatures/signPolling | 3 | 200 | SignatureObject | REQUIRED Conditional | Array of String
    11.15 | signatures/signPolling | 4 | 200 | validationInfo | REQUIRED Conditional | Object
    11.16 | signatures/timestamp | 1 | 200 | timestamp | REQUIRED | String
    """#
}
