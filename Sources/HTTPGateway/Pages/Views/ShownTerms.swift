internal import DocumentSigning
internal import Texts
internal import Vocabulary

extension DocumentTerms {
  /// Characters of a text among them.
  static let longest = 500

  /// Whether a page can show the whole of it, so that a person can approve it.
  var isShowable: Bool {
    guard circumstances.map({ DisplayText.isWhole($0, longest: Self.longest) }) ?? true else { return false }
    return properties.allSatisfy { $0.readable?.isShowable ?? false }
  }

  /// Rows of the page: what is signed along with the document, in the order in which it was asked for.
  func shownProperties(_ texts: PropertyTexts) -> [[String: Any]] {
    // Without a meaning it was refused before.
    properties.map { ["name": texts.name($0.kind), "values": $0.readable.map(texts.values) ?? []] }
  }
}

extension ReadableProperty {
  /// Octets of the longest digest of a hash that is not known here.
  private static let longestDigest = 64

  fileprivate var isShowable: Bool {
    guard texts.allSatisfy({ DisplayText.isWhole($0, longest: DocumentTerms.longest) }) else { return false }
    guard case .policy(_, let hash, let digest) = self else { return true }
    // Two digits each. What has another length is no digest, and could be any number of lines on the page.
    let octets = digest.utf8.count / 2
    return HashAlgorithm(oid: hash).map { octets == $0.digestLength } ?? (1...Self.longestDigest).contains(octets)
  }

  /// Texts of unknown origin in it.
  fileprivate var texts: [String] {
    switch self {
    case .computed: []
    case .commitment(let oid): [oid]
    case .policy(let oid, let hash, _): [oid, hash]
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
        // Each line says what it is, or one could pass for the country.
      } + address.compactMap(shown).map { self.address.filled(["value": $0]) }
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
