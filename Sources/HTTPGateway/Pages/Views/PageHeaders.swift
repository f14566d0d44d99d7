internal import HTTPTypes
internal import Hummingbird
internal import Texts

/// The header fields of every page (Specs/decisions/0018-pages.md).
enum PageHeaders {
  /// - Parameters:
  ///   - frameOrigins: origins that may show the page in a frame.
  ///   - keepsOpener: whether the window that opened the page may go on knowing it. A policy of any other value cuts a
  ///     pop-up off from its opener for good (HTML §7.1.3): that sees it as closed, and the callback page has no
  ///     opener.
  ///   - targets: URLs to which the answer of the page's form may redirect.
  static func fields(
    language: Language, frameOrigins: [String], keepsOpener: Bool, targets: [String]
  ) -> HTTPFields {
    var fields: HTTPFields = [
      .contentType: "text/html; charset=utf-8",
      .contentLanguage: language.rawValue,
      // Pages hold a transaction's token.
      .cacheControl: "no-store",
      .contentSecurityPolicy: policy(frameOrigins, targets),
      .xContentTypeOptions: "nosniff",
      .referrerPolicy: "no-referrer",
      .permissionsPolicy: permissions,
      .crossOriginOpenerPolicy: keepsOpener ? "unsafe-none" : "same-origin",
      .crossOriginResourcePolicy: "same-origin",
    ]
    if frameOrigins.isEmpty { fields[.xFrameOptions] = "DENY" }
    return fields
  }

  /// Scripts, styles between the lines, pictures and connections to elsewhere: nothing of it exists.
  private static func policy(_ frameOrigins: [String], _ targets: [String]) -> String {
    [
      "default-src 'none'", "style-src 'self'", "img-src 'self'", formAction(targets), "base-uri 'none'",
      "frame-ancestors " + (frameOrigins.isEmpty ? "'none'" : frameOrigins.joined(separator: " ")),
    ].joined(separator: "; ")
  }

  /// Chromium applies `form-action` also to where the answer to a form redirects.
  private static func formAction(_ targets: [String]) -> String {
    var sources = ["'self'"]
    for source in targets.compactMap(source) where !sources.contains(source) { sources.append(source) }
    return "form-action " + sources.joined(separator: " ")
  }

  /// The origin of a web address, the scheme of any other (RFC 8252 §7.1). A policy cannot name an IPv6 address
  /// (CSP 3 §2.3.1), so for one it is the scheme too.
  private static func source(_ target: String) -> String? {
    if let origin = WebOrigin(of: target) { return origin.text }
    let scheme = target.prefix { $0 != ":" }.lowercased()
    guard scheme.utf8.count < target.utf8.count, let first = scheme.utf8.first,
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first),
      scheme.utf8.allSatisfy({ "abcdefghijklmnopqrstuvwxyz0123456789+-.".utf8.contains($0) })
    else { return nil }
    return scheme + ":"
  }

  private static let permissions = [
    "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen", "geolocation",
    "gyroscope", "hid", "magnetometer", "microphone", "midi", "payment", "picture-in-picture",
    "publickey-credentials-get", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
  ].map { "\($0)=()" }.joined(separator: ", ")
}

extension HTTPField.Name {
  static let xFrameOptions = HTTPField.Name("X-Frame-Options")!
  static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
  static let permissionsPolicy = HTTPField.Name("Permissions-Policy")!
  static let crossOriginOpenerPolicy = HTTPField.Name("Cross-Origin-Opener-Policy")!
  static let crossOriginResourcePolicy = HTTPField.Name("Cross-Origin-Resource-Policy")!
}
