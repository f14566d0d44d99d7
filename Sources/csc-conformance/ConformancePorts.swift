import Conformance
import ConformanceOpenSSL
import Foundation
import OutboundHTTP

/// The conformance tool's ports on libcurl and OpenSSL.
extension Ports {
  static func real(trustAnchors: String?) -> Ports {
    Ports(
      http: CurlPort(trustAnchors: trustAnchors), raw: CurlRawPort(), cryptography: ConformanceCryptography(),
      clock: SystemClock(), random: SystemRandom.octets)
  }
}

/// HTTP through libcurl.
struct CurlPort: HTTPPort {
  /// Documents come back whole, and in base64.
  private static let largestBody = 64 << 20

  private let client, clientForTLS12: HTTPClient

  /// - Parameter trustAnchors: PEM file; nil for the system's roots.
  init(trustAnchors: String?) {
    var settings = HTTPClient.Settings()
    settings.allowsPlainHTTP = true
    settings.trustAnchors = trustAnchors
    settings.largestBody = Self.largestBody
    // An implicit authorization of v1 may be held until the user has acted.
    settings.timeout = .seconds(60)
    client = HTTPClient(settings)
    settings.onlyTLS12 = true
    clientForTLS12 = HTTPClient(settings)
  }

  func send(_ request: HTTPRequest) async throws(NoAnswer) -> HTTPAnswer {
    let client = request.onlyTLS12 ? clientForTLS12 : client
    do {
      let answer = try await client.perform(
        .init(
          url: request.url, body: request.body, headers: request.headers.map { "\($0.name): \($0.value)" },
          method: request.method))
      return HTTPAnswer(status: answer.status, version: answer.version, headers: answer.headers, body: answer.body)
    } catch {
      throw NoAnswer(error)
    }
  }
}

struct CurlRawPort: RawConnectionPort {
  func exchange(host: String, port: Int, sending octets: [UInt8]) async throws(NoAnswer) -> [UInt8] {
    do { return try await RawExchange.perform(host: host, port: port, sending: octets) } catch {
      throw NoAnswer(error)
    }
  }
}

enum SystemRandom {
  @Sendable static func octets(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
  }
}

struct SystemClock: ClockPort {
  func now() -> Double { Date().timeIntervalSince1970 }
  func sleep(seconds: Double) async { try? await Task.sleep(for: .seconds(seconds)) }
}

extension NoAnswer {
  fileprivate init(_ error: HTTPClientError) {
    switch error {
    case .badAddress, .forbiddenAddress: self.init("the address cannot be used")
    case .badHeader: self.init("a header cannot be sent")
    case .unreachable, .lost: self.init("no connection, or it broke", isLostConnection: true)
    case .untrusted: self.init("the TLS handshake failed, or the certificate is not trusted (--trust-anchor)")
    case .timedOut: self.init("no answer in time")
    case .tooLarge: self.init("an answer larger than 64 MiB")
    case .stopped: self.init("stopped")
    }
  }
}
