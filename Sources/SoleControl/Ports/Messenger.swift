public import Vocabulary
import WireJSON

/// Address to which the partner's messenger delivers. Part of the protected credential row: an editor of the store
/// cannot send a customer's codes elsewhere.
public struct MessageRecipient: Sendable, Equatable {
  /// The customer's name at the partner, who knows the telephone number or address.
  public var name: String
  /// RFC 5646; nil if it is not known.
  public var language: String?

  public init(name: String, language: String? = nil) {
    self.name = name
    self.language = language
  }

  var members: [(String, JSONValue)] {
    [("to", .string(name))] + (language.map { [("language", .string($0))] } ?? [])
  }

  init?(json object: JSONObject) {
    guard let name = object["to"]?.string else { return nil }
    self.init(name: name, language: object["language"]?.string)
  }
}

/// A message to a customer.
public struct Message: Sendable, Equatable {
  public enum Content: Sendable, Equatable {
    case oneTimeCode(String)
    /// URL of a confirmation page.
    case confirmation(url: String)
    /// URL of the page on which the customer sets the factor of a credential that was ordered for the customer.
    case invitation(url: String)
    /// There is a new credential of the customer; nothing is asked for.
    case credentialMade
    /// A credential of the customer was deleted without the customer; nothing is asked for.
    case credentialDeleted
  }

  /// The same for every attempt to deliver it.
  public let id: String
  /// The customer's name at the partner.
  public let recipient: String
  public let credential: CredentialID
  public let content: Content
  /// Text for the customer.
  public let text: String

  public init(id: String, recipient: String, credential: CredentialID, content: Content, text: String) {
    self.id = id
    self.recipient = recipient
    self.credential = credential
    self.content = content
    self.text = text
  }
}

public enum MessengerError: Error, Equatable, Sendable {
  /// The partner has no messenger.
  case notConfigured
  /// It does not take the message now. It may have got it all the same.
  case unavailable
}

/// Hands messages to the messenger of a partner, who reaches the customer by SMS or otherwise.
public protocol Messenger: Sendable {
  /// Returns when the messenger has taken the message.
  func deliver(_ message: Message, of partner: PartnerID) async throws(MessengerError)
  /// Whether the partner has a messenger, which need not be up.
  ///
  /// - Throws: `unavailable` if that is not known now.
  func exists(for partner: PartnerID) async throws(MessengerError) -> Bool
}

/// For services whose credentials need no messages.
public struct NoMessenger: Messenger {
  public init() {}
  public func deliver(_: Message, of: PartnerID) async throws(MessengerError) { throw .notConfigured }
  public func exists(for: PartnerID) async throws(MessengerError) -> Bool { false }
}
