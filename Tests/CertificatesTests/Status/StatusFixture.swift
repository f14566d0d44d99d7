import Foundation
import Octets
import Vocabulary

@testable import Certificates

/// The files of `Fixtures/status`, which OpenSSL made: `make.sh` there tells how.
enum StatusFixture {
  /// The authority and the responder sign so.
  static let algorithm = CertificateAlgorithm.ecdsaWithSHA256
  /// The subject key identifier of the authority.
  static var keyIdentifier: [UInt8] { get throws { StatusHash.sha1.digest(try key(of: "authority")) } }

  static var issuer: StatusIssuer {
    get throws { StatusIssuer(name: try name(of: "authority"), publicKey: try key(of: "authority")) }
  }

  static func file(_ name: String) throws -> [UInt8] {
    let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return [UInt8](try Data(contentsOf: repository.appendingPathComponent("Fixtures/status/\(name)")))
  }

  static func certificate(of name: String) throws -> [UInt8] { try file("\(name).cer") }

  /// DER of the subject.
  static func name(of certificate: String) throws -> [UInt8] {
    var parts = try fields(of: certificate)
    return DERWriter.sequence(Array(try parts.value(DERTag.sequence)))
  }

  /// The public key without the octet that counts unused bits.
  static func key(of certificate: String) throws -> [UInt8] {
    var parts = try fields(of: certificate)
    _ = try parts.value(DERTag.sequence)
    var information = try parts.inside(DERTag.sequence)
    _ = try information.value(DERTag.sequence)
    return Array(try information.only(DERTag.bitString).dropFirst())
  }

  /// A certificate's fields, beginning with its subject.
  private static func fields(of name: String) throws -> StatusReader {
    var whole = StatusReader(try certificate(of: name)[...])
    var certificate = try whole.inside(DERTag.sequence)
    var fields = try certificate.inside(DERTag.sequence)
    _ = try fields.value(DERTag.constructedContext(0))
    _ = try fields.value(DERTag.integer)
    for _ in ["signature", "issuer", "validity"] { _ = try fields.value(DERTag.sequence) }
    return fields
  }

  /// The octets that were signed, and the signature, of a list or of the inner part of an answer.
  static func signed(_ octets: ArraySlice<UInt8>) throws -> (toSign: [UInt8], signature: [UInt8]) {
    var whole = StatusReader(octets)
    var parts = try whole.inside(DERTag.sequence)
    let toSign = DERWriter.sequence(Array(try parts.value(DERTag.sequence)))
    _ = try parts.value(DERTag.sequence)
    return (toSign, Array(try parts.value(DERTag.bitString).dropFirst()))
  }

  /// The same of an answer, and when it was made.
  static func answer(_ name: String) throws -> (toSign: [UInt8], signature: [UInt8], producedAt: UnixTime) {
    var whole = StatusReader(try file("\(name).ocsp")[...])
    var response = try whole.inside(DERTag.sequence)
    _ = try response.value(DERTag.enumerated)
    var outer = try response.inside(DERTag.constructedContext(0))
    var octets = try outer.inside(DERTag.sequence)
    _ = try octets.objectIdentifier()
    let inner = try signed(try octets.only(DERTag.octetString))
    var data = StatusReader(inner.toSign[...])
    var fields = try data.inside(DERTag.sequence)
    _ = try fields.value(DERTag.constructedContext(2))
    return (inner.toSign, inner.signature, try time(fields.value(DERTag.generalizedTime)))
  }

  /// `YYYYMMDDHHMMSSZ`.
  private static func time(_ text: ArraySlice<UInt8>) throws -> UnixTime {
    let digits = text.dropLast().map { Int($0) - 48 }
    func number(_ range: Range<Int>) -> Int { digits[range].reduce(0) { $0 * 10 + $1 } }
    let day = CivilDay(year: number(0..<4), month: number(4..<6), day: number(6..<8)).number
    return UnixTime(day * 86_400 + number(8..<10) * 3600 + number(10..<12) * 60 + number(12..<14))
  }

  /// UTC midnight or noon of a day.
  static func day(_ year: Int, _ month: Int, _ day: Int, hour: Int = 0) -> UnixTime {
    UnixTime(CivilDay(year: year, month: month, day: day).number * 86_400 + hour * 3600)
  }

  /// The serial numbers of its certificates: `41 00 … 01` and so on.
  static func serial(_ number: UInt8) -> [UInt8] {
    [0x40 + number] + [UInt8](repeating: 0, count: 14) + [number]
  }
}
