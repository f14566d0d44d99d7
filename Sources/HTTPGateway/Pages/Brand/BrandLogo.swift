/// A partner's picture. Its octets tell its type, not the partner; files of other types are not served.
struct BrandLogo: Sendable, Hashable {
  enum Kind: String, Sendable {
    case png = "image/png"
    case jpeg = "image/jpeg"
    case webp = "image/webp"
    case svg = "image/svg+xml"

    var fileExtension: String {
      switch self {
      case .png: "png"
      case .jpeg: "jpg"
      case .webp: "webp"
      case .svg: "svg"
      }
    }
  }

  let octets: [UInt8]
  let kind: Kind

  /// A logo that is larger is a mistake.
  static let largest = 256 * 1024

  init(octets: [UInt8]) throws(BrandError) {
    guard octets.count <= Self.largest else { throw BrandError("logo", "is larger than \(Self.largest) octets") }
    guard let kind = Self.kind(octets) else { throw BrandError("logo", "is not a PNG, JPEG, WebP or SVG picture") }
    self.octets = octets
    self.kind = kind
  }

  private static func kind(_ octets: [UInt8]) -> Kind? {
    if octets.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) { return .png }
    if octets.starts(with: [0xff, 0xd8, 0xff]) { return .jpeg }
    if octets.starts(with: Array("RIFF".utf8)), octets.dropFirst(8).starts(with: Array("WEBP".utf8)) { return .webp }
    guard let text = String(validating: octets, as: UTF8.self) else { return nil }
    let start = text.drop(while: \.isWhitespace)
    return (start.hasPrefix("<svg") || start.hasPrefix("<?xml")) && text.contains("<svg") ? .svg : nil
  }
}
