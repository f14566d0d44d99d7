import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Registry
import SoleControl
import Testing
import Texts
import Vocabulary

@testable import HTTPGateway

/// Pages, and the HTML of a page taken apart.
struct PagesFixture {
  static let partner = PartnerID("portal")
  static let png: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]

  let pages: Pages

  /// Of the partner's pages.
  let look: Look

  init(
    frameOrigins: [String] = [], logo: Bool = true, change: (inout Partner.Brand) -> Void = { _ in }
  ) async throws {
    var partner = Partner(id: Self.partner, name: "Example Portal")
    partner.brand.colour = "#ffcc00"
    partner.brand.logo = logo ? Self.png : nil
    partner.brand.words = [
      "en": .init(
        welcome: "Good to see you", terms: "https://portal.example/terms", privacy: "https://portal.example/privacy",
        help: "https://portal.example/help"),
      "de": .init(welcome: "Willkommen"),
    ]
    partner.brand.frameOrigins = frameOrigins
    change(&partner.brand)
    pages = Pages(
      serviceName: "Example Signing", language: "en-GB", partners: MemoryPartnerDirectory([partner]))
    look = try await pages.looks.look(of: Self.partner)
  }

  static func logIn(client: String = "Example Portal", message: PageMessage? = nil) -> LogInView {
    LogInView(transaction: "t1", csrf: "c1", client: client, message: message)
  }

  static func signing(
    labels: [String?] = ["Contract", "Annex"], count: Int? = nil, factors: [SigningView.Factor] = pinAndCode,
    description: String? = nil
  ) -> SigningView {
    SigningView(
      credential: "Alice Example, p256",
      certificate: .init(
        subject: "CN=Alice Example,2.5.4.42=#0C05416C696365,C=AT", issuer: "CN=Example CA,O=Example Trust,C=AT",
        validTo: 1_861_833_600),
      documents: labels.enumerated().map {
        .init(label: $0.element, digest: [UInt8(truncatingIfNeeded: $0.offset)] + [UInt8](repeating: 0xab, count: 31))
      }, hashName: "SHA-256", numSignatures: count ?? labels.count, description: description, factors: factors)
  }

  static let pinAndCode = [SigningView.Factor(kind: .typed(.pin)), SigningView.Factor(kind: .typed(.otp))]

  static func consent(
    _ signing: SigningView? = signing(), client: String = "Example Portal", message: PageMessage? = nil
  ) -> ConsentView {
    ConsentView(
      transaction: "t1", csrf: "c1", client: client, signer: "alice",
      scope: signing.map { .credential($0) } ?? .service, message: message)
  }

  static func consent(scope: ConsentView.Scope, message: PageMessage? = nil) -> ConsentView {
    ConsentView(
      transaction: "t1", csrf: "c1", client: "Example Portal", signer: "alice", scope: scope, message: message)
  }

  static let creation = CreationView(
    policyName: "Advanced <certificate>", policy: "1.3.6.1.4.1.32473.9", subject: "Alice Example", givenName: "Alice",
    surname: "Example", country: "AT", issuer: "CN=Example CA,O=Example Trust,C=AT", days: 365,
    credential: "Alice Example, p256", factors: [SigningView.Factor(kind: .typed(.pin))])

  static func deletion(_ factors: [SigningView.Factor] = pinAndCode, isRevoked: Bool = true) -> DeletionView {
    DeletionView(
      credential: "Alice Example, p256", certificate: signing().certificate, isRevoked: isRevoked, factors: factors)
  }

  static func choice(isCreation: Bool, name: String = "Alice Example") -> ChoiceView {
    let options = ["1.3.6.1.4.1.32473.8", "1.3.6.1.4.1.32473.9"].map { value in
      ChoiceView.Option(
        value: value, name: name, certificate: isCreation ? nil : (serialNumber: "4A1B", validTo: 1_861_833_600))
    }
    return ChoiceView(isCreation: isCreation, options: options, isCut: !isCreation)
  }

  func consent(_ view: ConsentView, _ language: Language = .english) async throws -> HTML {
    try await HTML(pages.consent(view, of: look, in: language, redirectingTo: []))
  }

  /// One of each page in each of its states that differ in their parts.
  func all(_ language: Language) async throws -> [HTML] {
    var responses = [
      pages.logIn(Self.logIn(), of: look, in: language, redirectingTo: []),
      pages.logIn(Self.logIn(message: .logInFailed), of: nil, in: language, redirectingTo: []),
      pages.consent(Self.consent(nil), of: look, in: language, redirectingTo: []),
      pages.forward(ForwardView(url: "https://eid.example/authorize?a=1&b=2"), of: look, in: language),
    ]
    let fields: [PageMessage.Field] =
      [.username, .password, .newPIN, .repeatedPIN] + FactorID.allCases.map { .factor($0) }
    let messages: [PageMessage?] =
      [nil, .notEnough, .codeSent, .codeNotSent, .tooManyTries, .busy]
      + fields.flatMap { [.missing($0), .wrong($0), .locked($0)] }
    let factors: [SigningView.Factor] = [
      .init(kind: .typed(.pin)), .init(kind: .typed(.otp), isRequired: false),
      .init(kind: .sent(.sms, wasSent: false), isRequired: false),
      .init(kind: .eid(isDone: false), isRequired: false),
    ]
    for message in messages {
      let view = Self.consent(Self.signing(labels: ["A", nil], count: 3, factors: factors), message: message)
      responses.append(pages.consent(view, of: look, in: language, redirectingTo: []))
    }
    for message: PageMessage? in [nil, .missing(.newPIN), .missing(.repeatedPIN), .unsuitablePIN, .pinsDiffer] {
      let view = Self.consent(scope: .creation(Self.creation), message: message)
      responses.append(pages.consent(view, of: look, in: language, redirectingTo: []))
    }
    for message: PageMessage? in [nil, .wrong(.factor(.pin)), .codeSent] {
      let view = Self.consent(scope: .deletion(Self.deletion(factors)), message: message)
      responses.append(pages.consent(view, of: look, in: language, redirectingTo: []))
    }
    for message: PageMessage? in [nil, .nothingChosen] {
      for isCreation in [true, false] {
        let view = Self.consent(scope: .choice(Self.choice(isCreation: isCreation)), message: message)
        responses.append(pages.consent(view, of: look, in: language, redirectingTo: []))
      }
    }
    let others: [[SigningView.Factor]] = [
      [], [.init(kind: .eid(isDone: false))], [.init(kind: .eid(isDone: true)), .init(kind: .typed(.pin))],
    ]
    for factors in others {
      let view = ConfirmView(
        action: "/confirm/abc", transaction: "t1", csrf: "c1", client: "Example Portal",
        signing: Self.signing(labels: Array(repeating: "A", count: 40), factors: factors))
      responses.append(pages.confirm(view, of: look, in: language))
    }
    for kind in ErrorView.Kind.allCases {
      responses.append(
        pages.error(ErrorView(kind: kind, detail: "Invalid parameter x", requestID: "r1"), of: nil, in: language))
    }
    for kind in DoneView.Kind.allCases {
      let view = DoneView(kind: kind, client: "Example Portal", continueURL: "https://portal.example/")
      responses.append(pages.done(view, of: look, in: language))
    }
    var html: [HTML] = []
    for response in responses { html.append(try await HTML(response)) }
    return html
  }
}

