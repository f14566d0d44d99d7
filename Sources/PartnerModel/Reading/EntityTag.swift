internal import Octets

/// The version of a resource (RFC 9110 §8.8.3): its revision, a number that each change makes greater by one. A member
/// that a token's scopes do not show is a part of the resource all the same.
public enum EntityTag {
  /// The value of `ETag`.
  public static func text(_ revision: Int64) -> String { "\"\(revision)\"" }

  /// The condition of `If-Match` (RFC 9110 §13.1.1).
  public enum Match: Equatable, Sendable {
    /// Any version will do.
    case any
    case tags([String])

    /// Tags that are looked at.
    private static let most = 16

    /// - Parameter fields: values of all fields of this name. None at all are no condition.
    /// - Throws: `precondition-invalid`.
    public init(fields: [String]) throws(Problem) {
      guard !fields.isEmpty else {
        self = .any
        return
      }
      let members = fields.joined(separator: ",").parts(separatedBy: UInt8(ascii: ","), most: Self.most + 1)
        .map { $0.trimmed() }.filter { !$0.isEmpty }
      guard !members.isEmpty, members.count <= Self.most else { throw Problem(.preconditionInvalid) }
      if members.count == 1, members[0] == "*" {
        self = .any
        return
      }
      for member in members {
        let opaque = member.startsWithOctets(of: "W/") ? member.dropFirst(2) : member
        let inside = opaque.utf8.dropFirst().dropLast()
        guard opaque.utf8.count >= 2, opaque.utf8.first == UInt8(ascii: "\""), opaque.utf8.last == UInt8(ascii: "\""),
          inside.allSatisfy({ $0 == 0x21 || 0x23...0x7e ~= $0 || $0 >= 0x80 })
        else { throw Problem(.preconditionInvalid) }
      }
      self = .tags(members.map(String.init))
    }

    /// Whether a resource of this revision fulfils it. A weak tag is never the same as ours (RFC 9110 §8.8.3.2).
    public func isFulfilled(by revision: Int64) -> Bool {
      switch self {
      case .any: true
      case .tags(let tags): tags.containsSame(as: EntityTag.text(revision))
      }
    }
  }
}
