import ArgumentParser
import Conformance
import Foundation
import Octets
import Synchronization
import Vocabulary
import WireJSON

/// Runs the numbered conformance checklist against any CSC service.
@main
struct ConformanceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "csc-conformance", abstract: "Run the conformance checklist against a CSC service, v1 and v2.",
    discussion: """
      Prints passed, failed or skipped for each of \(Catalogue.items.count) items and exits with 1 if a MUST item failed. What was not given \
      is not tested; the reason says which option it takes. A secret may be given as @FILE: its first line is read.

      Signatures are made and tokens are revoked: use a test account. Wrong PINs are followed by a right one, and \
      nothing is locked unless --may-lock is given.
      """)

  @Option(name: .long, help: "The service: up to before /csc, or ending in /csc/v1 or /csc/v2.")
  var url: String?
  @Option(name: .long, help: "A sandbox.json that gives everything below.")
  var sandbox: String?
  @Option(
    name: .long, help: "Only this version: v1 or v2. Both by default, if they answer.",
    transform: { text in
      guard let version = CSCVersion(rawValue: text) else { throw ValidationError("'\(text)' is neither v1 nor v2") }
      return version
    })
  var version: CSCVersion?
  @OptionGroup(title: "The user") var user: UserOptions
  @OptionGroup(title: "The client") var client: ClientOptions
  @Option(name: .long, help: "PEM file of trusted roots for TLS instead of the system's.")
  var trustAnchor: String?
  @Option(
    name: .long, help: "Only these items: numbers, ranges, sections of 2.2.0.0, kinds; such as 1,5-9,11.8,rows.",
    transform: { text in
      guard let items = ItemSelection(text) else {
        throw ValidationError("'\(text)' is not a list of items such as 1,5-9,11.8,rows")
      }
      return items
    })
  var items: ItemSelection = .all
  @Option(name: .long, help: "Longest wait in seconds for something to expire or to finish.")
  var patience: Double?
  @Flag(name: .long, help: "Lock the credentials given with --lockable, for items 110, 111, 113, 120, 121 and 131.")
  var mayLock = false
  @Option(name: .long, help: "Write the result as JSON into this file; - for standard output, instead of the text.")
  var json: String?
  @Option(
    name: .long,
    help: "Also write a report into this file, by its ending: .txt, .json, .xml (JUnit) or .html. May be repeated.",
    transform: { path in
      guard let file = ReportFile(path) else {
        throw ValidationError("'\(path)' ends in none of .txt, .json, .xml and .html")
      }
      return file
    })
  var report: [ReportFile] = []
  @Flag(name: .long, help: "Print the checklist and do nothing.")
  var list = false

  func validate() throws {
    if !list, (url == nil) == (sandbox == nil) { throw ValidationError("give either --url or --sandbox") }
  }

  func run() async throws {
    if list { return printList() }
    let (subject, trustAnchors) = try subject()
    let writesText = json != "-"
    let text = TextReport(.init(usesColour: writesText && isatty(STDOUT_FILENO) == 1))
    let suite = Suite(
      subject, .real(trustAnchors: trustAnchors), selection: items,
      listener: writesText ? Self.listener(text) : .silent)
    let report = await suite.run()
    if writesText { print(text.summary(report)) }
    for file in self.report { try file.write(report) }
    if let json {
      let octets = report.json.indented() + Array("\n".utf8)
      if json == "-" {
        FileHandle.standardOutput.write(Data(octets))
      } else {
        try Data(octets).write(to: URL(fileURLWithPath: json))
      }
    }
    if !report.conforms { throw ExitCode.failure }
  }

  private func printList() {
    for item in Catalogue.items where items.contains(item) {
      let versions = item.versions.map(\.rawValue).joined(separator: " ")
      let cells = [
        "\(item.number)", item.kind.rawValue, item.level.rawValue, versions, item.section ?? "–", item.method,
        item.statement, item.expected,
      ]
      print(cells.joined(separator: "\t"))
    }
  }

  /// Items go to standard output as they are finished; waits go to standard error.
  private static func listener(_ text: TextReport) -> Suite.Listener {
    let pending = Mutex<String?>(nil)
    return .init(
      began: { title in pending.withLock { $0 = title } },
      finished: { result in
        if let title = pending.withLock({ title in
          defer { title = nil }; return title
        }) {
          print(text.heading(title))
        }
        print(text.line(result))
        fflush(nil)
      },
      note: { FileHandle.standardError.write(Data("  … \($0)\n".utf8)) })
  }

  private func subject() throws -> (Subject, trustAnchors: String?) {
    var subject: Subject
    var anchor = trustAnchor
    if let sandbox {
      let found = try SandboxSubject(path: sandbox)
      subject = found.subject
      anchor = anchor ?? found.trustAnchor
    } else {
      guard let url, let made = Subject(url: url) else { throw ValidationError("--url is not an http or https URL") }
      subject = made
    }
    if let version { subject.versions = [version] }
    if let patience { subject.patience = patience }
    try user.apply(to: &subject)
    try client.apply(to: &subject)
    if !mayLock { subject.lockable = [] }
    return (subject, anchor)
  }
}

