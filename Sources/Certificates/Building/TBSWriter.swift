internal import Vocabulary

/// TBSCertificate of RFC 5280 §4.1, from parts that are DER already.
enum TBSWriter {
  static func write(
    serial: CertificateSerial, algorithm: CertificateAlgorithm, issuer: [UInt8], notBefore: UnixTime,
    notAfter: UnixTime, subject: [UInt8], key: SubjectPublicKey, extensions: [[UInt8]]
  ) -> [UInt8] {
    DERWriter.sequence(
      // Version 3 (§4.1.2.1, EN 319 412-2 GEN-4.2.1-1).
      DERWriter.explicit(0, DERWriter.integer(2)),
      DERWriter.element(DERTag.integer, serial.octets),
      algorithm.der,
      issuer,
      DERWriter.sequence(DERWriter.time(notBefore), DERWriter.time(notAfter)),
      subject,
      key.der,
      DERWriter.explicit(3, DERWriter.sequence(extensions)))
  }
}
