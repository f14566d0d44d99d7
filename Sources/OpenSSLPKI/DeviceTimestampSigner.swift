internal import BlockingWork
internal import COpenSSL
internal import Foundation
internal import SoleControl
public import TimestampAuthority
public import Vocabulary

/// Makes time-stamp tokens with OpenSSL and a key in the device.
///
/// libp11 takes one caller at a time and blocks, so tokens are made on a thread of their own.
public final class DeviceTimestampSigner: TimestampSigner {
  /// The key's label, unless the configuration names another.
  public static let standardLabel = "countersign-tsa"
  public let chain: [[UInt8]]
  public let trustAnchors: [[UInt8]]
  public let validity: ClosedRange<UnixTime>
  private let keys: DeviceKeys
  private let keyLabel: String
  private let certificates: [X509Certificate]
  private let work: ThreadPool

  /// - Parameters:
  ///   - chainPEM: the authority's certificate first, then those above it.
  ///   - keyLabel: one of `keys`.
  ///   - waitingLine: requests that may wait; further ones are refused.
  public init(keys: DeviceKeys, keyLabel: String, chainPEM: String, waitingLine: Int = 500) throws {
    work = ThreadPool("time-stamps", threads: 1, waitingLine: waitingLine)
    self.keys = keys
    self.keyLabel = keyLabel
    certificates = try X509Certificate.chain(pem: chainPEM)
    chain = try certificates.map { try $0.der() }
    trustAnchors = try certificates.dropFirst().filter(\.isSelfIssued).map { try $0.der() }
    let own = try Certificate(chain: chain)
    guard own.notBefore <= own.notAfter else { throw OpenSSLError("a time-stamping certificate that is never valid") }
    validity = own.notBefore...own.notAfter
    let certificate = certificates[0]
    guard X509_check_purpose(certificate.pointer, X509_PURPOSE_TIMESTAMP_SIGN, 0) == 1 else {
      throw OpenSSLError("the time-stamping certificate is not for time-stamping alone (RFC 3161 §2.3)")
    }
    try keys.use { key in
      try check(
        X509_check_private_key(certificate.pointer, key(keyLabel)),
        "the time-stamping certificate is not that of the key \(keyLabel)")
    }
  }

  public func sign(_ content: TimestampContent) async throws(TimestampError) -> [UInt8] {
    do { return try await work.run { [self] in try makeToken(content) } } catch is ThreadPool.Busy {
      throw .busy
    } catch {
      throw .fault("\(error)")
    }
  }

  public func isGenuine(_ token: [UInt8], for request: TimestampRequest) async -> Bool {
    // On the same thread only because it takes a while.
    (try? await work.run { [self] in try examine(token, for: request) }) != nil
  }

  public func isOwn(_ token: [UInt8], for request: TimestampRequest) async throws(TimestampError) -> Bool {
    do {
      try await work.run { [self] in try examine(token, for: request, isByThisCertificate: true) }
      return true
    } catch is ThreadPool.Busy { throw .busy } catch { return false }
  }

  /// - Parameter isByThisCertificate: whether it must be `certificates[0]` that signed; any that is for time-stamping
  ///   and stands below the same top does otherwise, as earlier certificates of this authority do.
  private func examine(
    _ token: [UInt8], for request: TimestampRequest, isByThisCertificate: Bool = false
  ) throws {
    // Tokens that leave must be accepted by a reader who trusts the top of the chain, which need not be a root.
    let verifier = TimestampVerifier(anchors: [certificates[certificates.count - 1]])
    try verifier.examine(token, for: request) { read, _ in
      if isByThisCertificate { try checkSigner(of: read) }
    }
  }

