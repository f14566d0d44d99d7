internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Octets
internal import Vocabulary

/// The files of a folder that pages refer to. Their names hold a digest of their content, so they can be kept for ever.
struct PageAssets: Sendable {
  private struct Asset: Sendable {
    let type: String
    let octets: [UInt8]
  }

  private let folder: String
  private var assets: [String: Asset] = [:]

  init(folder: String) { self.folder = folder }

  /// Adds a file.
  ///
  /// - Returns: its path.
  mutating func add(_ name: String, _ end: String, _ type: String, _ octets: [UInt8]) -> String {
    let digest = Hex.encode(OctetDigest.sha256(octets).prefix(8))
    let path = "\(folder)/\(name)-\(digest).\(end)"
    assets[path] = Asset(type: type, octets: octets)
    return path
  }

  mutating func add(_ name: String, _ end: String, _ type: String, _ text: String) -> String {
    add(name, end, type, Array(text.utf8))
  }

  /// The file at a path as it stands in the request; nil if there is none.
  func response(_ path: String) -> Response? {
    guard let asset = assets[path] else { return nil }
    return Response(
      status: .ok,
      headers: [
        .contentType: asset.type, .cacheControl: "public, max-age=31536000, immutable",
        .xContentTypeOptions: "nosniff", .crossOriginResourcePolicy: "same-origin",
        // A picture of a partner that is opened by itself can do nothing.
        .contentSecurityPolicy: "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
      ], body: ResponseBody(byteBuffer: ByteBuffer(bytes: asset.octets)))
  }
}

/// A brand with the files of its pages.
struct Look: Sendable {
  static let stylesheet = "text/css; charset=utf-8"

  let brand: Brand
  private(set) var assets: PageAssets
  /// Paths of its files.
  let style, icon: String
  let logo: String?

  /// Whether the partner's own pages may show ours.
  var isFramed: Bool { !brand.frameOrigins.isEmpty }

  init(_ brand: Brand, folder: String) {
    self.brand = brand
    var assets = PageAssets(folder: folder)
    style = assets.add("colours", "css", Self.stylesheet, PageStyle.colours(of: brand.colour))
    icon = assets.add("icon", "svg", BrandLogo.Kind.svg.rawValue, Mark.svg(brand.colour))
    logo = brand.logo.map { assets.add("logo", $0.kind.fileExtension, $0.kind.rawValue, $0.octets) }
    self.assets = assets
  }
}
