internal import Octets
internal import WireJSON

extension Section {
  static let signDoc = Section(title: method, checks: results + requests + entries)

  private static let method = "signatures/signDoc"

  private static let results = [
    Check(180, needs: method) { session in
      try session.detachedSignature(try await session.signDoc(try session.documentCredential()) { $0 })
    },
    Check(181, needs: method) { session in
      let (exchange, form) = try await session.signWholeDocument(enveloped: true) { $0 }
      try session.verifyWhole(exchange, form)
    },
    Check(192, needs: method) { session in
      let exchange = try await session.signDoc(try session.documentCredential()) {
        $0.withoutInEntry("conformance_level")
      }
      let facts = try session.detachedSignature(exchange)
      // The baseline demands the signing certificate's reference, and level B no time-stamp.
      try exchange.require(
        facts.signedAttributes.contains("1.2.840.113549.1.9.16.2.47")
          && !facts.unsignedAttributes.contains("1.2.840.113549.1.9.16.2.14"),
        "signing-certificate-v2 and no signature-time-stamp",
        received: "\(facts.signedAttributes) and \(facts.unsignedAttributes)")
    },
    Check(194, needs: method) { session in
      let (exchange, form) = try await session.signWholeDocument { $0.withoutInEntry("signed_envelope_property") }
      try session.verifyWhole(exchange, form)
    },
    Check(196, needs: method) { session in
      // ETSI EN 319 122-1 §5.2; what goes into a PDF's dictionary does not come back with a digest's signature.
      let properties: KeyValuePairs = [
        "mime-type": "0.4.0.1733.2.1", "content-hints": "1.2.840.113549.1.9.16.2.4",
        "content-identifier": "1.2.840.113549.1.9.16.2.7", "content-time-stamp": "1.2.840.113549.1.9.16.2.20",
        "signer-location": "1.2.840.113549.1.9.16.2.17", "commitment-type-indication": "1.2.840.113549.1.9.16.2.16",
      ]
      for (name, type) in properties {
        let exchange = try await session.signDoc(try session.documentCredential()) {
          $0.withInEntry(["signed_props": [["attribute_name": .string(name)]]])
        }
        if exchange.status == 200 {
          let found = try session.detachedSignature(exchange).signedAttributes
          return try exchange.require(found.contains(type), "the signed attribute \(name)", received: "\(found)")
        }
        try exchange.require(
          exchange.errorDescription?.hasPrefix("Invalid parameter signed_props") ?? false || exchange.status == 501,
          "200, or signed_props that are not supported")
      }
      throw Finding.notOffered("the service computes none of \(properties.map(\.key).joined(separator: ", "))")
    },
    Check(200, needs: method) { session in
      let exchange = try await session.otherDocument { $0.scal == 2 }
      if exchange.status == 403 {
        try exchange.refused(
          "invalid_hash", "Document or documentDigest does not match authorized hash", status: [403])
      } else {
        try exchange.refused("invalid_request", "documentDigests or documents are not authorized by the SAD.")
      }
    },
    Check(201, needs: method) { session in
      let credential = try session.documentCredential()
      let with = try await session.signDoc(credential) { $0.with(["returnValidationInfo": true]) }
      try with.succeeded()
      try with.require(with.json?["validationInfo"]?.object != nil, "validationInfo")
      let without = try await session.signDoc(credential) { $0 }
      try without.succeeded()
      try without.require(without.json?["validationInfo"] == nil, "no validationInfo")
    },
    Check(202, needs: method) { _ = try await $0.asynchronousDocumentJob() },
    Check(310, needs: method) { session in
      let exchange = try await session.signDoc(try session.documentCredential()) {
        $0.withInEntry(["conformance_level": "aDES-b-B"])
      }
      try session.detachedSignature(exchange)
    },
  ]

