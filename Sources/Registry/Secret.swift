/// A secret that a partner shares with the service. Does not show its octets in any text.
public struct Secret: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
  public let octets: [UInt8]

  public init(octets: [UInt8]) { self.octets = octets }
  /// - Parameter text: its UTF-8 octets are the secret.
  public init(_ text: String) { octets = Array(text.utf8) }

  public var description: String { "(secret)" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
