import OAuth
import Octets
import SoleControl
import TestSupport
import Testing
import Vocabulary
import WireJSON

/// Provokes the rows of the methods that sign.
struct SignatureRows {
  let stand: RowStand

  init(_ stand: RowStand) { self.stand = stand }

  private static let modes: [RowStand.Changes] = [
    ["operationMode": "X"], ["operationMode": "A", "validity_period": "soon"],
    ["operationMode": "A", "validity_period": 1], ["operationMode": "A", "response_uri": "x"], ["clientData": 5],
  ]

  /// Faults that both methods have rows for: SAD, credential, mode. Those of the modes are numbered from `modes`.
  private func shared(from modes: Int) -> [Int: RowStand.Changes] {
    var changes: [Int: RowStand.Changes] = [
      2: ["SAD": nil], 3: ["SAD": "x"], 4: ["credentialID": nil], 5: ["credentialID": "x"],
    ]
    for (place, change) in Self.modes.enumerated() { changes[modes + place] = change }
    return changes
  }

  func signHash() async throws -> RowStand.Answers {
    let method = "signatures/signHash"
    let body: JSONValue = [
      "credentialID": "one", "SAD": try await stand.sad(stand.one), "hashes": [RowStand.hash("a")],
      "signAlgo": RowStand.ecdsa,
    ]
    var answers = try await stand.answers(
      method, from: body,
      shared(from: 17).merging([
        6: ["hashes": "x"], 7: ["hashes": []], 8: ["hashes": ["*"]],
        9: [
          "credentialID": "two", "SAD": try await stand.sad(stand.two, digests: [digest("a")]),
          "hashes": [RowStand.hash("b")],
        ], 10: ["signAlgo": nil], 11: ["signAlgo": "1.2.3"], 12: ["signAlgo": RowStand.rsassaPSS],
        13: ["signAlgo": RowStand.rsassaPSS, "signAlgoParams": "AAAA"], 14: ["signAlgo": RowStand.rsaEncryption],
        15: ["hashAlgorithmOID": RowStand.sha512],
        16: ["signAlgo": RowStand.rsaEncryption, "hashAlgorithmOID": "1.2.3"], 22: ["hashes": ["AAAA"]],
        25: ["credentialID": "expired", "SAD": try await stand.sad(stand.expired)],
      ]) { $1 })
    // No refusal spent anything.
    #expect(try await stand.call(method, body).status == 200)
    answers[24] = try await late(method, body)
    return answers
  }

  func signDoc() async throws -> RowStand.Answers {
    let method = "signatures/signDoc"
    let entry: JSONValue = [
      "hashes": [RowStand.hash("a")], "signature_format": "C", "signAlgo": RowStand.ecdsa,
    ]
    let document: JSONValue = ["document": "YQ==", "signature_format": "C", "signAlgo": RowStand.ecdsa]
    let body: JSONValue = [
      "credentialID": "one", "SAD": try await stand.sad(stand.one), "documentDigests": [entry],
      "hashAlgorithmOID": RowStand.sha256,
    ]
    func digests(_ changes: RowStand.Changes) -> RowStand.Changes { ["documentDigests": [entry.changed(changes)]] }
    func documents(_ changes: RowStand.Changes) -> RowStand.Changes {
      ["documentDigests": nil, "documents": [document.changed(changes)]]
    }
    var answers = try await stand.answers(
      method, from: body,
      shared(from: 27).merging([
        6: ["documentDigests": "x"], 7: ["documentDigests": nil, "documents": "x"], 8: ["documentDigests": nil],
        9: ["documents": [document]], 10: digests(["hashes": ["%%%"]]), 11: documents(["document": "%%%"]),
        12: [
          "credentialID": "two", "SAD": try await stand.sad(stand.two, digests: [digest("a")]),
          "documentDigests": [entry.changed(["hashes": [RowStand.hash("b")]])],
        ], 14: digests(["signAlgo": nil]), 15: digests(["signAlgo": "1.2.3"]),
        16: digests(["signAlgo": RowStand.rsassaPSS]),
        17: digests(["signAlgo": RowStand.rsassaPSS, "signAlgoParams": "AAAA"]),
        18: digests(["signAlgo": RowStand.rsaEncryption]).merging(["hashAlgorithmOID": nil]) { $1 },
        19: ["hashAlgorithmOID": RowStand.sha512], 20: ["hashAlgorithmOID": "1.2.3"],
        21: digests(["signature_format": "Z"]), 22: documents(["signature_format": nil]),
        23: digests(["conformance_level": "AdES-Q"]),
        24: digests(["signature_format": "P", "signed_envelope_property": "Detached"]),
        26: digests(["signed_props": [["attribute_name": "x"]]]), 32: digests(["hashes": ["AAAA"]]),
        34: ["credentialID": "expired", "SAD": try await stand.sad(stand.expired)],
      ]) { $1 })
    answers[13] = try await otherDocument(
      method, body.changed(digests(["signed_props": [["attribute_name": "content-hints"]]])))
    answers[35] = try await otherDocument(method, body.changed(digests(["hashes": [RowStand.hash("b")]])))
    #expect(try await stand.call(method, body).status == 200)
    answers[33] = try await late(method, body)
    return answers
  }

  /// The answer to a SAD that has expired.
  private func late(_ method: String, _ body: JSONValue) async throws -> GatewayFixture.Answer {
    let sad = try await stand.sad(stand.one)
    stand.fixture.signing.clock.advance(300)
    return try await stand.call(method, body.changed(["SAD": sad]))
  }

  /// The answer to a token of the authorization server, which a person gave for `a`.
  private func otherDocument(_ method: String, _ body: JSONValue) async throws -> GatewayFixture.Answer {
    let name = "three-\(Base64.encodeURL(OctetDigest.sha256(body.compact())))"
    let credential = try await stand.fixture.signing.createCredential(name, scal: .two, mode: .oauth2code)
    let client = ClientID("portal")
    var request = AuthorizationRequest(
      credential: credential.id, numSignatures: 1, hashAlgorithm: .sha256, digests: [digest("a")],
      presented: [.pin: SigningFixture.pin], channel: .authorizationServer(client))
    request.terms = [AuthorizedTerms(digest: [], isInDigest: false)]
    let authorization = try await stand.fixture.signing.service.authorizations.authorize(
      request, as: Principal(partner: SigningFixture.partner, signer: SignerID("alice"), client: client))
    return try await stand.call(
      method, body.changed(["credentialID": .string(name), "SAD": nil]),
      token: Base64.encodeURL(authorization.sad.octets))
  }
}
