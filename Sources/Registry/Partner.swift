public import Vocabulary

/// An organisation under contract, whose customers sign: all that is known of it.
public struct Partner: Sendable, Equatable {
  /// In every credential and SAD of its customers. Never changes.
  public let id: PartnerID
  /// Version of the record: another one, and a greater one, whenever something in it has changed. Given by the
  /// directory.
  public var revision: UInt64 = 0
  /// Whether nothing more is signed for its customers: the contract rests. What tightens goes on, such as deleting and
  /// revoking.
  public var isSuspended = false
  /// As its customers know it.
  public var name: String
  public var brand = Brand()
  /// Its software.
  public var clients: [Client] = []
  /// Origins (RFC 6454), as browsers write them, whose pages' scripts may call the API and the authorization server.
  public var browserOrigins: [String] = []
  /// Whether answers with signatures say where their receipts are.
  public var receipts = false
  /// Rules for calls to the partner; nil if it is not called.
  public var webhooks: Webhooks?
  /// Rules for its statements about its customers; nil if it makes none.
  public var statements: Statements?

  public init(id: PartnerID, name: String) {
    self.id = id
    self.name = name
  }
}

extension Partner {
  /// Look of the pages that the partner's customers see, as it was registered. Checked by the part that shows it.
  public struct Brand: Sendable, Equatable {
    /// The partner's own words in one language.
    public struct Words: Sendable, Hashable {
      /// A line above the log-in.
      public var welcome: String?
      /// URLs.
      public var terms, privacy, help: String?

      public init(welcome: String? = nil, terms: String? = nil, privacy: String? = nil, help: String? = nil) {
        self.welcome = welcome
        self.terms = terms
        self.privacy = privacy
        self.help = help
      }
    }

    /// `#rrggbb`, of buttons and lines; nil for the service's own.
    public var colour: String?
    /// Octets of a PNG, JPEG, WebP or SVG picture.
    public var logo: [UInt8]?
    /// By language (RFC 5646); a language that is missing has none.
    public var words: [String: Words] = [:]
    /// Origins whose pages may show ours in a frame.
    public var frameOrigins: [String] = []
    /// Whether the partner's pages open ours in a window of their own and talk with it afterwards.
    public var opensInPopUps = false

    public init() {}
  }

  /// Rules for calls to the partner: messages for its customers, and notifications of completed jobs.
  public struct Webhooks: Sendable, Equatable {
    /// Signs every call.
    public var secret: Secret
    /// URL of the messenger, which brings one-time codes and links to customers; nil if there is none.
    public var messenger: String?
    /// Origins below which a request may have the partner told that a job has ended.
    public var callbackOrigins: [CallbackOrigin] = []
    /// Of the messenger; a callback origin says for itself whether plain HTTP is allowed.
    public var peers = PeerRules()

    public init(secret: Secret) { self.secret = secret }

    /// The first registered origin that a URI is below.
    public func callbackOrigin(covering uri: String) -> CallbackOrigin? { callbackOrigins.first { $0.covers(uri) } }
  }
}

/// Rules for the other end of a call to a partner.
public struct PeerRules: Sendable, Hashable {
  /// Plain HTTP, for a partner on the same machine.
  public var allowsPlainHTTP: Bool
  /// Path of a PEM file with the only trusted roots; nil for those of the system.
  public var trustAnchors: String?

  public init(allowsPlainHTTP: Bool = false, trustAnchors: String? = nil) {
    self.allowsPlainHTTP = allowsPlainHTTP
    self.trustAnchors = trustAnchors
  }
}
