import Vocabulary

/// One experiment. It shows every item it lists; in a run over one version it speaks for those items that the
/// version has. Returning means passed.
struct Check: Sendable {
  let items: [Int]
  /// CSC methods that must be implemented, else the items are skipped.
  let needs: [String]
  let run: @Sendable (Session) async throws -> Void

  init(_ items: Int..., needs: String..., run: @escaping @Sendable (Session) async throws -> Void) {
    self.items = items
    self.needs = needs
    self.run = run
  }

  init(_ item: Int, needing needs: [String], run: @escaping @Sendable (Session) async throws -> Void) {
    self.init(items: [item], needs: needs, run: run)
  }

  /// Items about which a client can find out nothing.
  static func unseen(_ items: Int..., because reason: String) -> Check {
    Check(items: items, needs: []) { _ in throw Finding.unseen(reason) }
  }

  private init(items: [Int], needs: [String], run: @escaping @Sendable (Session) async throws -> Void) {
    self.items = items
    self.needs = needs
    self.run = run
  }

  func applies(to version: CSCVersion) -> Bool {
    items.contains { Catalogue.item($0)?.versions.contains(version) ?? false }
  }
}

/// Checks that belong together and run in this order.
struct Section: Sendable {
  let title: String
  let checks: [Check]

  /// Order matters: what is observed over the whole run, and what waits, comes last.
  static let all: [Section] = [
    .transport, .info, .login, .revoke, .list, .credentialInfo, .getChallenge, .authorize, .authorizeCheck,
    .extendTransaction, .signHash, .signDoc, .signDocRows, .polling, .timestamp, .oauthAuthorize, .oauthToken,
    .oauthRevoke,
    .accountToken, .commonRows, .creation, .sendOTP, .locking, .expiry, .samples, .members, .general,
  ]
}
