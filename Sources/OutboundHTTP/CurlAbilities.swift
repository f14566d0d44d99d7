internal import CCurl

/// Abilities of the libcurl that was loaded. It need not be the one that we were built with.
struct CurlAbilities {
  /// The library that does TLS, with its version.
  let tls: String
  let version: UInt32
  let features: Int32
  let protocols: Set<String>

  static let found = CurlAbilities()

  private init() {
    guard let info = ccurl_version()?.pointee else {
      (tls, version, features, protocols) = ("", 0, 0, [])
      return
    }
    var protocols: Set<String> = []
    var next = info.protocols
    while let name = next?.pointee {
      protocols.insert(String(cString: name))
      next = next?.advanced(by: 1)
    }
    self.protocols = protocols
    tls = info.ssl_version.map { String(cString: $0) } ?? ""
    version = info.version_num
    features = info.features
  }

  init(tls: String, version: UInt32, features: Int32, protocols: Set<String>) {
    (self.tls, self.version, self.features, self.protocols) = (tls, version, features, protocols)
  }

  /// Features that our settings rest on and this one does not have.
  var lacking: [String] {
    var lacking: [String] = []
    if features & CURL_VERSION_SSL == 0 || !protocols.contains("https") { lacking.append("TLS") }
    // Anchors of a call replace those of the system in this way only with OpenSSL, and without a cache since 7.87.
    if !tls.hasPrefix("OpenSSL/") { lacking.append("OpenSSL") }
    if version < 0x075700 { lacking.append("version 7.87") }
    // Names are looked up outside the one thread that drives all calls.
    if features & CURL_VERSION_ASYNCHDNS == 0 { lacking.append("asynchronous look-up") }
    return lacking
  }
}
