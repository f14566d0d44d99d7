extension SigningService {
  /// Credentials of a signer that are searched for a way to reach the person.
  private static let mostSearched = 1000

  /// Tells a person over the channel that registration established that there is a new way to sign in the person's name.
  /// Somebody else may have asked for it. Who has no such channel is not told, and a messenger that does not take the
  /// message ends nothing: the credential exists.
  package func tellOwner(of credential: Credential) async {
    let principal = Principal(partner: credential.partner, signer: credential.signer)
    guard
      let others = try? await credentials(of: credential.signer, after: nil, limit: Self.mostSearched, as: principal),
      let recipient = others.lazy.flatMap(\.authenticators).compactMap(\.recipient).first,
      let id = try? await randomID()
    else { return }
    let text = MessageText(recipient, rules).credentialMade(
      credential.certificate.serialNumber, partner: rules.name(of: credential.partner))
    let message = Message(
      id: id, recipient: recipient.name, credential: credential.id, content: .credentialMade, text: text)
    try? await messenger.deliver(message, of: credential.partner)
  }
}

extension Authenticator {
  /// Whom the partner's messenger reaches.
  fileprivate var recipient: MessageRecipient? {
    switch self {
    case .sms(let recipient), .page(let recipient, _, _): recipient
    default: nil
    }
  }
}
