internal import CSCModel
internal import DocumentSigning
internal import SoleControl
internal import Vocabulary

extension RequestedProperty {
  var domainValue: SignedProperty? {
    switch value {
    case .computed: SignedProperty(name: name, octets: nil)
    case .octets(let octets): SignedProperty(name: name, octets: octets)
    case .text(let text): SignedProperty(name: name, text: text)
    }
  }
}

extension [RequestedProperty] {
  /// - Parameter isGood: whether a property is taken here, apart from being one.
  /// - Throws: `CSCError` with the names of those that cannot, or that are there twice.
  func domainValues(where isGood: (SignedProperty) -> Bool) throws(CSCError) -> [SignedProperty] {
    let properties = map { ($0.name, $0.domainValue.flatMap { isGood($0) ? $0 : nil }) }
    let known = properties.compactMap(\.1)
    // The same attribute by its name and by its OID is twice the same.
    let isDoubled = Set(known.map(\.kind)).count < known.count
    let refused = properties.filter { $0.1 == nil || isDoubled }.map(\.0)
    guard refused.isEmpty else { throw CSCError.invalidSignedProps(refused) }
    return known
  }
}

extension CredentialScopeRequest {
  /// All that goes with each document.
  ///
  /// - Throws: `CSCError` if some of it cannot be shown to a person as it is: then it cannot be approved.
  func terms() throws(CSCError) -> [DocumentTerms] {
    do {
      return try documents.map { document in
        let terms = DocumentTerms(
          properties: try document.properties.domainValues { _ in true }, circumstances: document.circumstances)
        guard terms.isShowable else { throw CSCError.invalidAuthorizationDetails }
        return terms
      }
    } catch { throw .invalidAuthorizationDetails }
  }
}

extension CredentialScopeRequest.Document {
  /// Whether the client itself says that whatever goes with the digest is in it already.
  var isRepresentation: Bool { hashType == "DTBSR" }
}

extension SoleControl.AuthorizationRequest {
  /// The part of a request with scope `credential` about one credential.
  ///
  /// - Parameter shown: the request's `terms()`.
  init(
    _ asked: CredentialScopeRequest, _ credential: CredentialID, _ shown: [DocumentTerms], client: String
  ) {
    self.init(
      credential: credential, numSignatures: asked.numSignatures, hashAlgorithm: asked.hashAlgorithm,
      digests: asked.documents.map(\.digest), presented: [:], channel: .authorizationServer(ClientID(client)))
    // Single parameters have no place for terms, so a caller who sends them says nothing of any.
    guard asked.type != nil else { return }
    saysTerms = true
    terms = zip(asked.documents, shown).map { document, terms in
      AuthorizedTerms(digest: terms.digest(for: document.digest), isInDigest: document.isRepresentation)
    }
  }
}