/// The signer's options, and those of the credential.
struct UserOptions: ParsableArguments {
  @Option(name: .long, help: "A user's service access token; without one, the tool logs in.")
  var token: String?
  @Option(name: .long, help: "Another user's service access token, to show that jobs are their owner's.")
  var strangerToken: String?
  @Option(name: .long, help: "A credential of the user. May be repeated; without any, all that the service lists.")
  var credential: [String] = []
  @Option(name: .long, help: "For auth/login and the authorization server's pages.")
  var username: String?
  @Option(name: .long, help: "For auth/login and the authorization server's pages.")
  var password: String?
  @Option(name: .long, help: "The signing PIN.")
  var pin: String?
  @Option(name: .long, help: "The authenticator's secret in base32.")
  var totpSecret: String?
  @Option(
    name: .long, help: "Where messages to the user can be read: a JSON array of {id, credentialID, code, url}.")
  var messages: String?
  @Option(name: .long, help: "A credential that may be locked for good with --may-lock. May be repeated.")
  var lockable: [String] = []

  func apply(to subject: inout Subject) throws {
    subject.token = try Secret.value(token) ?? subject.token
    subject.strangerToken = try Secret.value(strangerToken) ?? subject.strangerToken
    if !credential.isEmpty { subject.credentials = credential }
    subject.username = username ?? subject.username
    subject.password = try Secret.value(password) ?? subject.password
    subject.pin = try Secret.value(pin) ?? subject.pin
    if let totpSecret = try Secret.value(totpSecret) {
      guard let secret = Base32.decode(totpSecret) else { throw ValidationError("--totp-secret is not base32") }
      subject.totpSecret = secret
    }
    subject.messages = messages ?? subject.messages
    if !lockable.isEmpty { subject.lockable = lockable }
  }
}

/// Other users of a machine can see arguments, so a secret may be in a file instead.
enum Secret {
  /// The first line of the file if the argument is `@FILE`, else the argument.
  static func value(_ argument: String?) throws -> String? {
    guard let argument, argument.hasPrefix("@") else { return argument }
    let path = String(argument.dropFirst())
    guard let data = FileManager.default.contents(atPath: path), let line = TextFile.firstLine(Array(data)) else {
      throw ValidationError("\(path) cannot be read, or is empty")
    }
    return line
  }
}

/// The application as the service knows it.
struct ClientOptions: ParsableArguments {
  @Option(name: .long, help: "OAuth 2.0 client.")
  var clientID: String?
  @Option(name: .long, help: "Its secret; none for a public client.")
  var clientSecret: String?
  @Option(name: .long, help: "One of its registered redirect URIs. Nothing is sent there.")
  var redirectURI: String?
  @Option(name: .long, help: "A second client, to show that codes are bound to theirs.")
  var otherClientID: String?
  @Option(name: .long, help: "The second client's secret.")
  var otherClientSecret: String?
  @Option(name: .long, help: "A client without a secret, which may not use the client credentials grant.")
  var publicClientID: String?
  @Option(name: .long, help: "A service access token for the client itself, without a user.")
  var clientToken: String?
  @Option(
    name: .long, help: "A certificate policy (OID) under which a credential may be made; it is deleted again.")
  var certificatePolicy: String?
  @Option(name: .long, help: "The user as the service knows the client's users (userID).")
  var userID: String?

  func apply(to subject: inout Subject) throws {
    if let clientID {
      guard let redirectURI = redirectURI ?? subject.client?.redirectURI else {
        throw ValidationError("--client-id needs --redirect-uri")
      }
      subject.client = OAuthClient(id: clientID, secret: try Secret.value(clientSecret), redirectURI: redirectURI)
    }
    if let otherClientID {
      subject.otherClient = OAuthClient(
        id: otherClientID, secret: try Secret.value(otherClientSecret), redirectURI: subject.client?.redirectURI ?? "")
    }
    if let publicClientID {
      subject.publicClient = OAuthClient(
        id: publicClientID, secret: nil, redirectURI: subject.client?.redirectURI ?? "")
    }
    subject.clientToken = try Secret.value(clientToken) ?? subject.clientToken
    subject.certificatePolicy = certificatePolicy ?? subject.certificatePolicy
    subject.userID = userID ?? subject.userID
  }
}
