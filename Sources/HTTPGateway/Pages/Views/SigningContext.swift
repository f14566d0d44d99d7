internal import DocumentSigning
internal import Octets
internal import Texts
internal import Vocabulary

/// Documents that are signed, on the consent page and on the page behind a link.
extension PageContext {
  init(_ view: ConfirmView, _ language: Language) {
    self.init(language)
    set(view.signing, client: view.client, view.message, action: view.action)
    values["transaction"] = view.transaction
    values["csrf"] = view.csrf
  }

  mutating func set(_ view: SigningView, client: String, _ message: PageMessage?, action: String) {
    values["title"] = texts.signingTitle.text(view.numSignatures).filled(["count": "\(view.numSignatures)"])
    values["lead"] = sentence(texts.signingLead, client: client)
    values["client"] = Self.name(client)
    values["purpose"] = view.description.flatMap { DisplayText.neutral($0, longest: Self.longestPurpose) }
    values["numSignatures"] = "\(view.numSignatures)"
    values["action"] = action
    set(view.documents, hashName: view.hashName, numSignatures: view.numSignatures, client: client)
    values["certificate"] = certificate(view.certificate)
    values["credential"] = Self.name(view.credential)
    values["shown"] = view.shown
    values["approveText"] = texts.approve
    set(view.factors, message)
  }

  private mutating func set(
    _ documents: [SigningView.Document], hashName: String, numSignatures: Int, client: String
  ) {
    // One document behind a button is more work than one more on the page.
    let shown = documents.count <= Self.firstDocuments + 1 ? documents.count : Self.firstDocuments
    let hidden = documents.count - shown
    values["hasDocuments"] = !documents.isEmpty
    values["hasLabels"] = documents.contains { $0.label != nil }
    values["digestName"] = texts.digest.filled(["hash": hashName])
    values["documents"] = documents.prefix(shown).map(document)
    if hidden > 0 {
      values["more"] = texts.moreDocuments.text(hidden).filled(["count": "\(hidden)"])
      values["moreStart"] = "\(shown + 1)"
      values["moreDocuments"] = documents.dropFirst(shown).map(document)
    }
    let unnamed = numSignatures - documents.count
    if unnamed > 0 {
      let amount = documents.isEmpty ? texts.unnamed : texts.unnamedRest
      values["hasUnnamed"] = true
      values["unnamed"] = sentence(amount.text(unnamed), client: client, ["count": "\(unnamed)"])
    }
  }

  private func document(_ document: SigningView.Document) -> [String: Any] {
    let digits = Array(Hex.encode(document.digest))
    var values: [String: Any] = [
      "digest": stride(from: 0, to: digits.count, by: 8).map { String(digits[$0..<min($0 + 8, digits.count)]) }
    ]
    values["label"] = document.label.flatMap { DisplayText.neutral($0, longest: Self.longestLabel) }
    let properties = document.terms.shownProperties(texts.properties)
    if !properties.isEmpty {
      values["properties"] = [
        "rows": properties, "lead": document.isRepresentation ? texts.statedInDigest : texts.signedAlong,
      ]
    }
    values["circumstances"] = document.terms.circumstances.flatMap {
      DisplayText.neutral($0, longest: DocumentTerms.longest)
    }
    return values
  }
}
