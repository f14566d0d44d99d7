import Growth
import Testing
import TransparencyLog

@Suite("Reading notes and proofs takes time in proportion to their length", .timeLimit(.minutes(2)))
struct NoteGrowthTests {
  /// Something to read, by its length.
  struct Shape: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let text: @Sendable (Int) -> String

    init(_ name: String, _ text: @escaping @Sendable (Int) -> String) {
      testDescription = name
      self.text = text
    }
  }

  private static let line = "\u{2014} a AAAAAAA=\n"

  static let notes = [
    Shape("empty lines") { String(repeating: "\n", count: 4 * $0) + line },
    Shape("a text") { String(repeating: "a\n", count: 4 * $0) + "\n" + line },
    Shape("a long name") { "a\n\n\u{2014} " + String(repeating: "a", count: 4 * $0) + " AAAAAAA=\n" },
    Shape("a name of marks") { "a\n\n\u{2014} a" + String(repeating: "\u{301}", count: 4 * $0) + " AAAAAAA=\n" },
    Shape("a long signature") { "a\n\n\u{2014} a " + String(repeating: "AAAA", count: $0) + "\n" },
    Shape("lines that are none") { "a\n\n" + String(repeating: "x\n", count: 4 * $0) },
  ]

  @Test("notes", arguments: notes)
  func note(shape: Shape) {
    let ratio = Growth.ratio(4000, of: { [UInt8](shape.text($0)) }) { _ = try? SignedNote($0) }
    #expect(ratio < Growth.most)
  }

  @Test("checkpoints with extension lines")
  func checkpoint() {
    let ratio = Growth.ratio(
      4000, of: { [UInt8]("a\n1\n\(MerkleHash.leaf([]).base64)\n" + String(repeating: "a\n", count: $0)) }
    ) { _ = try? Checkpoint(text: $0) }
    #expect(ratio < Growth.most)
  }

  static let proofs = [
    Shape("a long extra") { "extra " + String(repeating: "AAAA", count: $0) + "\nindex 0" },
    Shape("lines that are no hashes") { "index 0\n" + String(repeating: "A\n", count: 4 * $0) },
    Shape("a long line") { String(repeating: "a", count: 4 * $0) },
  ]

  @Test("proofs", arguments: proofs)
  func proof(shape: Shape) {
    let ratio = Growth.ratio(
      8000,
      of: {
        [UInt8]("c2sp.org/tlog-proof@v1\n\(shape.text($0))\n\na\n1\n\(MerkleHash.leaf([]).base64)\n\n\(Self.line)")
      }
    ) { _ = try? LogProof($0) }
    #expect(ratio < Growth.most)
  }
}
