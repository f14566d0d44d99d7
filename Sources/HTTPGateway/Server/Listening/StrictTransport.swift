internal import HTTPTypes
internal import Hummingbird
internal import OAuth

/// Tells browsers to come by TLS alone (RFC 6797), in every answer, where clients come by TLS.
struct StrictTransport<Inner: HTTPResponder>: HTTPResponder {
  /// A year, as the preload lists and the BSI's and NCSC's guides want it. Names below ours are not ours to speak for.
  static var value: String { "max-age=31536000" }

  let inner: Inner
  let isOn: Bool

  func respond(to request: Request, context: Inner.Context) async throws -> Response {
    var response = try await inner.respond(to: request, context: context)
    if isOn { response.headers[.strictTransportSecurity] = Self.value }
    return response
  }
}

extension Gateway {
  /// Whether answers of a listener reach browsers by TLS: its own, or that of the proxy in front. A header that came
  /// without would mean nothing (RFC 6797 §8.1).
  func isStrict(_ listener: Listener) -> Bool {
    oauth.rules.issuer.hasPrefix("https://") && (listener.tls != nil || trustedProxy != nil)
  }
}
