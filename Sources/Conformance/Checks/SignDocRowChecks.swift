internal import Octets
internal import WireJSON

/// Rows of §11.14 that no rule of the checklist is about. What is sent is right but for one thing; that the answer says
/// the row is held against the words of the text.
extension Section {
  private static let method = "signatures/signDoc"

  static let signDocRows = Section(title: "signatures/signDoc, more rows", checks: single + algorithms + unauthorized)

  private static func row(_ number: Int, _ changes: @escaping @Sendable (JSONValue) -> JSONValue) -> Check {
    Check(number, needs: method) { session in _ = try await session.faultyDocument(nil, changes) }
  }

  private static func mode(_ number: Int, _ changes: @escaping @Sendable (JSONValue) -> JSONValue) -> Check {
    Check(number, needs: method) { session in
      try session.requireAsynchronous()
      _ = try await session.faultyDocument { changes($0.with(["operationMode": "A"])) }
    }
  }

  private static let single = [
    row(111402) { $0.without("SAD") }, row(111402) { $0.with(["SAD": 5]) },
    row(111403) { $0.with(["SAD": "unknown-conformance"]) },
    row(111404) { $0.with(["credentialID": 5]) }, row(111405) { $0.with(["credentialID": "unknown-conformance"]) },
    row(111415) { $0.withInEntry(["signAlgo": "1.2.3.4.5"]) },
    row(111420) { $0.with(["hashAlgorithmOID": "1.2.3.4.5"]) },
    row(111427) { $0.with(["operationMode": "X"]) }, row(111431) { $0.with(["clientData": 5]) },
    mode(111428) { $0.with(["validity_period": "soon"]) },
    mode(111429) { $0.with(["validity_period": 1_000_000_000_000_000]) },
    mode(111430) { $0.with(["response_uri": "not a URI"]) },
    Check(111425, needs: method) { session in
      if session.info.at("signature_formats", "allowMix")?.bool == true {
        throw Finding.notOffered("allowMix is true, and so a call may have several formats")
      }
      guard session.formats.count > 1 else { throw Finding.notOffered("info lists a single signature format") }
      let credential = try session.documentCredential()
      let other = session.formats.first { $0 != session.detachedFormat } ?? ""
      _ = try await session.faultyDocument(credential) { body in
        let entry = body.object?["documentDigests"]?.array?.first ?? [:]
        return body.with([
          "documentDigests": [
            entry, entry.without("signed_envelope_property").with(["signature_format": .string(other)]),
          ]
        ])
      }
    },
  ]

  private static let algorithms = [
    Check(111416, needs: method) { session in
      let credential = try session.rsa(Algorithm.rsassaPSS)
      _ = try await session.faultyDocument(credential) {
        $0.withInEntry(["signAlgo": .string(Algorithm.rsassaPSS)]).withoutInEntry("signAlgoParams")
      }
    },
    Check(111417, needs: method) { session in
      let credential = try session.rsa(Algorithm.rsassaPSS)
      _ = try await session.faultyDocument(credential) {
        $0.withInEntry(["signAlgo": .string(Algorithm.rsassaPSS), "signAlgoParams": "AAAA"])
      }
    },
    Check(111418, needs: method) { session in
      _ = try await session.faultyDocument(try session.rsa()) {
        $0.withInEntry(["signAlgo": .string(Algorithm.rsaEncryption)]).without("hashAlgorithmOID")
      }
    },
  ]

  /// The text has two rows for nearly the same; which of them a service says may depend on how it was authorized.
  private static let unauthorized = [
    Check(111412, needs: method) { session in
      let exchange = try await session.otherDocument { $0.scal == 2 && session.mode(of: $0) != .oauth2code }
      if exchange.error == "invalid_hash" { throw Finding.notOffered("the service says row 35 in this case") }
    },
    Check(111435, needs: method) { session in
      let exchange = try await session.otherDocument { $0.scal == 2 && $0.isOAuth }
      if exchange.errorDescription == "documentDigests or documents are not authorized by the SAD." {
        throw Finding.notOffered("the service says row 12 in this case")
      }
    },
    Check(111413, needs: method) { session in
      let digest = session.documentDigest
      // As the text's sample of authorization_details spells it.
      func property(_ value: String) -> JSONValue { [["commitment-type-indication": .string(value)]] }
      let unusable = session.run.unusableOnPages
      // A service that takes no properties here can use the credential all the same.
      defer { session.run.unusableOnPages = unusable }
      let (credential, attempt, code) = try await session.credentialCode(where: { $0.scal == 2 }) { credential in
        try session.richAttempt(credential, digest, more: ["signed_props": property("1.2.840.113549.1.9.16.6.5")])
      }
      let answer = try await session.redeem(code, attempt)
      let body = try session.signDocBody(
        credential, try answer.string("access_token"), content: Session.documentContent)
      _ = try await session.api.call(
        method, body.withInEntry(["signed_props": property("1.2.840.113549.1.9.16.6.1")]))
    },
  ]
}

extension Session {
  /// A document that the SAD is not for.
  func otherDocument(where fits: (CredentialFacts) -> Bool) async throws -> Exchange {
    let credential = try credential("SCAL 2", where: fits)
    let hash = try algorithm(credential).hash
    let activation = try await authorize(credential, digests: [digest(hash)], hash: hash)
    return try await api.call(
      "signatures/signDoc", try signDocBody(credential, activation.sad, content: Self.documentContent))
  }
}
