/// Names of what is signed along with a document, in one language.
public struct PropertyTexts: Sendable {
  public let commitment, contentHints, mimeType, signerLocation, contentTimestamp, signerAttributes: String
  public let signaturePolicy, contentReference, contentIdentifier: String
  /// Parts of a place, each with `{value}`. Each line of an address is one.
  public let country, locality, address: String
  /// With `{hash}` and `{value}`.
  public let policyDigest: String
  /// In place of a value that is not known before.
  public let computed: String
  /// RFC 5126 §5.11.1, in the order of their numbers: origin, receipt, delivery, sender, approval, creation.
  public let commitments: [String]
}
