internal import Foundation
internal import JOSE
public import OutboundHTTP
public import Registry
internal import SoleControl
public import Vocabulary
public import WireJSON

/// The registered keys of one partner: a JWK set (RFC 7517) in a file or at a URL, read again from time to time, so
/// that the partner can rotate keys while the gateway runs.
///
/// A new key is published next to the old one, then used; then the old one is taken away. A key id that is not in the
/// set makes the gateway read the set at once, so the new key needs no waiting; a key that was taken away is good for
/// `life` at most. While the set is unavailable, the last one is good for `keptFor`. A set that is available and wrong
/// is never replaced by an older one: the partner may have withdrawn a key.
public struct StatementKeys: Sendable {
  public struct Times: Sendable {
    /// Seconds for which a set is used before it is read again.
    public var life: UnixTime = 600
    /// Seconds between two readings because of unknown key ids, or after a failure: strangers' statements must not make
    /// us call the partner again and again.
    public var pause: UnixTime = 10
    /// Seconds after the last good reading for which that set is used if no other is available.
    public var keptFor: UnixTime = 3600

    public init() {}
  }

  public enum Failure: String, Sendable {
    case unavailable = "the keys cannot be fetched"
    case wrong = "the keys are not a JWK set"
  }

  /// Hands over the document, or nil if it is not available now.
  public typealias Source = @Sendable () async -> JSONValue?

  private let set: PublishedDocument<KeySet>

  /// - Parameter report: told of every reading that brought no good set.
  public init(
    _ source: @escaping Source, times: Times = Times(), now: @escaping @Sendable () -> UnixTime,
    report: @escaping @Sendable (Failure) -> Void = { _ in }
  ) {
    let life = DocumentLife(fresh: times.life, kept: times.keptFor, retry: times.pause)
    set = PublishedDocument(life, now: now) {
      guard let document = await source() else {
        report(.unavailable)
        throw EIDTokenError.providerUnavailable()
      }
      guard let keys = KeySet(document) else {
        report(.wrong)
        throw EIDTokenError.refused("keys")
      }
      return keys
    }
  }

  /// The keys that may have signed the token; at least one.
  func candidates(for token: SignedToken) async throws(EIDTokenError) -> [JSONObject] {
    let keys = token.candidates(in: try await set.value(where: { !token.candidates(in: $0).isEmpty }))
    guard !keys.isEmpty else { throw .refused("kid") }
    return keys
  }
}

extension StatementKeys {
  /// A set in a file. A changed file is noticed after `life`.
  public static func file(_ path: String) -> Source {
    { FileManager.default.contents(atPath: path).flatMap { try? JSONValue.parse(Array($0), limits: .answer) } }
  }

  /// The keys of a partner's statements, where its record says that they are.
  ///
  /// - Parameters:
  ///   - client: for a set at a URL; asked at each reading, so that no set keeps one.
  ///   - report: told of every reading that brought no good set.
  public init(
    _ rules: Partner.Statements, now: @escaping @Sendable () -> UnixTime,
    client: @escaping @Sendable (PeerRules) -> HTTPClient,
    report: @escaping @Sendable (Failure) -> Void = { _ in }
  ) {
    let source =
      switch rules.keys {
      case .file(let path): Self.file(path)
      case .url(let url, let peers): Self.url(url, client: { client(peers) })
      }
    var times = Times()
    (times.life, times.pause, times.keptFor) = (rules.keyLife, rules.keyPause, rules.keysKeptFor)
    self.init(source, times: times, now: now, report: report)
  }

  /// A set at a URL.
  public static func url(_ url: String, client: @escaping @Sendable () -> HTTPClient) -> Source {
    {
      guard
        let answer = try? await client().perform(HTTPClient.Request(url: url, headers: ["Accept: application/json"])),
        answer.status == 200
      else { return nil }
      return try? JSONValue.parse(answer.body, limits: .answer)
    }
  }

  /// Whether the document is a JWK set that can be used; for configuration files.
  public static func isUsable(_ document: JSONValue) -> Bool { KeySet(document) != nil }
}
