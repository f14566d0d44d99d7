internal import BlockingWork
internal import Foundation
public import Issuance
public import SoleControl
internal import Synchronization
public import Vocabulary

/// A CA of one's own as the issuer of new credentials' certificates. For sandboxes and for organisations that run their
/// own CA.
public final class AuthorityIssuer: CertificateIssuer {
  /// File and life of the CA's revocation list.
  public struct List: Sendable {
    /// Written whole or not at all.
    public var path: String
    /// Seconds until the next one, at the latest.
    public var life: Int64

    public init(path: String, life: Int64) {
      self.path = path
      self.life = life
    }
  }

  private let authority: CertificateAuthority
  private let list: List
  private let now: @Sendable () -> UnixTime
  /// Signing waits for the device.
  private let work = ThreadPool("issuer", threads: 1, waitingLine: 1000)
  private let lastNumber = Mutex<Int64>(0)
  public let name: String

  /// - Parameter now: UTC.
  public init(_ authority: CertificateAuthority, list: List, now: @escaping @Sendable () -> UnixTime) throws {
    self.authority = authority
    self.list = list
    self.now = now
    name = try authority.issuingName
  }

  public func issue(_ request: CertificateRequest) async throws(IssuerError) -> Certificate {
    let subject = request.subject
    return try await run { [authority] in
      try authority.issue(
        publicKey: request.publicKey,
        subject: .init(
          commonName: subject.commonName, givenName: subject.givenName, surname: subject.surname,
          country: subject.country), serial: request.serialNumber, now: request.notBefore, days: request.days,
        policy: request.policy)
    }
  }

  public func publish(_ revocations: [Revocation]) async throws(IssuerError) {
    try await run { [authority, list, self] in
      let now = now()
      // Grows with each issue (RFC 5280 §5.2.3), also over restarts.
      let number = lastNumber.withLock { last in
        last = max(last + 1, now)
        return last
      }
      let named = withThoseOfLastList(revocations, now)
      let octets = try authority.issuingList(of: named, now: now, number: number, next: list.life)
      try Data(octets).write(to: URL(fileURLWithPath: list.path), options: .atomic)
    }
  }

  /// Seconds. The longest validity of a certificate that the configuration takes.
  private static let longestLife: Int64 = 3660 * 86400

  /// Once a list named a certificate, the next ones do, whatever somebody took out of the store since: the CA's own
  /// signature says that it is revoked.
  private func withThoseOfLastList(_ revocations: [Revocation], _ now: UnixTime) -> [Revocation] {
    guard let last = FileManager.default.contents(atPath: list.path) else { return revocations }
    let known = Set(revocations.map(\.serialNumber))
    return revocations
      + authority.revocations(inList: Array(last), life: Self.longestLife).filter {
        !known.contains($0.serialNumber) && now < $0.expires
      }
  }

  private func run<Output: Sendable>(
    _ body: @escaping @Sendable () throws -> Output
  ) async throws(IssuerError) -> Output {
    do { return try await work.run(body) } catch { throw .failed("\(error)") }
  }
}
