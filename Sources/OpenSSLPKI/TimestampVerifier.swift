internal import COpenSSL
public import TimestampAuthority
public import Vocabulary

/// Holds time-stamp tokens against the certificates that a reader trusts, with OpenSSL (RFC 3161 §2.4.2).
public struct TimestampVerifier: Sendable {
  private let anchors: [X509Certificate]

  /// - Parameter anchorsPEM: certificates of CAs, or of authorities themselves; at least one.
  public init(anchorsPEM: String) throws { anchors = try X509Certificate.chain(pem: anchorsPEM) }

  init(anchors: [X509Certificate]) { self.anchors = anchors }

  /// The time that a token says: UTC, seconds since 1970.
  ///
  /// - Throws: if the token is not for the request, whatever its nonce, or its signature was not good at that time.
  public func time(of token: [UInt8], for request: TimestampRequest) throws -> UnixTime {
    try examine(token, for: request) { _, time in time }
  }

  /// The same with a SHA-256 digest.
  public func time(of token: [UInt8], sha256 digest: [UInt8]) throws -> UnixTime {
    guard let request = TimestampRequest(hash: .sha256, digest: digest) else { throw OpenSSLError("not a digest") }
    return try time(of: token, for: request)
  }

  /// - Parameter body: gets the verified token and its time.
  func examine<Result>(
    _ token: [UInt8], for request: TimestampRequest,
    _ body: (UnsafeMutablePointer<PKCS7>, UnixTime) throws -> Result
  ) throws -> Result {
    ERR_clear_error()
    let question = try DeviceTimestampSigner.request(request)
    defer { TS_REQ_free(question) }
    let read = try token.withUnsafeBufferPointer { octets in
      var position = octets.baseAddress
      return try nonNil(d2i_PKCS7(nil, &position, octets.count), "not a token")
    }
    defer { PKCS7_free(read) }
    let info = try nonNil(PKCS7_to_TS_TST_INFO(read), "not a token")
    defer { TS_TST_INFO_free(info) }
    let time = try unixTime(TS_TST_INFO_get_time(info))
    try verify(read, question, at: time)
    return try body(read, time)
  }

  private func verify(_ token: UnsafeMutablePointer<PKCS7>, _ request: OpaquePointer, at time: UnixTime) throws {
    let context = try nonNil(TS_REQ_to_TS_VERIFY_CTX(request, nil), "verification")
    defer { TS_VERIFY_CTX_free(context) }
    // The flags are those of the request (imprint, nonce, policy), and this one.
    let flags = TS_VERIFY_CTX_add_flags(context, Int32(TS_VFY_SIGNATURE))
    let wanted = Int32(TS_VFY_SIGNATURE | TS_VFY_IMPRINT)
    guard flags & wanted == wanted else { throw OpenSSLError("verification without signature or imprint") }
    let store = try nonNil(X509_STORE_new(), "certificate store")
    // The context frees it.
    guard TS_VERIFY_CTX_set_store(context, store) == store else { throw OpenSSLError("certificate store") }
    for anchor in anchors { try check(X509_STORE_add_cert(store, anchor.pointer), "trust anchor") }
    let parameters = X509_STORE_get0_param(store)
    // Trusted certificates need not be roots.
    try check(X509_VERIFY_PARAM_set_flags(parameters, UInt(X509_V_FLAG_PARTIAL_CHAIN)), "parameters")
    X509_VERIFY_PARAM_set_time(parameters, time_t(time))
    guard X509_VERIFY_PARAM_get_flags(parameters) & UInt(X509_V_FLAG_USE_CHECK_TIME) != 0,
      X509_VERIFY_PARAM_get_time(parameters) == time_t(time)
    else { throw OpenSSLError("time of verification") }
    try check(TS_RESP_verify_token(context, token), "the time-stamp token does not verify")
  }
}
