import OAuth
import SoleControl
import Vocabulary
import WireJSON

extension MemoryTransaction {
  func hasAccessToken(_ digest: [UInt8]) throws -> Bool {
    uses(.shared) { _ in [.accessToken(digest)] }
    return state.tokens[digest]?.kind == .access
  }
}

extension MemoryTransaction: OAuthWriting {
  private static func key(_ kind: OAuthEntry.Kind, _ digest: [UInt8]) -> String { "\(kind.rawValue) \(digest)" }

  func token(_ digest: [UInt8]) throws -> TokenRecord? {
    uses(.shared, oauth: { keys(toToken: digest, $0) })
    return state.tokens[digest]
  }

  func account(_ username: String) throws -> Account? {
    uses(.shared, oauth: { [.account(username, $0)] })
    return state.accounts[username]
  }

  func entry(_ kind: OAuthEntry.Kind, _ digest: [UInt8]) throws -> OAuthEntry? {
    uses(.shared, oauth: { [.entry(kind, digest, $0)] })
    return state.entries[Self.key(kind, digest)]
  }

  /// A new token of a new grant needs no declaration.
  func put(_ token: TokenRecord) throws {
    if state.tokens[token.digest] != nil || before.tokens.values.contains(where: { $0.grant == token.grant }) {
      uses(.exclusive, oauth: { [.token(token.digest, $0)] + keys(toGrant: token.grant, $0) })
    }
    state.tokens[token.digest] = token
  }

  func removeToken(_ digest: [UInt8]) throws {
    uses(.exclusive, oauth: { keys(toToken: digest, $0) })
    state.tokens[digest] = nil
  }

  func removeGrant(_ grant: String) throws {
    uses(.exclusive, oauth: { keys(toGrant: grant, $0) })
    state.tokens = state.tokens.filter { $0.value.grant != grant }
  }

  func put(_ account: Account) throws {
    uses(.exclusive, oauth: { [.account(account.username, $0)] })
    state.accounts[account.username] = account
  }

  /// A new entry needs no declaration, but for a token's id, which others may bring as well.
  func put(_ entry: OAuthEntry) throws {
    let key = Self.key(entry.kind, entry.digest)
    if state.entries[key] != nil || entry.kind == .usedID {
      uses(.exclusive, oauth: { [.entry(entry.kind, entry.digest, $0)] })
    }
    state.entries[key] = entry
  }

  func removeEntry(_ kind: OAuthEntry.Kind, _ digest: [UInt8]) throws {
    uses(.exclusive, oauth: { [.entry(kind, digest, $0)] })
    state.entries[Self.key(kind, digest)] = nil
  }

  func removeTokens(expiredBefore time: Int64) throws {
    state.tokens = state.tokens.filter { $0.value.expires >= time }
  }

  func removeEntries(expiredBefore time: Int64) throws {
    state.entries = state.entries.filter { $0.value.expires >= time }
  }

  func limit(_ kind: OAuthEntry.Kind, keptFor client: String, to count: Int, octets: Int) throws {
    uses(.exclusive, oauth: { [.kept(kind, client: client, $0)] })
    var kept = state.entries.filter { $0.value.keptFor == client && $0.value.kind == kind }
      .sorted { $0.value.expires < $1.value.expires }[...]
    while kept.count > count || kept.reduce(0, { $0 + $1.value.body.count }) > octets {
      guard let oldest = kept.popFirst() else { return }
      state.entries[oldest.key] = nil
    }
  }

  // MARK: Keys that cover a row

  private func keys(toToken digest: [UInt8], _ lock: RowLock) -> [OAuthKey] {
    [.token(digest, lock), .grantOfToken(digest, lock)]
      + (before.tokens[digest].map { keys(toGrant: $0.grant, lock) } ?? [])
  }

  private func keys(toGrant grant: String, _ lock: RowLock) -> [OAuthKey] {
    let codes = before.entries.values.filter { entry in
      entry.kind == .code
        && (try? JSONValue.parse(entry.body, limits: .own))?.object?["grant"]?.string == grant
    }
    return before.tokens.values.filter { $0.grant == grant }.map { .grantOfToken($0.digest, lock) }
      + codes.map { .grantOfCode($0.digest, lock) }
  }
}
