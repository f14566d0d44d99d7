internal import Hummingbird
internal import Octets
internal import Registry
internal import Vocabulary

/// The looks of the pages: each partner's, made from its record when that has changed, and the service's own.
struct Looks: Sendable {
  /// Partners whose looks are kept. One has at most a logo, of 256 KiB.
  private static let mostPartners = 200
  private static let folder = "/brand/"

  /// Of pages that belong to no partner, and of those whose partner is not there.
  let standard: Look
  private let partners: any PartnerDirectory
  private let made = PartnerCache<Look>(capacity: Self.mostPartners)

  init(_ partners: any PartnerDirectory, serviceName: String) {
    self.partners = partners
    standard = Look(Brand(serviceName: serviceName), folder: "/assets")
  }

  /// The look of a partner's pages.
  func look(of id: PartnerID) async throws -> Look { try await named(id).look }

  /// The same, and the partner's name as its customers know it.
  func named(_ id: PartnerID) async throws -> (look: Look, name: String) {
    guard let partner = try await partners.partner(id) else { return (standard, id.rawValue) }
    return (try look(of: partner), partner.name)
  }

  /// The file at a path below `/brand`; nil if there is none, or not any more.
  func file(_ path: String) async throws -> Response? {
    guard path.startsWithOctets(of: Self.folder) else { return nil }
    let segment = path.utf8.dropFirst(Self.folder.utf8.count).prefix { $0 != UInt8(ascii: "/") }
    guard let octets = PercentText.decode(segment), let id = String(validating: octets, as: UTF8.self),
      let partner = try await partners.partner(PartnerID(id))
    else { return nil }
    return try look(of: partner).assets.response(path)
  }

  private func look(of partner: Partner) throws -> Look {
    // Its id as one segment of a path.
    let segment = PercentText.encode(partner.id.rawValue, plain: .alphanumeric)
    return try made.value(for: partner) { Look(try Brand($0), folder: Self.folder + segment) }
  }
}
