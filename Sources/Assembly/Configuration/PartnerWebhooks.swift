import Registry

extension Partner.Webhooks {
  /// Settings for calls to one partner. Every member is optional but the secret. Members:
  /// - `secretFile`: path of a file whose first line is the secret that signs every call, of 16 characters or more.
  /// - `messenger`: URL of the partner's messenger, which sends one-time codes and links to customers. Absent:
  ///   credentials that need messages cannot be authorized.
  /// - `callbackOrigins`: origins below which `response_uri` may lie. Each is an object: `origin` (scheme, host and
  ///   port), and `allowsPrivateAddresses` (default false), without which its host must have a public address and the
  ///   scheme be https. Default: none.
  /// - `allowsPlainHTTP`: plain HTTP for the messenger, if it is on the same machine. Default: false.
  /// - `trustAnchors`: PEM file of the roots to trust for these calls. Default: the system's.
  init(_ reader: ConfigReader) throws {
    self.init(secret: Secret(try reader.secret("secretFile", least: Self.shortestSecret)))
    peers.allowsPlainHTTP = try reader.bool("allowsPlainHTTP", default: false)
    messenger = try reader.optionalURL("messenger", allowsPlainHTTP: peers.allowsPlainHTTP)
    callbackOrigins = try reader.list("callbackOrigins").map(Self.callbackOrigin)
    peers.trustAnchors = try reader.trustAnchors()
    try reader.finish()
  }

  /// Characters. A caller that guesses it can tell the partner's software anything.
  private static let shortestSecret = 16

  private static func callbackOrigin(_ reader: ConfigReader) throws -> CallbackOrigin {
    let text = try reader.string("origin")
    let allowsPrivate = try reader.bool("allowsPrivateAddresses", default: false)
    guard let origin = CallbackOrigin(text, allowsPrivateAddresses: allowsPrivate) else {
      throw reader.error("origin", "must be an origin such as https://host:port; http needs allowsPrivateAddresses")
    }
    try reader.finish()
    return origin
  }
}