  private func makeToken(_ content: TimestampContent) throws -> [UInt8] {
    ERR_clear_error()
    let request = try Self.request(content.request)
    defer { TS_REQ_free(request) }
    let response = try response(to: request, content)
    defer { TS_RESP_free(response) }
    let status = TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(response))
    guard ASN1_INTEGER_get(status) == TS_STATUS_GRANTED, let token = TS_RESP_get_token(response) else {
      throw OpenSSLError("no time-stamp was granted")
    }
    let octets = try Self.sorted(encoded("time-stamp token") { i2d_PKCS7(token, $0) })
    try examine(octets, for: content.request)
    return octets
  }

  /// OpenSSL's PKCS #7 leaves the set of certificates unsorted; its CMS writes DER.
  private static func sorted(_ token: [UInt8]) throws -> [UInt8] {
    let cms = try token.withUnsafeBufferPointer { octets in
      var position = octets.baseAddress
      return try nonNil(d2i_CMS_ContentInfo(nil, &position, octets.count), "not a token")
    }
    defer { CMS_ContentInfo_free(cms) }
    return try encoded("time-stamp token") { i2d_CMS_ContentInfo(cms, $0) }
  }

  // MARK: Request

  static func request(_ content: TimestampRequest) throws -> OpaquePointer {
    let request = try nonNil(TS_REQ_new(), "time-stamp request")
    do {
      try check(TS_REQ_set_version(request, 1), "version")
      let imprint = try nonNil(TS_MSG_IMPRINT_new(), "message imprint")
      defer { TS_MSG_IMPRINT_free(imprint) }
      let algorithm = try nonNil(X509_ALGOR_new(), "hash algorithm")
      defer { X509_ALGOR_free(algorithm) }
      X509_ALGOR_set_md(algorithm, content.hash.evp)
      try check(TS_MSG_IMPRINT_set_algo(imprint, algorithm), "hash algorithm")
      var digest = content.digest
      try check(TS_MSG_IMPRINT_set_msg(imprint, &digest, Int32(digest.count)), "digest")
      try check(TS_REQ_set_msg_imprint(request, imprint), "message imprint")
      if let nonce = content.nonce {
        let number = try integer(nonce)
        defer { ASN1_INTEGER_free(number) }
        try check(TS_REQ_set_nonce(request, number), "nonce")
      }
      // A client of the CSC API cannot ask for the certificate; without it the token could not be verified.
      try check(TS_REQ_set_cert_req(request, 1), "certReq")
      return request
    } catch {
      TS_REQ_free(request)
      throw error
    }
  }

  /// An unsigned number: the top bit of the octets is no sign.
  private static func integer(_ magnitude: [UInt8]) throws -> UnsafeMutablePointer<ASN1_INTEGER> {
    let number = try nonNil(BN_bin2bn(magnitude, Int32(magnitude.count), nil), "number")
    defer { BN_free(number) }
    return try nonNil(BN_to_ASN1_INTEGER(number, nil), "number")
  }

  // MARK: Response

  private func response(to request: OpaquePointer, _ content: TimestampContent) throws -> OpaquePointer {
    let context = try nonNil(TS_RESP_CTX_new(), "time-stamping")
    defer { TS_RESP_CTX_free(context) }
    try check(TS_RESP_CTX_set_signer_cert(context, certificates[0].pointer), "signer")
    try check(TS_RESP_CTX_set_signer_digest(context, EVP_sha256()), "digest")
    // Anything but SHA-1 makes it ESSCertIDv2 (RFC 5816).
    try check(TS_RESP_CTX_set_ess_cert_id_digest(context, EVP_sha256()), "ESSCertIDv2")
    let policy = try nonNil(OBJ_txt2obj(content.policy.oid, 1), "policy \(content.policy.oid)")
    defer { ASN1_OBJECT_free(policy) }
    try check(TS_RESP_CTX_set_def_policy(context, policy), "policy")
    try withStack(of: intermediates) { try check(TS_RESP_CTX_set_certs(context, $0), "certificates") }
    for hash in HashAlgorithm.allCases { try check(TS_RESP_CTX_add_md(context, hash.evp), "hash algorithm") }
    try check(TS_RESP_CTX_set_accuracy(context, Int32(content.policy.accuracy), 0, 0), "accuracy")

    let values = Unmanaged.passRetained(Values(serialNumber: content.serialNumber, time: content.time))
    defer { values.release() }
    TS_RESP_CTX_set_serial_cb(context, Values.serialNumber, values.toOpaque())
    TS_RESP_CTX_set_time_cb(context, Values.time, values.toOpaque())

    let bio = try nonNil(BIO_new(BIO_s_mem()), "memory")
    defer { BIO_free(bio) }
    try check(i2d_TS_REQ_bio(bio, request), "request")
    return try keys.use { key in
      try check(TS_RESP_CTX_set_signer_key(context, key(keyLabel)), "key")
      return try nonNil(TS_RESP_create_response(context, bio), "time-stamping")
    }
  }

  /// The certificates between the authority's own and the root, which readers have.
  private var intermediates: [X509Certificate] { certificates.dropFirst().filter { !$0.isSelfIssued } }

  /// Values that OpenSSL asks for by callback.
  private final class Values {
    private let serial: [UInt8]
    private let now: UnixTime

    init(serialNumber: [UInt8], time: UnixTime) {
      serial = serialNumber
      now = time
    }

    private static func of(_ pointer: UnsafeMutableRawPointer?) -> Values? {
      pointer.map { Unmanaged<Values>.fromOpaque($0).takeUnretainedValue() }
    }

    static let serialNumber: TS_serial_cb = { _, pointer in
      Values.of(pointer).flatMap { try? DeviceTimestampSigner.integer($0.serial) }
    }

    static let time: TS_time_cb = { _, pointer, seconds, microseconds in
      guard let values = Values.of(pointer) else { return 0 }
      seconds?.pointee = Int(values.now)
      microseconds?.pointee = 0
      return 1
    }
  }

  // MARK: Verification

  private func checkSigner(of token: UnsafeMutablePointer<PKCS7>) throws {
    let signers = try nonNil(PKCS7_get0_signers(token, nil, 0), "signers")
    // The certificates are the token's.
    defer { OPENSSL_sk_free(signers) }
    guard OPENSSL_sk_num(signers) == 1, let signer = OPENSSL_sk_value(signers, 0),
      X509_cmp(OpaquePointer(signer), certificates[0].pointer) == 0
    else { throw OpenSSLError("a token of another certificate") }
  }
}

extension DeviceTimestampSigner {
  /// Whether a chain ends in a root; nil if it cannot be read.
  public static func endsInRoot(chainPEM: String) -> Bool? {
    guard let certificates = try? X509Certificate.chain(pem: chainPEM), let last = certificates.dropFirst().last else {
      return nil
    }
    return last.isSelfIssued
  }
}