/// A page, and its tags.
struct HTML {
  struct Tag {
    let name: String
    let attributes: [String: String]
    subscript(name: String) -> String? { attributes[name] }
  }

  let status: Int
  let headers: HTTPFields
  let text: String
  let tags: [Tag]
  /// The text without the tags.
  let content: String

  init(_ response: Response) async throws {
    let router = Router()
    router.get("/") { _, _ in response }
    (status, headers, text) = try await Application(router: router).test(.router) { client in
      try await client.execute(uri: "/", method: .get) { answer in
        (answer.status.code, answer.headers, String(buffer: answer.body))
      }
    }
    let tag = /<([a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"<>]*")?)*)\s*>/
    tags = text.matches(of: tag).map { match in
      let attributes = match.2.matches(of: /([a-z-]+)(?:="([^"]*)")?/).map { (String($0.1), String($0.2 ?? "")) }
      return Tag(name: String(match.1), attributes: Dictionary(attributes) { first, _ in "doubled: \(first)" })
    }
    content = text.replacing("<!DOCTYPE html>", with: "").replacing(tag, with: "").replacing(/<\/[a-z0-9]+>/, with: "")
  }

  func tags(_ name: String) -> [Tag] { tags.filter { $0.name == name } }
  func tag(id: String) -> Tag? { tags.first { $0["id"] == id } }
  /// The names of the tags and of their attributes: what a value must not be able to change.
  var skeleton: [String] { tags.map { "\($0.name) \($0.attributes.keys.sorted())" } }
}
