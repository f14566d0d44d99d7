internal import CSCModel
internal import Issuance
internal import OAuth
internal import SoleControl
internal import Texts
internal import Vocabulary

extension Offer {
  /// The consent page's view of it.
  ///
  /// - Parameter issuer: RFC 4514 name of the CA that makes new certificates.
  func view(
    _ transaction: AuthorizationTransaction, codeWasSent: Bool, issuer: String, _ language: Language
  ) -> ConsentView.Scope {
    let hasEID = transaction.hasEIDToken
    switch self {
    case .service: return .service
    case .credential(let offered):
      return .credential(
        SigningView(
          credential: offered.credential.description,
          certificate: SigningView.Certificate(offered.credential.certificate),
          documents: zip(offered.asked.documents, offered.terms).map {
            SigningView.Document(
              label: $0.label, digest: $0.digest, terms: $1, isRepresentation: $0.isRepresentation)
          },
          hashName: offered.asked.hashAlgorithm?.displayName ?? "",
          numSignatures: offered.asked.numSignatures,
          description: offered.asked.description,
          factors: offered.credential.pageFactors(hasEID: hasEID, codeWasSent: codeWasSent),
          shown: offered.serviceChoice))
    case .choice(let choice): return .choice(choice.view(language))
    case .lifecycle(.creation(let creation, _)):
      let profile = creation.profile
      let identity = creation.subject
      return .creation(
        CreationView(
          policyName: profile.name(language),
          policy: profile.policy, subject: identity.commonName, givenName: identity.givenName,
          surname: identity.surname, country: identity.country, issuer: issuer, days: profile.days,
          credential: creation.proof.description,
          factors: creation.proof.pageFactors(hasEID: hasEID, codeWasSent: codeWasSent)))
    case .lifecycle(.deletion(let credential, _)):
      return .deletion(
        DeletionView(
          credential: credential.description, certificate: SigningView.Certificate(credential.certificate),
          isRevoked: credential.certificate.issuer == issuer,
          factors: credential.pageFactors(hasEID: hasEID, codeWasSent: codeWasSent)))
    }
  }
}

extension CredentialProfile {
  fileprivate func name(_ language: Language) -> String { names[language.rawValue] ?? names["en"] ?? policy }
}

extension ChoiceOffer {
  fileprivate func view(_ language: Language) -> ChoiceView {
    switch options {
    case .policies(let offers):
      ChoiceView(
        isCreation: true,
        options: offers.map { .init(value: $0.profile.policy, name: $0.profile.name(language)) }, isCut: isCut)
    case .credentials(let credentials):
      ChoiceView(
        isCreation: false,
        options: credentials.map { credential in
          let certificate = credential.certificate
          return .init(
            value: credential.id.rawValue, name: credential.description,
            certificate: (serialNumber: certificate.serialNumber, validTo: certificate.notAfter))
        }, isCut: isCut)
    }
  }
}

extension SigningView.Certificate {
  init(_ certificate: Certificate) {
    self.init(subject: certificate.subject, issuer: certificate.issuer, validTo: certificate.notAfter)
  }
}

extension HashAlgorithm {
  var displayName: String {
    switch self {
    case .sha256: "SHA-256"
    case .sha384: "SHA-384"
    case .sha512: "SHA-512"
    }
  }
}

extension Credential {
  /// Factors that a page asks for: those of the policy, in a fixed order.
  fileprivate func pageFactors(hasEID: Bool, codeWasSent: Bool) -> [SigningView.Factor] {
    guard let expression else { return [] }
    return FactorID.allCases.filter(expression.factors.contains).compactMap { factor in
      let kind = factor.face.pageKind(PageFactorState(hasEID: hasEID, codeWasSent: codeWasSent))
      return kind.map { SigningView.Factor(kind: $0, isRequired: expression.demands(factor)) }
    }
  }
}
