internal import Octets
internal import WireJSON

extension Session {
  /// The CMS of a detached signature over `documentContent`; fails unless it verifies.
  @discardableResult
  func detachedSignature(_ exchange: Exchange) throws -> SignedDataFacts {
    let signatures = try exchange.octets("SignatureObject")
    try exchange.require(signatures.count == 1, "one SignatureObject", received: "\(signatures.count)")
    guard let format = detachedFormat, ["C", "P"].contains(format) else {
      throw Finding.missing("this tool verifies CAdES and PAdES only")
    }
    let facts = try verified(signatures[0], over: Self.documentContent, exchange)
    try exchange.require(facts.isDetached, "a detached signature", received: "the document is inside")
    return facts
  }

  /// Fails unless the result is the whole document with its signature. Of XAdES only the form is looked at.
  func verifyWhole(_ exchange: Exchange, _ form: DocumentForm) throws {
    let names = ["DocumentWithSignature", "SignatureObject"].filter { exchange.json?[$0] != nil }
    let wanted = form.isEnveloped ? "DocumentWithSignature" : "DocumentWithSignature or SignatureObject"
    guard names.count == 1, names[0] == "DocumentWithSignature" || !form.isEnveloped,
      case let results = try exchange.octets(names[0]), results.count == 1
    else { throw exchange.failure("one \(wanted)") }
    let result = results[0]
    switch form.format {
    case "P":
      guard let signature = PDFSignature(result) else { throw exchange.failure("a PDF with a signature") }
      try verified(signature.cms, over: signature.content, exchange)
    case "X":
      let text = String(decoding: result, as: UTF8.self)
      try exchange.require(
        text.contains("http://www.w3.org/2000/09/xmldsig#") && text.contains("4711"), "the XML with a signature")
    case "J":
      let parts = String(decoding: result, as: UTF8.self).split(separator: ".", omittingEmptySubsequences: false)
      try exchange.require(
        parts.count == 3 && parts[1] == Base64.encodeURL(form.content), "a compact JWS around the document")
    default:
      let facts = try verified(result, over: form.content, exchange)
      try exchange.require(facts.content == form.content, "the document inside the signature")
    }
  }

  @discardableResult
  private func verified(_ signature: [UInt8], over content: [UInt8], _ exchange: Exchange) throws -> SignedDataFacts {
    guard let facts = cryptography.signedData(signature, content: content) else {
      throw exchange.failure("a CMS SignedData")
    }
    try exchange.require(facts.signatureIsValid, "a signature that verifies over the document", received: "it does not")
    return facts
  }
}
