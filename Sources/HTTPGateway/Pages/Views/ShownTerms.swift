internal import DocumentSigning
internal import Texts

extension DocumentTerms {
  /// Characters of a text among them.
  static let longest = 500

  /// Whether a page can show the whole of it, so that a person can approve it.
  var isShowable: Bool {
    guard circumstances.map({ DisplayText.isWhole($0, longest: Self.longest) }) ?? true else { return false }
    return properties.allSatisfy { property in
      switch property.readable {
      case nil: false
      case .computed, .commitment: true
      case .parts(let parts): parts.allSatisfy { DisplayText.isWhole($0, longest: Self.longest) }
      }
    }
  }

  /// Rows of the page: what is signed along with the document, in the order in which it was asked for.
  func shownProperties(_ texts: PropertyTexts) -> [[String: Any]] {
    properties.map { property in
      let values: [String] =
        switch property.readable {
        case .computed: [texts.computed]
        case .commitment(let oid): [texts.commitment(oid)]
        case .parts(let parts): parts.compactMap { DisplayText.neutral($0, longest: Self.longest) }
        // Was refused before.
        case nil: []
        }
      return ["name": texts.name(property.kind), "values": values]
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

  /// The name of a commitment; its OID if it is none of RFC 5126 §5.11.1.
  fileprivate func commitment(_ oid: String) -> String {
    let start = "1.2.840.113549.1.9.16.6."
    guard oid.hasPrefix(start), let number = Int(oid.dropFirst(start.count)), (1...commitments.count).contains(number)
    else { return oid }
    return commitments[number - 1]
  }
}
