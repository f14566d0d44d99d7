internal import Octets
internal import WireJSON

/// A packaging in which a whole document can be signed.
struct DocumentForm: Sendable {
  let format, property: String
  let content: [UInt8]
  /// Whether the result is the document with a signature in it.
  var isEnveloped: Bool { format == "P" || format == "X" }
}

extension Session {
  /// Content that is signed where any document will do.
  static let documentContent = Array("Order 4711".utf8)

  var documentDigest: [UInt8] { OctetDigest.sha256(Self.documentContent) }

  var formats: [String] { info.at("signature_formats", "formats")?.array?.compactMap(\.string) ?? [] }

  /// In which digests are signed here.
  var detachedFormat: String? { ["C", "P", "J", "X"].first(where: formats.contains) }

  func documentCredential() throws -> CredentialFacts {
    if let open = try? credential("SCAL 1", where: { $0.scal == 1 && Self.isSHA256($0) }) { return open }
    return try credential("SHA-256", where: Self.isSHA256)
  }

  private static func isSHA256(_ credential: CredentialFacts) -> Bool {
    Algorithm.preferred(credential.algorithms)?.hash == .sha256
  }

  /// A right request for a detached signature by digest.
  func signDocBody(_ credential: CredentialFacts, _ sad: String, content: [UInt8]) throws -> JSONValue {
    guard let format = detachedFormat else { throw Finding.notOffered("info lists no signature format") }
    let algorithm = try algorithm(credential)
    var entry: JSONValue = [
      "hashes": [.string(Base64.encode(OctetDigest.sha256(content)))],
      "signature_format": .string(format), "conformance_level": "AdES-B-B", "signAlgo": .string(algorithm.oid),
    ]
    if format != "P" { entry = entry.with(["signed_envelope_property": "Detached"]) }
    if let parameters = algorithm.parameters {
      entry = entry.with(["signAlgoParams": .string(Base64.encode(parameters))])
    }
    return [
      "credentialID": .string(credential.id), "SAD": .string(sad), "documentDigests": [entry],
      "hashAlgorithmOID": .string(HashFunction.sha256.rawValue),
    ]
  }

  /// The entry of a right request by digest, turned into one for a whole document.
  func documentEntry(_ content: [UInt8], _ body: JSONValue) -> JSONValue {
    let entry = body.object?["documentDigests"]?.array?.first ?? [:]
    return entry.without("hashes", "signed_envelope_property")
      .with(["document": .string(Base64.encode(content))])
  }

  func signDoc(_ credential: CredentialFacts, _ change: (JSONValue) -> JSONValue) async throws -> Exchange {
    let activation = try await activate(credential, [documentDigest], hash: .sha256)
    return try await api.call(
      "signatures/signDoc", change(try signDocBody(credential, activation.sad, content: Self.documentContent)))
  }

  /// Signs a whole document in the first way that the service has.
  ///
  /// - Parameter enveloped: only ways that put the signature into the document.
  func signWholeDocument(
    enveloped: Bool = false, _ change: (JSONValue) -> JSONValue
  ) async throws -> (Exchange, DocumentForm) {
    let forms = [
      DocumentForm(format: "X", property: "Enveloped", content: Array("<order>4711</order>".utf8)),
      DocumentForm(format: "P", property: "Certification", content: SamplePDF.octets),
      DocumentForm(format: "C", property: "Attached", content: Self.documentContent),
      DocumentForm(format: "J", property: "Attached", content: Self.documentContent),
    ]
    for form in forms where formats.contains(form.format) && (form.isEnveloped || !enveloped) {
      let credential = try documentCredential()
      let digest = OctetDigest.sha256(form.content)
      let activation = try await activate(credential, [digest], hash: .sha256)
      let body = try signDocBody(credential, activation.sad, content: form.content)
      let entry = documentEntry(form.content, body).with([
        "signature_format": .string(form.format), "signed_envelope_property": .string(form.property),
      ])
      let exchange = try await api.call(
        "signatures/signDoc", change(body.without("documentDigests").with(["documents": [entry]])))
      if exchange.status == 501 { continue }
      try exchange.succeeded()
      return (exchange, form)
    }
    throw Finding.notOffered(
      enveloped ? "the service puts no signature into a document" : "the service signs digests of documents only")
  }

  /// - Parameter credential: nil for any that signs documents.
  func faultyDocument(
    _ credential: CredentialFacts? = nil, _ change: (JSONValue) -> JSONValue
  ) async throws -> Exchange {
    let credential = try credential ?? documentCredential()
    return try await faulty(credential, method: "signatures/signDoc", digest: documentDigest) { activation in
      change(try signDocBody(credential, activation.sad, content: Self.documentContent))
    }
  }

  func faultyWholeDocument(_ change: (JSONValue) -> JSONValue) async throws -> Exchange {
    try await faultyDocument { body in
      let entry = documentEntry(Self.documentContent, body).with(["signed_envelope_property": "Attached"])
      return body.without("documentDigests").with(["documents": [change(entry)]])
    }
  }

  /// A job of `signDoc` in mode A.
  func asynchronousDocumentJob() async throws -> String {
    try requireAsynchronous()
    let exchange = try await signDoc(try documentCredential()) { $0.with(["operationMode": "A"]) }
    try exchange.succeeded()
    try exchange.require(
      exchange.json?["SignatureObject"] == nil && exchange.json?["DocumentWithSignature"] == nil, "no results")
    return try exchange.string("responseID")
  }
}

extension JSONValue {
  /// Changes the first entry of `documentDigests`, or of `documents`.
  func withInEntry(_ changes: KeyValuePairs<String, JSONValue>) -> JSONValue {
    changingEntry { $0.with(changes) }
  }
  func withoutInEntry(_ name: String) -> JSONValue { changingEntry { $0.without(name) } }

  fileprivate func changingEntry(_ change: (JSONValue) -> JSONValue) -> JSONValue {
    for name in ["documentDigests", "documents"] {
      if let entry = object?[name]?.array?.first { return with([name: [change(entry)]]) }
    }
    return self
  }
}
