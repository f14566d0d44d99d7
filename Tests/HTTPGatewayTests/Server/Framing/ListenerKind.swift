import Foundation
import SelfSignedTLS
import TestSupport

/// The two listeners that a gateway has.
enum ListenerKind: CaseIterable, Sendable {
  case plain, tls

  /// A connection of HTTP/1.
  func open(_ port: Int) async throws -> RawConnection {
    try await RawConnection.open(port, tls: self == .plain ? nil : ["http/1.1"])
  }

  /// Serves a gateway on a listener of this kind.
  func serving(_ body: @escaping @Sendable (GatewayFixture, Int) async throws -> Void) async throws {
    let fixture = try await GatewayFixture()
    try await fixture.serving(tls: self == .plain ? nil : try TLSFiles().names) { port in try await body(fixture, port)
    }
  }
}

/// A certificate for 127.0.0.1 and its key, in files.
struct TLSFiles {
  let certificate, privateKey: String

  init() throws {
    let folder = try temporaryFolder()
    certificate = folder.appendingPathComponent("certificate.pem").path
    privateKey = folder.appendingPathComponent("key.pem").path
    try renew()
  }

  var names: (certificate: String, privateKey: String) { (certificate, privateKey) }

  /// Puts a new key and certificate into the files.
  func renew() throws {
    let identity = try SelfSignedIdentity.loopback(
      serial: (0..<16).map { _ in UInt8.random(in: .min ... .max) }, now: Int64(Date().timeIntervalSince1970), days: 2)
    try Data(identity.certificate.utf8).write(to: URL(fileURLWithPath: certificate))
    try Data(identity.privateKey.utf8).write(to: URL(fileURLWithPath: privateKey))
  }
}
