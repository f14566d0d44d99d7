public import Vocabulary

/// The status of one certificate of a person or an organisation: `SingleResponse` (RFC 6960 §4.2.1).
public struct StatusAnswer: Sendable, Equatable {
  public enum State: Sendable, Equatable {
    case good
    /// Also `certificateHold`, while it lasts.
    case revoked(at: UnixTime, RevocationReason)
    /// Never issued, or not known to be (ETSI EN 319 411-1 OVR-6.6.3-02): never "good".
    case unknown
  }

  public let certificate: CertificateIdentifier
  public let state: State
  /// From when until when it is good. There is always an end: clients refuse answers without one (RFC 9919 §3.2.4).
  public let thisUpdate, nextUpdate: UnixTime
  /// Since when the service keeps the status of certificates that expired (RFC 6960 §4.4.4, ETSI EN 319 411-2
  /// CSS-6.3.10-10).
  public let archiveCutoff: UnixTime?

  /// - Parameter thisUpdate: the time of the answer, or of the newest revocation that the service knows if that is
  ///   later, as after a clock was put back: an answer with a revocation after it is refused.
  public init(
    _ certificate: CertificateIdentifier, _ state: State, thisUpdate: UnixTime, nextUpdate: UnixTime,
    archiveCutoff: UnixTime?
  ) {
    self.certificate = certificate
    self.state = state
    self.thisUpdate = thisUpdate
    self.nextUpdate = nextUpdate
    self.archiveCutoff = archiveCutoff
  }

  /// - Parameter latest: `producedAt`; nothing in an answer is in the future but its end.
  fileprivate func octets(latest: UnixTime) throws(StatusFault) -> [UInt8] {
    guard (0...latest).contains(thisUpdate), latest < nextUpdate, nextUpdate <= RevocationListDraft.lastNextUpdate,
      (0...thisUpdate).contains(archiveCutoff ?? thisUpdate)
    else { throw .time }
    var extensions: [UInt8] = []
    if let archiveCutoff {
      extensions = DERWriter.explicit(
        1, DERWriter.sequence([ExtensionWriter.entry(OID.ocspArchiveCutoff, DERWriter.generalizedTime(archiveCutoff))]))
    }
    return DERWriter.sequence([
      certificate.octets, try stateOctets(), DERWriter.generalizedTime(thisUpdate),
      DERWriter.explicit(0, DERWriter.generalizedTime(nextUpdate)), extensions,
    ])
  }

  /// `CertStatus`.
  private func stateOctets() throws(StatusFault) -> [UInt8] {
    switch state {
    case .good: return DERWriter.implicit(0, [])
    case .unknown: return DERWriter.implicit(2, [])
    case .revoked(at: let time, let reason):
      guard (0...thisUpdate).contains(time) else { throw .time }
      guard RevokedCertificate.isAllowed(reason, of: .users) else { throw .reason }
      let told =
        reason == .unspecified ? [] : DERWriter.explicit(0, DERWriter.enumerated(UInt8(reason.rawValue)))
      // `RevokedInfo`, whose tag is [1] instead of SEQUENCE.
      return DERWriter.explicit(1, DERWriter.generalizedTime(time) + told)
    }
  }
}

/// An answer before it is signed: `ResponseData` of a `BasicOCSPResponse` (RFC 6960 §4.2.1).
public struct StatusResponse: Sendable, Equatable {
  /// `ResponseData`, DER.
  public let octetsToSign: [UInt8]
  private let algorithm: CertificateAlgorithm
  private let certificates: [UInt8]

  /// - Parameters:
  ///   - responderKey: content of the BIT STRING of the responder's `subjectPublicKeyInfo`, without the octet that
  ///     counts unused bits. Its SHA-1 names the responder (RFC 9919 §3.2.2: `byKey`).
  ///   - certificates: DER; the responder's first. Clients have it from nowhere else.
  ///   - nonce: of the request, in an answer that is made for it; nil in one that is made ahead (RFC 9654 §3.2).
  public init(
    responderKey: [UInt8], algorithm: CertificateAlgorithm, certificates: [[UInt8]], producedAt: UnixTime,
    answers: [StatusAnswer],
    nonce: [UInt8]? = nil
  ) throws(StatusFault) {
    guard !certificates.isEmpty, certificates.allSatisfy({ !$0.isEmpty }) else { throw .certificates }
    guard (1...StatusRequest.mostCertificates).contains(answers.count) else { throw .count }
    guard (0...RevocationListDraft.lastNextUpdate).contains(producedAt) else { throw .time }
    var list: [[UInt8]] = []
    for answer in answers { list.append(try answer.octets(latest: producedAt)) }
    var extensions: [UInt8] = []
    if let nonce {
      guard StatusRequest.nonceLengths.contains(nonce.count) else { throw .nonce }
      extensions = DERWriter.explicit(
        1, DERWriter.sequence([ExtensionWriter.entry(OID.ocspNonce, DERWriter.octetString(nonce))]))
    }
    // Version 1 is the default. The responder's name is `[2] KeyHash`.
    octetsToSign = DERWriter.sequence([
      DERWriter.explicit(2, DERWriter.octetString(StatusHash.sha1.digest(responderKey))),
      DERWriter.generalizedTime(producedAt), DERWriter.sequence(list), extensions,
    ])
    self.algorithm = algorithm
    self.certificates = DERWriter.explicit(0, DERWriter.sequence(certificates))
  }

  /// `OCSPResponse` with the status `successful`, DER.
  ///
  /// - Parameter signature: of `octetsToSign`, by the responder's key and the algorithm above.
  public func signed(_ signature: [UInt8]) -> [UInt8] {
    let basic = DERWriter.sequence([octetsToSign, algorithm.der, DERWriter.bitString(signature), certificates])
    return DERWriter.sequence([
      DERWriter.enumerated(0),
      DERWriter.explicit(
        0, DERWriter.sequence([DERWriter.objectIdentifier(OID.ocspBasicResponse), DERWriter.octetString(basic)])),
    ])
  }
}
