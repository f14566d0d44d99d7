internal import CSCModel
internal import HTTPTypes
internal import Hummingbird
internal import OAuth

extension Gateway {
  /// The authenticated client of a request to the token, revocation or PAR endpoint.
  func client(
    _ request: Request, _ context: GatewayContext, _ parameters: OAuth.Parameters, _ call: CallLog
  ) async throws -> Client {
    let presented = PresentedClient(
      basic: try Self.basic(request.headers[.authorization]), certificate: await context.clientCertificate(),
      // RFC 7523 §3: the endpoint, by any of the addresses under which it answers.
      audiences: Self.bases.flatMap { base in
        ["token", "revoke", "pushed_authorize"].map { "\(oauth.rules.issuer)\(base)/oauth2/\($0)" }
      } + [oauth.rules.issuer + "/"], origin: origin(request, context, isPerson: false))
    let client = try await oauth.authenticate(presented, parameters)
    call.partner = client.partner
    return client
  }

  private static let bases = ["", "/csc/v1", "/csc/v2"]

  /// The parts of a Basic header. RFC 6749 §2.3.1 has them form-encoded, many clients send them as they are: both
  /// readings of the secret are tried.
  private static func basic(_ header: String?) throws -> (id: String, secrets: [[UInt8]])? {
    guard let header else { return nil }
    let parts = header.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "basic", let octets = Base64.decode(String(parts[1])),
      !octets.contains(0),
      let text = String(validating: octets, as: UTF8.self), let colon = text.firstIndex(of: ":"),
      let id = FormText.decode(text[..<colon])
    else { throw OAuthError.invalidHeader }
    let secret = String(text[text.index(after: colon)...])
    let decoded = FormText.decode(secret)
    return (id, [Array(secret.utf8)] + (decoded.map { $0 == secret ? [] : [Array($0.utf8)] } ?? []))
  }
}
