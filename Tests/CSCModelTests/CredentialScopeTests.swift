import CSCModel
import Octets
import Testing
import Vocabulary
import WireJSON

/// Texts that any caller can have kept for ten minutes by asking for a code.
@Suite("Texts in requests with scope credential", .timeLimit(.minutes(2)))
struct CredentialScopeTests {
  /// One character of 25 octets.
  private static let family = "👨‍👩‍👧‍👦"
  /// 500 characters of 4 octets: as long as the tables allow.
  private static let longest = String(repeating: "𝄞", count: 500)
  private static let refusedTexts = [
    String(repeating: family, count: 500), String(repeating: family, count: 81), longest + "x",
    String(repeating: "x", count: 501),
  ]

  private func single(_ description: String) throws -> CredentialScopeRequest {
    let values = ["credentialID": "c", "description": description]
    return try CredentialScopeRequest(parameters: { values[$0] }, .v2)
  }

  private func rich(label: String, description: String) throws -> CredentialScopeRequest {
    let digest = Base64.encode([UInt8](repeating: 1, count: 32))
    let details: JSONValue = [
      [
        "type": "credential", "credentialID": "c", "hashAlgorithmOID": "2.16.840.1.101.3.4.2.1",
        "description": .string(description), "documentDigests": [["hash": .string(digest), "label": .string(label)]],
      ]
    ]
    return try CredentialScopeRequest(details: String(decoding: details.compact(), as: UTF8.self))
  }

  @Test("description and label have a limit in octets too")
  func octets() throws {
    #expect(try single(Self.longest).description == Self.longest)
    #expect(try rich(label: Self.longest, description: Self.longest).documents[0].label == Self.longest)
    for text in Self.refusedTexts {
      #expect(throws: CSCError.invalidParameter("description")) { try single(text) }
      #expect(throws: CSCError.invalidParameter("description")) { try rich(label: "", description: text) }
      #expect(throws: CSCError.invalidAuthorizationDetails) { try rich(label: text, description: "") }
    }
  }
}
