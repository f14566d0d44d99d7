import Conformance
import Foundation
import WireJSON

/// Everything that a sandbox tells about itself, as the subject of a conformance run.
struct SandboxSubject {
  let subject: Subject
  /// PEM file for the sandbox's TLS certificate.
  let trustAnchor: String?

  /// - Parameter path: a `sandbox.json`.
  init(path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else { throw Unusable("\(path) cannot be read") }
    guard let json = try JSONValue.parse(Array(data), limits: .configuration).object,
      let url = json["tlsBaseURL"]?.string,
      var subject = Subject(url: url)
    else { throw Unusable("\(path) is not a sandbox.json") }
    trustAnchor = json["tlsTrustAnchor"]?.string
    let users = json["users"]?.array?.compactMap(\.object) ?? []
    let user = users.first
    subject.strangerToken = users.dropFirst().first?["serviceToken"]?.string
    let name = user?["username"]?.string
    subject.username = name
    subject.password = user?["password"]?.string
    subject.pin = user?["pin"]?.string
    subject.totpSecret = user?["totpSecret"]?.string.flatMap(Base32.decode)
    subject.token = user?["serviceToken"]?.string
    subject.userID = name
    let partner = json["partner"]?.object
    subject.clientToken = partner?["serviceToken"]?.string
    let redirectURI = partner?["redirectURI"]?.string
    if let id = partner?["clientID"]?.string, let redirectURI {
      subject.client = OAuthClient(id: id, secret: partner?["clientSecret"]?.string, redirectURI: redirectURI)
    }
    let app = json["clients"]?.array?.compactMap(\.object).first { $0["label"]?.string == "public" }
    if let id = app?["clientID"]?.string, let redirectURI = app?["redirectURIs"]?.array?.first?.string {
      subject.publicClient = OAuthClient(id: id, secret: nil, redirectURI: redirectURI)
    }
    let rival = json["clients"]?.array?.compactMap(\.object).first { $0["label"]?.string == "rival" }
    if let id = rival?["clientID"]?.string, let redirectURI = rival?["redirectURIs"]?.array?.first?.string {
      subject.otherClient = OAuthClient(id: id, secret: rival?["clientSecret"]?.string, redirectURI: redirectURI)
    }
    subject.certificatePolicy = json["certificatePolicies"]?.array?.first?.string
    subject.messages = json["messages"]?.string
    let own = (json["credentials"]?.array ?? []).compactMap(\.object).filter { $0["owner"]?.string == name }
    let throwAway = own.filter { $0["label"]?.string?.hasPrefix(Self.lockablePrefix) == true }
    subject.lockable = throwAway.compactMap { $0["credentialID"]?.string }
    subject.credentials = own.compactMap { $0["credentialID"]?.string }.filter { !subject.lockable.contains($0) }
    self.subject = subject
  }

  /// Labels of credentials that exist to be locked.
  static let lockablePrefix = "lock-"

  struct Unusable: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }
}
