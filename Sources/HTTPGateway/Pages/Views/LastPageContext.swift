internal import Texts

/// Pages on which nothing is left to do.
extension PageContext {
  init(_ view: ErrorView, _ language: Language) {
    self.init(language)
    set(texts.pair(view.kind))
    values["isWrong"] = true
    values["detail"] = view.detail.flatMap { DisplayText.neutral($0, longest: Self.longestPurpose) }
    values["reference"] = view.requestID
    values["hasFacts"] = view.detail != nil || view.requestID != nil
  }

  init(_ view: DoneView, _ language: Language) {
    self.init(language)
    set(texts.pair(view.kind))
    values["continueURL"] = view.continueURL
    values["continueText"] = view.client.map { sentence(texts.backTo, client: $0) } ?? [["text": texts.back]]
  }

  init(_ view: ForwardView, _ language: Language) {
    self.init(language)
    values["title"] = texts.forwardTitle
    values["isNarrow"] = true
    values["forwardTo"] = view.url
    values["forwardLink"] = texts.forwardLink.filled(["host": WebOrigin(of: view.url)?.host ?? ""])
  }

  private mutating func set(_ pair: PageTexts.Pair) {
    values["title"] = pair.title
    values["text"] = pair.text
    values["isNarrow"] = true
  }
}
