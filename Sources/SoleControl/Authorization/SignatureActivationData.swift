import Octets
import Crypto
public import Vocabulary
package import WireJSON

/// SAD: the token that unlocks a key for the signatures that its owner authorized (design §5).
///
/// On the wire `base64url(id ‖ mac)`: 16 random octets and the device's HMAC-SHA-256 over the id and the
/// canonical binding. The ledger keeps the binding and only a digest of the SAD: a reader of the ledger cannot present
/// a SAD, and an editor of the binding makes the SAD fail.
public struct SignatureActivationData: Sendable, Equatable {
  public static let idLength = 16
  static let macLength = 32
  /// Characters of its text on the wire: base64url without padding.
  public static let textLength = (idLength + macLength) / 3 * 4

  let id: [UInt8]
  let mac: [UInt8]

  init(id: [UInt8], mac: [UInt8]) {
    self.id = id
    self.mac = mac
  }

  /// Nil if the octets have not the length of a SAD. Says nothing about whether it was ever issued.
  public init?(octets: [UInt8]) {
    guard octets.count == Self.idLength + Self.macLength else { return nil }
    self.init(id: Array(octets.prefix(Self.idLength)), mac: Array(octets.suffix(Self.macLength)))
  }

  public var octets: [UInt8] { id + mac }

  /// Input of the MAC by which the device tells whether this SAD is for the binding that the ledger has.
  func message(over activation: Activation) -> (key: MACKey, message: [UInt8]) {
    (.activation, id + activation.binding)
  }

  func isRight(_ mac: [UInt8]) -> Bool { ConstantTime.isEqual(mac, self.mac) }

  /// SHA-256 of the octets: the name under which the ledger keeps the binding.
  var digest: ActivationDigest { ActivationDigest(OctetDigest.sha256(octets)) }
}

/// The ledger's name of a SAD, from which the SAD cannot be derived.
public struct ActivationDigest: Hashable, Sendable {
  public let bytes: [UInt8]
  public init(_ bytes: [UInt8]) { self.bytes = bytes }
}

/// Everything a SAD stands for. Its canonical text is what the device's MAC covers.
public struct Binding: CanonicalObject, Sendable, Equatable {
  public var service: String
  public var partner: PartnerID
  /// For a SAD that the authorization server gave: the client that alone may present it, also as a bearer.
  public var client: ClientID?
  public var signer: SignerID
  public var credential: CredentialID
  public var scal: SCAL
  public var numSignatures: Int
  public var hashAlgorithm: HashAlgorithm?
  /// Authorized digests in request order, one per occurrence. Empty: any digest may be signed (SCAL 1 only).
  /// Fewer than `numSignatures`: the rest is for an extension of the transaction to name.
  public var digests: [[UInt8]]
  /// All that goes with each of the digests, in their order; empty if nothing was said of any.
  public var terms: [AuthorizedTerms?] = []
  /// Whether the request could name terms: then a digest without any was authorized with none.
  public var saysTerms = false
  public var evidence: [Evidence]
  public var issued, expires: UnixTime
  /// Beginning of the transaction, if this SAD extends it; nil if it began with this one.
  public var began: UnixTime?

  package var object: JSONObject {
    var object = JSONObject([
      ("service", .string(service)), ("partner", .string(partner.rawValue)), ("signer", .string(signer.rawValue)),
      ("credential", .string(credential.rawValue)), ("scal", .integer(Int64(scal.rawValue))),
      ("numSignatures", .integer(Int64(numSignatures))),
      ("digests", .octets(digests)),
      ("evidence", .array(evidence.map(\.json))),
      ("issued", .integer(issued)), ("expires", .integer(expires)),
    ])
    if let client { object["client"] = .string(client.rawValue) }
    if let began { object["began"] = .integer(began) }
    if let hashAlgorithm { object["hashAlgorithm"] = .string(hashAlgorithm.rawValue) }
    if !terms.isEmpty { object["terms"] = terms.json }
    if saysTerms { object["saysTerms"] = true }
    return object
  }

