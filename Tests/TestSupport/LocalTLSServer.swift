public import Foundation
public import Hummingbird
import HummingbirdTLS
import Logging
import NIOSSL

/// A certification authority in a folder of its own, made by OpenSSL, with certificates for 127.0.0.1.
public struct LocalAuthority: Sendable {
  public let folder: URL
  private let name: String

  public struct Failed: Error { let output: String }

  public init(_ name: String) async throws {
    folder = try temporaryFolder()
    self.name = name
    try await make(name, [])
  }

  /// PEM file of the authority's own certificate.
  public var root: String { certificate(name) }

  /// Issues a certificate; `certificate` and `key` of the same name are its files.
  public func issue(_ name: String) async throws { try await make(name, ["-CA", root, "-CAkey", key(self.name)]) }

  public func certificate(_ name: String) -> String { folder.appendingPathComponent("\(name).pem").path }
  public func key(_ name: String) -> String { folder.appendingPathComponent("\(name).key").path }

  private func make(_ name: String, _ issuer: [String]) async throws {
    let made = try await run(
      "/usr/bin/openssl",
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
        "/CN=\(name)", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key(name), "-out", certificate(name),
      ] + (issuer.isEmpty ? [] : issuer + ["-addext", "basicConstraints=critical,CA:FALSE"]), in: folder)
    guard made.status == 0 else { throw Failed(output: made.output) }
  }
}

extension LocalServer {
  /// Runs `body` with the https URL of a running server.
  ///
  /// - Parameter clients: PEM file of the root of the certificates that clients must show; nil: none is asked for.
  public static func serve(
    _ router: Router<BasicRequestContext>, certificate: String, key: String, clients: String? = nil,
    _ body: @escaping @Sendable (String) async throws -> Void
  ) async throws {
    var tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem)))
    if let clients {
      tls.certificateVerification = .noHostnameVerification
      tls.trustRoots = .file(clients)
    }
    try await serve(router, on: try .tls(tlsConfiguration: tls), scheme: "https", body)
  }
}
