import SoleControl
import Vocabulary
import WireJSON

/// `sandbox.json`: what a client of the sandbox must know (design §3).
struct SandboxAnswer: Sendable {
  let seed: SandboxSeed
  let folder: SandboxFolder
  let port, tlsPort, mtlsPort: Int
  let callbackOrigin: String
  let providers: [SandboxEIDProvider]

  var baseURL: String { "http://127.0.0.1:\(port)" }
  var tlsBaseURL: String { "https://127.0.0.1:\(tlsPort)" }

  var json: JSONValue {
    [
      "baseURL": .string(baseURL), "tlsBaseURL": .string(tlsBaseURL),
      "mtlsBaseURL": .string("https://127.0.0.1:\(mtlsPort)"),
      "tlsTrustAnchor": .string(folder.path("tls-certificate.pem")),
      "signingRoot": .string(folder.path("signing-root.pem")),
      "users": .array(seed.users.map(Self.user)),
      "partner": [
        "clientID": .string(seed.partner), "clientSecret": .string(seed.clientSecret),
        "assertionKey": .string(folder.path("partner-assertion-key.pem")), "redirectURI": .string(seed.redirectURI),
        "serviceToken": .string(seed.partnerToken), "webhookSecret": .string(seed.webhookSecret),
        "browserOrigins": .array(SandboxClients.browserOrigins.map(JSONValue.string)),
        "statements": [
          "issuer": .string(SandboxClients.statementIssuer), "audience": .string(tlsBaseURL),
          "keyID": .string(SandboxClients.statementKeyID),
        ],
      ],
      "clients": SandboxClients(seed: seed, folder: folder, callbackOrigin: callbackOrigin).json,
      "certificatePolicies": .array(SandboxAuthority.policies.map(JSONValue.string)),
      "credentials": .array(
        SandboxPopulation.plan.map { credential($0, seed.credentialIDs[$0.label] ?? "") }
          + providers.flatMap { provider in provider.lines.map { credential($0, provider.credentialID($0)) } }),
      "eid": [
        "issuer": .string(seed.eidIssuer), "clientID": .string(seed.eidClientID),
        "app": .string(seed.eidIssuer + "/app"),
      ],
      "messages": .string(seed.messages), "callbackOrigin": .string(callbackOrigin),
      "adminToken": .string(seed.adminToken),
      "partnerAPI": ["url": .string(tlsBaseURL + "/partner/v1"), "clientID": .string(SandboxClients.deskID)],
    ]
  }

  private static func user(_ user: SandboxSeed.User) -> JSONValue {
    [
      "username": .string(user.username), "password": .string(user.password), "pin": .string(user.pin),
      "totpSecret": .string(user.totpSecret), "serviceToken": .string(user.serviceToken),
      "eidSubject": .string(user.eidSubject),
    ]
  }

  private func credential(_ line: SandboxPopulation.CredentialSpec, _ id: String) -> JSONValue {
    let factors = line.expression.flatMap(FactorExpression.init(parsing:))?.factors.map(\.rawValue).sorted() ?? []
    return [
      "label": .string(line.label), "credentialID": .string(id),
      "owner": .string(line.owner), "key": .string(line.key.name), "scal": .integer(Int64(line.scal.rawValue)),
      "authMode": .string(line.mode.rawValue), "factors": .array(factors.map(JSONValue.string)),
    ]
  }
}
