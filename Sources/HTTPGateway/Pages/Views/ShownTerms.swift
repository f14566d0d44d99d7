internal import DocumentSigning
internal import Texts
internal import Vocabulary

extension DocumentTerms {
  /// Characters of a text among them.
  static let longest = 500

  /// Whether a page can show the whole of it, so that a person can approve it.
  var isShowable: Bool {
    guard circumstances.map({ DisplayText.isWhole($0, longest: Self.longest) }) ?? true else { return false }
    return properties.allSatisfy {
      $0.readable?.texts.allSatisfy { DisplayText.isWhole($0, longest: Self.longest) } ?? false
    }
  }

  /// Rows of the page: what is signed along with the document, in the order in which it was asked for.
  func shownProperties(_ texts: PropertyTexts) -> [[String: Any]] {
    // Without a meaning it was refused before.
    properties.map { ["name": texts.name($0.kind), "values": $0.readable.map(texts.values) ?? []] }
  }
}

extension ReadableProperty {
  /// Texts of unknown origin in it.
  fileprivate var texts: [String] {
    switch self {
    case .computed, .commitment, .policy: []
    case .parts(let parts): parts
    case .place(let country, let locality, let address): [country, locality].compactMap(\.self) + address
    }
  }
}

extension PropertyTexts {
  fileprivate func name(_ kind: SignedProperty.Kind) -> String {
    switch kind {
    case .commitmentTypeIndication: commitment
    case .contentHints: contentHints
    case .mimeType: mimeType
    case .signerLocation: signerLocation
    case .contentTimestamp: contentTimestamp
    case .signerAttributes: signerAttributes
    case .signaturePolicyIdentifier: signaturePolicy
    case .contentReference: contentReference
    case .contentIdentifier: contentIdentifier
    }
  }

  fileprivate func values(_ value: ReadableProperty) -> [String] {
    switch value {
    case .computed: [computed]
    case .commitment(let oid): [commitment(oid)]
    case .parts(let parts): parts.compactMap(shown)
    case .place(let country, let locality, let address):
      [(self.country, country), (self.locality, locality)].compactMap { label, text in
        text.flatMap(shown).map { label.filled(["value": $0]) }
      } + address.compactMap(shown).enumerated().map { $0 == 0 ? self.address.filled(["value": $1]) : $1 }
    case .policy(let oid, let hash, let digest):
      [oid, policyDigest.filled(["hash": HashAlgorithm(oid: hash)?.displayName ?? hash, "value": digest])]
    }
  }

  private func shown(_ text: String) -> String? { DisplayText.neutral(text, longest: DocumentTerms.longest) }

  /// The name of a commitment; its OID if it is none of RFC 5126 §5.11.1.
  fileprivate func commitment(_ oid: String) -> String {
    let start = "1.2.840.113549.1.9.16.6."
    guard oid.hasPrefix(start), let number = Int(oid.dropFirst(start.count)), (1...commitments.count).contains(number)
    else { return oid }
    return commitments[number - 1]
  }
}
