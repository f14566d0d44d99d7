/// The rights of a client's token at the partner API, each by its wire name. A client is registered for some of them.
public enum PartnerScope: String, Sendable, CaseIterable {
  /// Looks at signers, credentials and usage, without contact.
  case read = "partner.read"
  /// Registers signers and records who they are; sees their personal data.
  case identify = "partner.identify"
  /// Orders and renews credentials.
  case issue = "partner.issue"
  /// Blocks and revokes credentials, and closes signers.
  case revoke = "partner.revoke"
  /// Fetches records for an auditor.
  case audit = "partner.audit"
}
