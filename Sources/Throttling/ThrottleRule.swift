/// Number of failures that are let through, and the wait after further ones (NIST SP 800-63B §5.2.2). Waits
/// double from failure to failure up to a longest one, so no lock-out is without limit.
public struct ThrottleRule: Sendable, Equatable {
  /// Failures without a wait.
  public var free: Int
  /// Seconds.
  public var firstWait: Int64
  public var longestWait: Int64
  /// Seconds in which `free` failures are forgotten, one after the other.
  public var memory: Int64

  public init(free: Int, firstWait: Int64, longestWait: Int64, memory: Int64) {
    self.free = free
    self.firstWait = firstWait
    self.longestWait = longestWait
    self.memory = memory
  }

  /// Seconds in which one failure is forgotten, so that who fails less often than that never waits.
  var interval: Int64 { max(1, memory / Int64(max(1, free))) }

  /// Seconds of waiting after so many failures.
  public func wait(after failures: Int) -> Int64 {
    guard failures > free else { return 0 }
    let doublings = failures - free - 1
    return doublings < 32 ? min(firstWait << Int64(doublings), longestWait) : longestWait
  }
}

/// Kind of counter, by the party for which it counts failures. The raw value stands in the store.
public enum ThrottleKind: String, Sendable, CaseIterable {
  /// Passwords: a name from one address.
  case logInPair = "login.pair"
  /// A name from everywhere, whether or not it exists.
  case logInName = "login.name"
  /// One address, for whatever names: a password that is tried on many.
  case logInAddress = "login.address"
  /// The pages of one client.
  case logInClient = "login.client"
  /// Proofs of a client, from one address, from everywhere, and of all clients from one address.
  case clientPair = "client.pair"
  case client = "client"
  case clientAddress = "client.address"
  /// PINs and codes, which can be guessed: all credentials of a signer.
  case factorSigner = "factor.signer"
  /// Signed statements and tokens, which cannot, but cost a check each: all credentials of a signer.
  case statementSigner = "statement.signer"
  /// Both: those that came through a client; those from a person's address, or from that of a partner's server, behind
  /// which are many people.
  case factorClient = "factor.client"
  case factorPerson = "factor.person"
  case factorServer = "factor.server"
  /// Messages with codes that were asked for: every request counts.
  case codeSigner = "code.signer"
  case codeClient = "code.client"
  case codePerson = "code.person"
  case codeServer = "code.server"
  /// Deletions that a trusted client orders: every order counts.
  case deletionClient = "deletion.client"
  /// Credentials that a trusted client orders, and those that are ordered for one person: every order counts.
  case creationClient = "creation.client"
  case creationSigner = "creation.signer"
  /// Links of invitations that lead nowhere, from one address.
  case linkAddress = "link.address"
  /// Wrong tokens for the operator's page, from one address. Counted in memory alone.
  case operatorAddress = "operator.address"
  /// Notes to the log that no witness signed, from one address. Counted in memory alone.
  case cosignatureAddress = "cosignature.address"
  /// Those that bring nothing new, which a witness may send now and then. In memory as well.
  case repeatedCosignatureAddress = "cosignature.repeated"

  /// The reasons are in Specs/decisions/0027-brute-force.md.
  public var rule: ThrottleRule {
    switch self {
    case .logInPair: ThrottleRule(free: 5, firstWait: 30, longestWait: 900, memory: 86400)
    case .logInName: ThrottleRule(free: 20, firstWait: 30, longestWait: 900, memory: 3600)
    case .logInAddress, .clientAddress: ThrottleRule(free: 100, firstWait: 30, longestWait: 900, memory: 3600)
    case .logInClient: ThrottleRule(free: 1000, firstWait: 5, longestWait: 60, memory: 3600)
    case .clientPair: ThrottleRule(free: 20, firstWait: 30, longestWait: 900, memory: 3600)
    case .client: ThrottleRule(free: 100, firstWait: 5, longestWait: 60, memory: 3600)
    case .factorSigner: ThrottleRule(free: 30, firstWait: 30, longestWait: 900, memory: 3600)
    case .statementSigner: ThrottleRule(free: 300, firstWait: 5, longestWait: 60, memory: 3600)
    case .factorPerson: ThrottleRule(free: 60, firstWait: 30, longestWait: 900, memory: 3600)
    case .factorClient, .factorServer: ThrottleRule(free: 1000, firstWait: 5, longestWait: 60, memory: 3600)
    case .codeSigner: ThrottleRule(free: 20, firstWait: 60, longestWait: 900, memory: 3600)
    case .codePerson: ThrottleRule(free: 60, firstWait: 60, longestWait: 900, memory: 3600)
    case .codeClient, .codeServer: ThrottleRule(free: 10_000, firstWait: 5, longestWait: 60, memory: 3600)
    case .deletionClient, .creationClient: ThrottleRule(free: 100, firstWait: 60, longestWait: 900, memory: 3600)
    case .creationSigner: ThrottleRule(free: 5, firstWait: 900, longestWait: 900, memory: 86400)
    case .linkAddress: ThrottleRule(free: 100, firstWait: 30, longestWait: 900, memory: 3600)
    case .repeatedCosignatureAddress: ThrottleRule(free: 200, firstWait: 5, longestWait: 60, memory: 3600)
    case .operatorAddress, .cosignatureAddress: ThrottleRule(free: 20, firstWait: 30, longestWait: 900, memory: 3600)
    }
  }

  /// Whether addresses with an earlier success skip this delay, so that an attacker, elsewhere or behind the same
  /// server, cannot lock out the real user.
  public var exemptsKnownAddresses: Bool {
    switch self {
    case .logInName, .logInAddress, .logInClient, .client: true
    default: false
    }
  }

  /// Whether many people are behind one counter.
  public var isShared: Bool {
    switch self {
    case .factorClient, .factorServer: true
    default: false
    }
  }

  /// Failures of one signer that shared counters take: more of them are that signer's own affair, and must not hold up
  /// the others.
  public static let perSignerCap = 10

  /// Time for which an address is known after a success. Seconds.
  static let knownFor: Int64 = 30 * 86400
}
