internal import Crypto
internal import Octets
public import Vocabulary

/// A place in a list, after which the next page begins.
public struct ListPlace: Equatable, Sendable {
  public let created: UnixTime
  public let id: String

  public init(created: UnixTime, id: String) {
    self.created = created
    self.id = id
  }
}

/// Makes and reads the cursors of lists. A cursor is the place of a page's last item under a MAC over that place, the
/// partner, the list, and its order and filters: it is good for the same list of the same partner alone.
public struct Cursors: Sendable {
  private let key: SymmetricKey

  private static let placeLength = 8
  private static let codeLength = 32
  private static let longestID = 64

  /// - Parameter secret: the same in every gateway of the service.
  public init(secret: [UInt8]) {
    key = HKDF<SHA256>.deriveKey(
      inputKeyMaterial: SymmetricKey(data: secret), info: Array("countersign cursors".utf8), outputByteCount: 32)
  }

  /// - Parameter list: name of the list.
  public func text(_ place: ListPlace, _ query: ListQuery, of list: String, for partner: PartnerID) -> String {
    let place = Self.octets(place)
    return Base64.encodeURL(place + code(place, query, list, partner))
  }

  /// The place after which the page begins that a query asks for; nil if that is the first one.
  ///
  /// - Throws: `cursor-invalid`.
  public func place(_ query: ListQuery, of list: String, for partner: PartnerID) throws(Problem) -> ListPlace? {
    guard let text = query.cursor else { return nil }
    let lengths = Self.placeLength + 1 + Self.codeLength...Self.placeLength + Self.longestID + Self.codeLength
    guard text.utf8.count <= 160, let octets = Base64.decodeURL(text), lengths ~= octets.count else {
      throw Problem(.cursorInvalid)
    }
    let place = Array(octets.dropLast(Self.codeLength))
    guard ConstantTime.isEqual(Array(octets.suffix(Self.codeLength)), code(place, query, list, partner)) else {
      throw Problem(.cursorInvalid)
    }
    let created = place.prefix(Self.placeLength).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return ListPlace(
      created: UnixTime(bitPattern: created),
      id: String(decoding: place.dropFirst(Self.placeLength), as: UTF8.self))
  }

  private static func octets(_ place: ListPlace) -> [UInt8] {
    withUnsafeBytes(of: UInt64(bitPattern: place.created).bigEndian) { Array($0) } + Array(place.id.utf8)
  }

  private func code(_ place: [UInt8], _ query: ListQuery, _ list: String, _ partner: PartnerID) -> [UInt8] {
    // Parts of a fixed length first; each of the others is digested.
    let message = query.digest + OctetDigest.sha256(list) + OctetDigest.sha256(partner.rawValue) + place
    return Array(HMAC<SHA256>.authenticationCode(for: message, using: key))
  }
}
