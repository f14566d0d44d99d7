internal import Crypto
internal import Enrolment
internal import PartnerModel
internal import RecordedCalls
internal import Vocabulary
internal import WireJSON

/// Names calls that can come twice, and digests what they say. Both digests are under secrets of the service: who reads
/// the store can confirm no guess at a body, which is personal data, or at a key, which may be a customer's number.
struct CallMaker: Sendable {
  private let names, fingerprints: SymmetricKey

  init(secrets: EnrolmentSecrets) {
    names = SymmetricKey(data: secrets.secret(for: "call names"))
    fingerprints = SymmetricKey(data: secrets.secret(for: "call fingerprints"))
  }

  /// A POST.
  ///
  /// - Parameters:
  ///   - route: as it is registered. The path as it was spelled does not count: a slash more is no other call.
  ///   - parameters: of the path, decoded.
  ///   - body: without reals, as every body that was read.
  func call(
    _ caller: PartnerCaller, to route: String, _ parameters: [String] = [], key: IdempotencyKey, _ body: JSONObject
  ) -> IncomingCall {
    // Each part with its length, so that no two lists have one text.
    let parts = [caller.partner.rawValue, caller.client.rawValue, "POST", route] + parameters + [key.text]
    let text = parts.map { "\($0.utf8.count) \($0)" }.joined()
    let name = Self.code(Array(text.utf8), names)
    return IncomingCall(
      name: CallKey(client: caller.client, digest: name),
      fingerprint: Self.code(name + JSONValue.object(body).canonical(), fingerprints))
  }

  private static func code(_ message: [UInt8], _ key: SymmetricKey) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: message, using: key))
  }
}
