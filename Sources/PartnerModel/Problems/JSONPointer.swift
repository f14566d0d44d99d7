internal import Octets

/// The place of a value in a body (RFC 6901).
public struct JSONPointer: Equatable, Sendable {
  public let text: String

  /// The whole body.
  public static let root = JSONPointer(text: "")

  private init(text: String) { self.text = text }

  /// The place of a member of the object at this place.
  public func member(_ name: String) -> JSONPointer {
    var text = Array(text.utf8) + [UInt8(ascii: "/")]
    for octet in name.utf8 {
      switch octet {
      case UInt8(ascii: "~"): text += "~0".utf8
      case UInt8(ascii: "/"): text += "~1".utf8
      default: text.append(octet)
      }
    }
    return JSONPointer(text: String(decoding: text, as: UTF8.self))
  }

  public static func == (left: JSONPointer, right: JSONPointer) -> Bool { left.text.isSame(as: right.text) }
}
