internal import COpenSSL
public import TimestampAuthority
public import Vocabulary

/// A question to a time-stamping authority elsewhere, and its answer (RFC 3161 §2.4).
///
/// It has no nonce: who has something new stamped, such as a fresh signature, knows that the token is not from before.
public struct TimestampQuery: Sendable {
  /// Octets of the longest answer that is read: a token with many certificates takes some thousand.
  public static let longestAnswer = 64 << 10

  private let request: TimestampRequest
  /// The `TimeStampReq`, DER. Over HTTP its media type is `application/timestamp-query` (RFC 3161 §3.4).
  public let octets: [UInt8]

  public init(_ request: TimestampRequest) throws {
    ERR_clear_error()
    self.request = request
    let question = try DeviceTimestampSigner.request(request)
    defer { TS_REQ_free(question) }
    octets = try encoded("time-stamp request") { i2d_TS_REQ(question, $0) }
  }

  /// The token in an answer, verified, and the time that it says: UTC, seconds since 1970.
  ///
  /// - Parameter answer: a `TimeStampResp`, DER.
  /// - Throws: if it is none, if nothing was granted, or if the token is not good.
  public func token(
    in answer: [UInt8], by verifier: TimestampVerifier
  ) throws -> (octets: [UInt8], time: UnixTime) {
    guard !answer.isEmpty, answer.count <= Self.longestAnswer else { throw OpenSSLError("not an answer") }
    ERR_clear_error()
    let response = try answer.withUnsafeBufferPointer { octets in
      var position = octets.baseAddress
      let read = try nonNil(d2i_TS_RESP(nil, &position, octets.count), "not an answer")
      guard position == octets.baseAddress.map({ $0 + octets.count }) else {
        TS_RESP_free(read)
        throw OpenSSLError("something behind the answer")
      }
      return read
    }
    defer { TS_RESP_free(response) }
    let status = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(response)))
    guard [Int(TS_STATUS_GRANTED), Int(TS_STATUS_GRANTED_WITH_MODS)].contains(status),
      let token = TS_RESP_get_token(response)
    else { throw OpenSSLError("no time-stamp was granted") }
    let octets = try encoded("time-stamp token") { i2d_PKCS7(token, $0) }
    return (octets, try verifier.time(of: octets, for: request))
  }
}
