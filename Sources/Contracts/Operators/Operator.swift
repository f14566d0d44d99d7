public import Vocabulary

/// A person who may change contracts, under a key of their own (ETSI EN 319 411-1 OVR-6.4.3).
public struct Operator: Sendable, Equatable {
  public enum Role: String, Sendable, CaseIterable {
    /// Proposes and carries out changes of contracts.
    case registrar
    /// Runs the machines.
    case technician
    /// Approves what another one has proposed.
    case approver
    /// Looks at everything and changes nothing.
    case auditor
  }

  public enum State: String, Sendable {
    case active
    /// For good: the log names the person by this id.
    case removed
  }

  /// Lower-case letters, digits, `.`, `_` and `-`; the first is a letter. Stands in the log.
  public let id: String
  public let roles: Set<Role>
  public let key: OperatorKey
  public var state: State
  /// Seconds since 1970.
  public let added: UnixTime

  public init(id: String, roles: Set<Role>, key: OperatorKey, state: State = .active, added: UnixTime) {
    self.id = id
    self.roles = roles
    self.key = key
    self.state = state
    self.added = added
  }

  /// Whether the operator acts, and in this role.
  public func acts(as role: Role) -> Bool { state == .active && roles.contains(role) }

  /// Whether a text can be an operator's id.
  public static func isID(_ text: String) -> Bool {
    let octets = Array(text.utf8)
    return 1...64 ~= octets.count && isLetter(octets[0])
      && octets.allSatisfy { isLetter($0) || 48...57 ~= $0 || ".-_".utf8.contains($0) }
  }

  private static func isLetter(_ octet: UInt8) -> Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= octet }
}
