/// Kind of a signer: a natural person with signatures, or a legal person with seals (Regulation (EU) 910/2014, article
/// 3, 9 and 24).
public enum SubjectKind: String, Sendable, CaseIterable {
  case person, organisation
}

/// Whether anything can still be done for a signer.
public enum SignerState: String, Sendable, CaseIterable {
  case open
  /// Nothing new is recorded or issued; what there is stays until it may be erased.
  case closed
}