  /// One fault in the request.
  private static let requests = [
    Check(182, needs: method) { session in
      let exchange = try await session.faultyDocument { $0.without("credentialID") }
      try exchange.refused(code: "invalid_request")
    },
    Check(183, 111409, needs: method) { session in
      let exchange = try await session.faultyDocument { body in
        body.with(["documents": [session.documentEntry(Session.documentContent, body)]])
      }
      try exchange.refused("invalid_request", "Both documentDigests and documents parameters passed")
    },
    Check(184, 111408, needs: method) { session in
      for change in [
        { $0.without("documentDigests") },
        { (body: JSONValue) in body.with(["documentDigests": [], "documents": []]) },
      ] {
        let exchange = try await session.faultyDocument(nil, change)
        try exchange.refused("invalid_request", "Empty documentDigests and documents objects")
      }
    },
    Check(185, 111406, needs: method) { session in
      let exchange = try await session.faultyDocument { $0.with(["documentDigests": "x"]) }
      try exchange.refused("invalid_request", "Invalid object parameter documentDigests")
    },
    Check(186, 111407, needs: method) { session in
      let exchange = try await session.faultyDocument { body in
        body.without("documentDigests").with(["documents": session.documentEntry(Session.documentContent, body)])
      }
      try exchange.refused("invalid_request", "Invalid array parameter documents")
    },
    Check(204, 111401, needs: method) { try await $0.malformedHeader(method) },
  ]

  /// One fault in the entry for a document.
  private static let entries = [
    Check(187, 111410, needs: method) { session in
      let text = "*" + Base64.encode(session.documentDigest).dropFirst()
      let exchange = try await session.faultyDocument { $0.withInEntry(["hashes": [.string(text)]]) }
      try exchange.refused("invalid_request", "Invalid Base64 hashes string parameter")
    },
    Check(188, 111411, needs: method) { session in
      let text = "*" + Base64.encode(Session.documentContent).dropFirst()
      let exchange = try await session.faultyWholeDocument { $0.with(["document": .string(text)]) }
      try exchange.refused("invalid_request", "Invalid Base64 documents string parameter")
    },
    Check(189, 111421, needs: method) { session in
      let exchange = try await session.faultyDocument { $0.withInEntry(["signature_format": "Z"]) }
      try exchange.refused("invalid_request", Row.invalid("signature_format"))
    },
    Check(190, 111422, needs: method) { session in
      let exchange = try await session.faultyWholeDocument { $0.without("signature_format") }
      try exchange.refused("invalid_request", Row.missing("signature_format"))
    },
    Check(191, 111423, needs: method) { session in
      let exchange = try await session.faultyDocument { $0.withInEntry(["conformance_level": "AdES-Q"]) }
      try exchange.refused("invalid_request", Row.invalid("conformance_level"))
    },
    Check(193, 111424, needs: method) { session in
      guard session.formats.contains("P") else { throw Finding.notOffered("PAdES is not offered") }
      let exchange = try await session.faultyDocument {
        $0.withInEntry(["signature_format": "P", "signed_envelope_property": "Detached"])
      }
      try exchange.refused("invalid_request", Row.invalid("signed_envelope_property"))
    },
    Check(195, 111426, needs: method) { session in
      let exchange = try await session.faultyDocument {
        $0.withInEntry(["signed_props": [["attribute_name": "conformance-unknown"]]])
      }
      try exchange.require(
        exchange.status == 400 && exchange.error == "invalid_request"
          && exchange.errorDescription?.hasPrefix("Invalid parameter signed_props (") ?? false,
        "400 · invalid_request · \"Invalid parameter signed_props (<list>)\"")
    },
    Check(197, 111419, needs: method) { session in
      let credential = try session.documentCredential()
      let algorithm = try session.algorithm(credential)
      guard !algorithm.needsHashOID, algorithm.parameters == nil else {
        throw Finding.missing("no credential is given whose algorithm fixes the hash")
      }
      let other: HashFunction = algorithm.hash == .sha512 ? .sha256 : .sha512
      // Of which length the digest should be then is anybody's guess.
      var exchange: Exchange?
      for length in [algorithm.hash, other] {
        let digest = Base64.encode(session.digest(length))
        exchange = try await session.faultyDocument {
          $0.withInEntry(["hashes": [.string(digest)]]).with(["hashAlgorithmOID": .string(other.rawValue)])
        }
        if exchange?.errorDescription != "Invalid digest value length" { break }
      }
      try exchange?.refused(
        "invalid_request", "String parameter hashAlgorithmOID contradicts with signAlgo or signAlgoParams parameter")
    },
    Check(198, 111414, needs: method) { session in
      let exchange = try await session.faultyDocument { $0.withoutInEntry("signAlgo") }
      try exchange.refused("invalid_request", Row.missing("signAlgo"))
    },
    Check(199, 111432, needs: method) { session in
      let short = Base64.encode(Array(session.documentDigest.dropLast()))
      let exchange = try await session.faultyDocument { $0.withInEntry(["hashes": [.string(short)]]) }
      try exchange.refused("invalid_request", "Invalid digest value length")
    },
  ]
}
