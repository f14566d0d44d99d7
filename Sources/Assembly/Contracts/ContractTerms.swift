import Contracts
import Foundation
import Octets
import Registry
import Vocabulary
import WireJSON

/// Partners and clients as contracts have them: read by the reader of configurations, with every check of it.
enum ContractTerms {
  static func name(_ id: PartnerID) -> String { "partner \(id)" }
  static func name(_ id: ClientID) -> String { "client \(id)" }

  // MARK: From the store

  /// - Throws: `ConfigError`, or a fault of its secret.
  static func partner(
    _ stored: StoredPartner, _ secrets: ContractSecrets, notes: ConfigNotes = ConfigNotes()
  ) throws -> Partner {
    let name = name(stored.id)
    let reader = try reader(name, stored.record, secrets, notes)
    var partner = try Partner(reader)
    guard partner.id == stored.id else { throw reader.error("id", "is not that of the contract") }
    partner.isSuspended = stored.isSuspended
    return partner
  }

  static func client(
    _ stored: StoredClient, _ secrets: ContractSecrets, notes: ConfigNotes = ConfigNotes()
  ) throws -> Client {
    let reader = try reader(name(stored.id), stored.record, secrets, notes)
    let client = try Client(reader, partner: stored.partner)
    guard client.id == stored.id else { throw reader.error("id", "is not that of the contract") }
    return client
  }

  static func reader(
    _ name: String, _ record: ContractRecord, _ secrets: ContractSecrets, _ notes: ConfigNotes
  ) throws -> ConfigReader {
    let secret = try record.sealed.map { try secrets.open($0, of: name) }
    return try ConfigReader(
      .object(record.members), at: name, notes: notes, contents: .record(secret: secret))
  }

  // MARK: From a file

  /// A file's object with the contents in the place of the files that it names.
  struct Draft {
    var members: JSONObject
    var secret: String?
    let id: String
  }

  /// - Parameter path: of a file with a partner, as a configuration has it in `partners`, without `clients`.
  static func partnerDraft(_ path: String) throws -> Draft {
    var draft = try draft(path)
    let reader = try ConfigReader(.object(draft.members), at: path)
    guard draft.members["clients"] == nil else {
      throw reader.error("clients", "are added one by one, with 'countersign client add'")
    }
    try draft.take("logo", reader)
    if let webhooks = try reader.optional("webhooks"), var members = draft.members["webhooks"]?.object {
      draft.secret = try webhooks.optionalSecret("secretFile")
      members["secretFile"] = nil
      draft.members["webhooks"] = .object(members)
    }
    return draft
  }

  /// - Parameter path: of a file with a client, as a configuration has it in `clients`.
  static func clientDraft(_ path: String) throws -> Draft {
    var draft = try draft(path)
    let reader = try ConfigReader(.object(draft.members), at: path)
    try draft.takeKeys(reader)
    try draft.takeCertificate(reader)
    draft.secret = try reader.optionalSecret("secretFile")
    draft.members["secretFile"] = nil
    return draft
  }

  private static func draft(_ path: String) throws -> Draft {
    let data = try contents(path, most: mostOfRecord)
    do {
      let json = try JSONValue.parse(data, limits: .configuration, extremeValues: .refused)
      let reader = try ConfigReader(json, at: path)
      return Draft(members: json.object ?? JSONObject(), secret: nil, id: try reader.string("id", longest: 255))
    } catch let error as JSONParseError {
      throw ConfigError(description: "\(path) is not strict JSON (\(error)); jq . \(path) shows where")
    }
  }
}

extension ContractTerms {
  /// Octets of an operator's file, and of each that it names.
  private static let mostOfRecord = 1 << 20
  fileprivate static let mostOfPicture = 1 << 20
  fileprivate static let mostOfKeys = 256 << 10
  fileprivate static let mostOfCertificate = 64 << 10

  /// Looked at before it is read.
  fileprivate static func contents(_ path: String, most: Int) throws -> [UInt8] {
    var status = stat()
    guard stat(path, &status) == 0 else { throw ConfigError(description: "cannot read \(path)") }
    guard status.st_size <= most else { throw ConfigError(description: "\(path) has more than \(most) octets") }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ConfigError(description: "cannot read \(path)")
    }
    return [UInt8](data)
  }
}

extension ContractTerms.Draft {
  /// Members of a JWK that are secret (RFC 7518 §6.2.2, §6.3.2, §6.4.1).
  private static let secretMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]

  fileprivate mutating func take(_ member: String, _ reader: ConfigReader) throws {
    guard let path = try reader.optionalString(member) else { return }
    let octets = try ContractTerms.contents(path, most: ContractTerms.mostOfPicture)
    members[member] = .string(Base64.encode(octets))
  }

  /// A set of public keys.
  fileprivate mutating func takeKeys(_ reader: ConfigReader) throws {
    guard let path = try reader.optionalString("keysFile") else { return }
    let octets = try ContractTerms.contents(path, most: ContractTerms.mostOfKeys)
    guard let keys = try? JSONValue.parse(octets, limits: .configuration).object?["keys"]?.array else {
      throw reader.error("keysFile", "is not a JWK set: \(path)")
    }
    for name in Self.secretMembers where keys.contains(where: { $0.object?[name] != nil }) {
      throw reader.error("keysFile", "has a private key (\"\(name)\"), which the client keeps to itself: \(path)")
    }
    members["keysFile"] = .string(Base64.encode(octets))
  }

  /// The certificate alone, whatever else the file has.
  fileprivate mutating func takeCertificate(_ reader: ConfigReader) throws {
    guard let path = try reader.optionalString("certificate") else { return }
    let octets = try ContractTerms.contents(path, most: ContractTerms.mostOfCertificate)
    guard !String(decoding: octets, as: UTF8.self).contains("PRIVATE KEY-----") else {
      throw reader.error("certificate", "has a private key, which the client keeps to itself: \(path)")
    }
    guard let der = PEM.certificate(octets) else {
      throw reader.error("certificate", "is not a PEM certificate: \(path)")
    }
    let text = "-----BEGIN CERTIFICATE-----\n\(Base64.encode(der))\n-----END CERTIFICATE-----\n"
    members["certificate"] = .string(Base64.encode(Array(text.utf8)))
  }

  /// Whether it authenticates with a secret.
  var needsSecret: Bool {
    let methods = members["authentication"]?.array?.compactMap(\.string) ?? []
    return methods.contains { $0.hasPrefix("client_secret_") }
  }
}
