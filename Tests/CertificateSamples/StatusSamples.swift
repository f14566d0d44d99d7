import Certificates
import Vocabulary

/// The status of the first certificates of each profile, in order; those that follow are good.
///
///     HIERARCHY/root.crl          the root's list, empty
///     HIERARCHY/g1-SHARD.crl      what is revoked, by the last octet of the number
///     HIERARCHY/ocsp/PROFILE-NUMBER-FUNCTION.ocsp
///                                 answers about the first five, for questions with sha1 and sha256
///     HIERARCHY/ocsp/never-issued.ocsp
///     sandbox/large.crl           100,000 revoked, none of which was issued
struct StatusSamples {
  struct Fault: Error {}

  /// Seconds before the samples were made.
  private static let revoked: Int64 = 20
  private static let invalid: Int64 = 50

  let hierarchy: Hierarchy
  let now: UnixTime

  /// Files by their paths.
  ///
  /// - Parameter issued: certificates by their profile's name, DER.
  func files(_ issued: [String: [[UInt8]]]) throws -> [(path: String, octets: [UInt8])] {
    // Once is enough.
    let large = hierarchy.name == "sandbox" ? [("large.crl", try largeList())] : []
    return try [("root.crl", rootList())] + large + lists(issued) + answers(issued)
  }

  private func state(_ number: Int) -> StatusAnswer.State {
    switch number {
    case 1: .revoked(at: now - Self.revoked, .keyCompromise)
    case 2: .revoked(at: now - Self.revoked, .certificateHold)
    case 3: .revoked(at: now - Self.revoked, .unspecified)
    default: .good
    }
  }

  // MARK: Lists

  private func rootList() throws -> [UInt8] {
    let facts = hierarchy.rootFacts
    let list = try RevocationListDraft(
      issuer: facts.subject, keyIdentifier: facts.keyIdentifier, algorithm: facts.algorithm, number: 1,
      thisUpdate: now, nextUpdate: now + 365 * 86_400, scope: .authorities,
      expiredSince: facts.notBefore)
    return list.signed(try hierarchy.root.key.sign(list.octetsToSign))
  }

  private func draft(_ scope: RevocationListScope) throws -> RevocationListDraft {
    let facts = hierarchy.issuingFacts
    return try RevocationListDraft(
      issuer: facts.subject, keyIdentifier: facts.keyIdentifier, algorithm: facts.algorithm, number: now,
      thisUpdate: now, nextUpdate: now + 86_400, scope: scope, expiredSince: facts.notBefore)
  }

  private func lists(_ issued: [String: [[UInt8]]]) throws -> [(path: String, octets: [UInt8])] {
    var entries: [RevokedCertificate] = []
    for certificates in issued.values {
      for (number, certificate) in certificates.enumerated() {
        guard case .revoked(at: let time, let reason) = state(number) else { continue }
        entries.append(
          RevokedCertificate(
            serialNumber: try serialNumber(of: certificate), time: time, reason: reason,
            invalidSince: reason == .keyCompromise ? now - Self.invalid : nil))
      }
    }
    entries.sort { $0.serialNumber.lexicographicallyPrecedes($1.serialNumber) }
    return try (0..<hierarchy.issuingFacts.shards).map { shard in
      var list = try draft(
        .shard(
          uri: hierarchy.issuingFacts.listAddress(shard: shard), shard, of: hierarchy.issuingFacts.shards))
      for entry in entries where Int(entry.serialNumber[15]) % hierarchy.issuingFacts.shards == shard {
        try list.append(entry)
      }
      return ("g1-\(shard).crl", list.signed(try hierarchy.issuing.key.sign(list.octetsToSign)))
    }
  }

  private func largeList() throws -> [UInt8] {
    var list = try draft(.everything)
    for number in 0..<100_000 {
      let digits = (0..<4).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
      try list.append(
        RevokedCertificate(
          serialNumber: [0x40] + [UInt8](repeating: 0, count: 11) + digits, time: now - Self.revoked,
          reason: .cessationOfOperation))
    }
    return list.signed(try hierarchy.issuing.key.sign(list.octetsToSign))
  }

  // MARK: Answers

  private func answers(_ issued: [String: [[UInt8]]]) throws -> [(path: String, octets: [UInt8])] {
    var files = [("ocsp/never-issued.ocsp", try answer([0x7f] + [UInt8](repeating: 0, count: 15), .sha1, .unknown))]
    for (profile, certificates) in issued {
      for (number, certificate) in certificates.prefix(5).enumerated() {
        let serial = try serialNumber(of: certificate)
        for hash in [StatusHash.sha1, .sha256] {
          files.append(("ocsp/\(profile)-00\(number)-\(hash).ocsp", try answer(serial, hash, state(number))))
        }
      }
    }
    return files
  }

  private func answer(_ serial: [UInt8], _ hash: StatusHash, _ state: StatusAnswer.State) throws -> [UInt8] {
    let issuer = StatusIssuer(name: hierarchy.issuingFacts.subject, publicKey: hierarchy.issuing.draft.key.bits)
    let responder = hierarchy.responder
    guard let certificate = issuer.identifier(of: serial, hash: hash),
      let algorithm = CertificateAlgorithm(responder.draft.key.type)
    else { throw Fault() }
    let response = try StatusResponse(
      responderKey: responder.draft.key.bits, algorithm: algorithm, certificates: [responder.certificate],
      producedAt: now,
      answers: [
        StatusAnswer(
          certificate, state, thisUpdate: now, nextUpdate: now + 3600,
          archiveCutoff: hierarchy.issuingFacts.notBefore)
      ])
    return response.signed(try responder.key.sign(response.octetsToSign))
  }

  /// The 16 octets of a certificate's number, which follow the version.
  private func serialNumber(of certificate: [UInt8]) throws -> [UInt8] {
    guard let place = certificate.firstRange(of: [0xa0, 0x03, 0x02, 0x01, 0x02, 0x02, 0x10]) else { throw Fault() }
    return Array(certificate[place.upperBound..<place.upperBound + 16])
  }
}
