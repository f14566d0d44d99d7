internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Octets
internal import Vocabulary

/// The files that pages refer to. Their names hold a digest of their content, so they can be kept for ever.
struct PageAssets: Sendable {
  private struct Asset: Sendable {
    let type: String
    let octets: [UInt8]
  }

  /// Paths of the files of one brand.
  struct Paths: Sendable {
    let style, icon: String
    let logo: String?
  }

  private var assets: [String: Asset] = [:]
  private(set) var style = ""
  private(set) var standard: Paths
  private(set) var brands: [PartnerID: Paths] = [:]

  init(standard: Brand, brands: [PartnerID: Brand]) {
    self.standard = Paths(style: "", icon: "", logo: nil)
    style = add(folder: "/assets", "pages", "css", "text/css; charset=utf-8", PageStyle.text)
    self.standard = add(standard, folder: "/assets")
    for (partner, brand) in brands { self.brands[partner] = add(brand, folder: "/brand/" + Self.segment(partner)) }
  }

  private mutating func add(_ brand: Brand, folder: String) -> Paths {
    Paths(
      style: add(folder: folder, "colours", "css", "text/css; charset=utf-8", PageStyle.colours(of: brand.colour)),
      icon: add(folder: folder, "icon", "svg", BrandLogo.Kind.svg.rawValue, Mark.svg(brand.colour)),
      logo: brand.logo.map { add(folder: folder, "logo", $0.kind.fileExtension, $0.kind.rawValue, $0.octets) })
  }

  private mutating func add(folder: String, _ name: String, _ end: String, _ type: String, _ text: String) -> String {
    add(folder: folder, name, end, type, Array(text.utf8))
  }

  private mutating func add(folder: String, _ name: String, _ end: String, _ type: String, _ octets: [UInt8]) -> String
  {
    let digest = Hex.encode(OctetDigest.sha256(octets).prefix(8))
    let path = "\(folder)/\(name)-\(digest).\(end)"
    assets[path] = Asset(type: type, octets: octets)
    return path
  }

  /// A partner's id as one segment of a path.
  private static func segment(_ partner: PartnerID) -> String {
    PercentText.encode(partner.rawValue, plain: .alphanumeric)
  }

  /// The file at a path as it stands in the request, 404 for any other.
  func response(_ path: String) -> Response {
    guard let asset = assets[path] else { return Response(text: "not found\n", status: .notFound) }
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