  package init?(object: JSONObject) {
    guard let service = object["service"]?.string, let partner = object["partner"]?.string,
      let signer = object["signer"]?.string, let credential = object["credential"]?.string,
      let scal = object["scal"]?.integer.flatMap({ SCAL(rawValue: Int($0)) }),
      let numSignatures = object["numSignatures"]?.integer,
      let digests = object.listOfOctets("digests"),
      let evidence = object["evidence"]?.array?.compactMap({ $0.object.flatMap(Evidence.init(json:)) }),
      let issued = object["issued"]?.integer, let expires = object["expires"]?.integer
    else { return nil }
    self.init(
      service: service, partner: PartnerID(partner), client: object["client"]?.string.map { ClientID($0) },
      signer: SignerID(signer),
      credential: CredentialID(credential), scal: scal, numSignatures: Int(numSignatures),
      hashAlgorithm: object["hashAlgorithm"]?.string.flatMap(HashAlgorithm.init(rawValue:)), digests: digests,
      evidence: evidence, issued: issued, expires: expires, began: object["began"]?.integer)
    saysTerms = object["saysTerms"]?.bool ?? false
    guard let read = object["terms"] else { return }
    guard let terms = [AuthorizedTerms?](json: read), terms.count == digests.count else { return nil }
    self.terms = terms
  }

  init(
    service: String, partner: PartnerID, client: ClientID?, signer: SignerID, credential: CredentialID, scal: SCAL,
    numSignatures: Int, hashAlgorithm: HashAlgorithm?, digests: [[UInt8]], evidence: [Evidence],
    issued: UnixTime, expires: UnixTime, began: UnixTime? = nil
  ) {
    self.service = service
    self.partner = partner
    self.client = client
    self.signer = signer
    self.credential = credential
    self.scal = scal
    self.numSignatures = numSignatures
    self.hashAlgorithm = hashAlgorithm
    self.digests = digests
    self.evidence = evidence
    self.issued = issued
    self.expires = expires
    self.began = began
  }
}

extension Binding {
  var lifetime: Lifetime { Lifetime(issued: issued, expires: expires) }
}

/// All that was authorized along with a digest, such as properties that are signed with it.
public struct AuthorizedTerms: Sendable, Hashable {
  /// A digest of them, which the caller makes; opaque here. Empty if the digest was authorized with nothing else.
  public var digest: [UInt8]
  /// Whether the digest is of all that is signed (DTBS/R), so that whatever goes with it is in it.
  public var isInDigest: Bool

  public init(digest: [UInt8], isInDigest: Bool) {
    self.digest = digest
    self.isInDigest = isInDigest
  }

  /// Whether the digest itself may be signed: nothing has to be added to it.
  var isAlone: Bool { isInDigest || digest.isEmpty }
}

extension Binding {
  /// The terms of a digest; nil if none were named, so that they are the caller's choice.
  func terms(at place: Int) -> AuthorizedTerms? { place < terms.count ? terms[place] : nil }

  /// For the audit log.
  var termsField: [(String, JSONValue)] { terms.isEmpty ? [] : [("terms", terms.json)] }
}

extension [AuthorizedTerms?] {
  /// Null for digests without terms.
  var json: JSONValue {
    .array(map { $0.map { ["digest": .octets($0.digest), "inDigest": .bool($0.isInDigest)] } ?? .null })
  }

  /// Nil if it is not what `json` makes.
  init?(json: JSONValue) {
    guard let values = json.array else { return nil }
    var list: Self = []
    for value in values {
      guard value != .null else {
        list.append(nil)
        continue
      }
      guard let object = value.object, let digest = object.octets("digest"), let isInDigest = object["inDigest"]?.bool
      else { return nil }
      list.append(AuthorizedTerms(digest: digest, isInDigest: isInDigest))
    }
    self = list
  }
}

/// The extension of a SAD: its successor, and what was added. Only a holder of the old SAD gets the new one.
public struct Successor: Sendable, Equatable {
  /// The SAD that is dead.
  public let extended: ActivationDigest
  /// The SAD that took its place.
  public let activation: ActivationDigest
  /// SHA-256 over what the extension asked for.
  public let request: [UInt8]
  /// The new SAD, encrypted under a key derived from the old one.
  public let sealed: [UInt8]

  public init(extended: ActivationDigest, activation: ActivationDigest, request: [UInt8], sealed: [UInt8]) {
    self.extended = extended
    self.activation = activation
    self.request = request
    self.sealed = sealed
  }
}
