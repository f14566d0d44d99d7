internal import HummingbirdHTTP2
internal import NIOCore
internal import NIOSSL

/// TLS settings of a listener.
enum TLSListening {
  /// Of TLS 1.2: forward secrecy and authenticated encryption (RFC 9325 §4.2). TLS 1.3 has no others.
  private static let suites: [NIOTLSCipher] = [
    .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
  ]

  static func configuration(
    _ tls: (certificate: String, privateKey: String), asksForCertificates: Bool, _ certificates: ServerCertificates
  ) throws -> TLSChannelConfiguration {
    let files = ServerCertificates.Files(certificate: tls.certificate, privateKey: tls.privateKey)
    guard let identity = certificates.identity(files) else { throw UnknownFiles() }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: identity.chain.map { .certificate($0) }, privateKey: .privateKey(identity.key))
    configuration.minimumTLSVersion = .tlsv12
    configuration.cipherSuiteValues = suites
    configuration.sslContextCallback = { _, promise in
      var current = NIOSSLContextConfigurationOverride()
      if let identity = certificates.identity(files) {
        current.certificateChain = identity.chain.map { .certificate($0) }
        current.privateKey = .privateKey(identity.key)
      }
      promise.succeed(current)
    }
    guard asksForCertificates else { return TLSChannelConfiguration(tlsConfiguration: configuration) }
    configuration.certificateVerification = .optionalVerification
    // The certificates are registered one by one and compared by their digest where they are used. The thing that
    // counts here is that the client has the key, which TLS itself makes sure of.
    return TLSChannelConfiguration(
      tlsConfiguration: configuration,
      customVerificationCallback: { (_: [NIOSSLCertificate], promise: EventLoopPromise<NIOSSLVerificationResult>) in
        promise.succeed(.certificateVerified)
      })
  }

  /// The certificates were read for other listeners.
  private struct UnknownFiles: Error {}
}
