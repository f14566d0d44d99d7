internal import HTTPTypes
internal import Hummingbird
internal import OAuth
internal import Octets

/// Answers to clients by way of the person's browser.
struct Redirects: Sendable {
  let issuer: String

  /// An answer to the client by way of the browser. It names the issuer, so that a client of several servers notices
  /// an answer that was swapped (RFC 9207).
  func response(_ destination: Destination, _ answer: [(name: String, value: String)]) -> Response {
    var pairs = answer
    if let state = destination.state { pairs.append(("state", state)) }
    pairs.append(("iss", issuer))
    let query = pairs.map { "\($0.name)=\(PercentText.encode($0.value))" }.joined(separator: "&")
    let separator = destination.uri.utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
    return Response(
      // CSC v1 §8.3.2. Browsers follow it with GET also after a form.
      status: .found,
      headers: [
        .location: destination.uri + separator + query, .cacheControl: "no-store", .referrerPolicy: "no-referrer",
      ])
  }

  func response(_ destination: Destination, _ error: OAuthError) -> Response {
    response(destination, [("error", error.code), ("error_description", error.text)])
  }
}
