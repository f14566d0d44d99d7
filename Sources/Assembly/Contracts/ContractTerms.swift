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
    try draft.take("keysFile", reader)
    try draft.take("certificate", reader)
    draft.secret = try reader.optionalSecret("secretFile")
    draft.members["secretFile"] = nil
    return draft
  }

  private static func draft(_ path: String) throws -> Draft {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ConfigError(description: "cannot read \(path)")
    }
    do {
      let json = try JSONValue.parse(Array(data), limits: .configuration, extremeValues: .refused)
      let reader = try ConfigReader(json, at: path)
      return Draft(members: json.object ?? JSONObject(), secret: nil, id: try reader.string("id", longest: 255))
    } catch let error as JSONParseError {
      throw ConfigError(description: "\(path) is not strict JSON (\(error)); jq . \(path) shows where")
    }
  }
}

extension ContractTerms.Draft {
  fileprivate mutating func take(_ member: String, _ reader: ConfigReader) throws {
    if let octets = try reader.octets(member) { members[member] = .string(Base64.encode(octets)) }
  }

  /// Whether it authenticates with a secret.
  var needsSecret: Bool {
    let methods = members["authentication"]?.array?.compactMap(\.string) ?? []
    return methods.contains { $0.hasPrefix("client_secret_") }
  }
}
