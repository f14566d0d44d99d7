import Crypto
import Octets
import Testing
import TransparencyLog

@Suite("Signed notes", .timeLimit(.minutes(2)))
struct SignedNoteTests {
  private static let text =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
  private static let peterLine =
    "\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
  private static let enochLine =
    "\u{2014} EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"

  private func key(_ name: String) throws -> NoteKey {
    try NoteKey(vkey: try #require(NoteKeyTests.published.first { $0.name == name }?.vkey))
  }

  private func open(_ note: String, _ names: String...) throws -> [String] {
    try SignedNote([UInt8](note)).verified(by: names.map(key)).map(\.key.name)
  }

  @Test("published notes verify: signed-note's, those of sumdb/note, and ECDSA ones of Rekor and Pixel")
  func published() throws {
    let example =
      "This is an example message.\n\n\u{2014} example.com/foo "
      + "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
    #expect(try open(example, "example.com/foo") == ["example.com/foo"])
    let both = Self.text + "\n" + Self.peterLine + Self.enochLine
    #expect(try open(both, "PeterNeumann") == ["PeterNeumann"])
    #expect(try open(both, "EnochRoot", "PeterNeumann") == ["PeterNeumann", "EnochRoot"])
    let rekor =
      "Rekor\n798034\nf+7CoKgXKE/tNys9TTXcr/ad6U/K3xvznmzew9y6SP0=\n\n\u{2014} rekor.sigstore.dev "
      + "wNI9ajBEAiARInWIWyCdyG27CO6LPnPekyw20qO0YJfoaPaowGp/XgIgc+qEHS3+GKVClgqq20uDLet7MCoTURUCRdxwWBHHufk=\n"
    #expect(try open(rekor, "rekor.sigstore.dev") == ["rekor.sigstore.dev"])
    let pixel =
      "DEFAULT\n10\nbsWRucJU5xJPHb5eBdOm6+DM+VelCZBuvtI3sHERJ9Y=\n\n\u{2014} pixel6_transparency_log "
      + "kcFuMDBFAiEAhqMAP8P6qf6QxtUJhzMhbN+MbZ9dwfUHzGQJmffJHtoCIGD0cNe47dHWBoPwYdgBCepB06/+g5O1FmYjXl06owL4\n"
    #expect(try open(pixel, "pixel6_transparency_log") == ["pixel6_transparency_log"])
    for note in [example, both, rekor, pixel] { #expect(try SignedNote([UInt8](note)).octets == [UInt8](note)) }
  }

  @Test("the key of sumdb/note's tests signs what they print")
  func signing() throws {
    let seed = try #require(Base64.decodeExact("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")).dropFirst()
    let secret = try Curve25519.Signing.PrivateKey(rawRepresentation: Array(seed))
    let peter = Signer.ed25519(try key("PeterNeumann"), secret)
    let note = try SignedNote([UInt8](Self.text), by: peter)
    #expect(note.octets == [UInt8](Self.text + "\n" + Self.peterLine))
    // A signature of the same key takes the place of one that was there.
    let bad = NoteSignature(by: peter.key, [1])
    let other = try SignedNote(text: [UInt8](Self.text), signatures: [bad]).adding([peter.sign([UInt8](Self.text))])
    #expect(other == note)
  }

  @Test("the text ends at the last empty line, and may have others")
  func emptyLines() throws {
    let poem =
      "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n"
      + "\u{2014} quasimodo.example/salvatore "
      + "NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
    let note = try SignedNote([UInt8](poem))
    #expect(String(decoding: note.text, as: UTF8.self).hasSuffix("sole:\n\ned è subito sera.\n"))
    #expect(note.octets == [UInt8](poem))
    #expect(note.signatures.map(\.name) == ["quasimodo.example/salvatore"])
    #expect(note.signatures.map(\.id) == [0x367b_a04b])
    for text in ["\n", "a\n\n", "\n\n\n"] {
      let note = try SignedNote([UInt8](text), by: .ed25519("a"))
      #expect(try SignedNote(note.octets) == note)
    }
  }

  @Test("signatures of unknown keys are ignored, a bad one of a known key spoils the note")
  func unknown() throws {
    let both = Self.text + "\n" + Self.peterLine + Self.enochLine
    #expect(throws: NoteFault.unsigned) { try open(both, "example.com/foo") }
    #expect(throws: NoteFault.unsigned) { try open(both) }
    let spoilt = Self.text + "\n" + Self.peterLine + Self.enochLine.replacing("CpDck", with: "CpDcl")
    #expect(throws: NoteFault.badSignature(key: "EnochRoot")) { try open(spoilt, "EnochRoot", "PeterNeumann") }
    #expect(try open(spoilt, "PeterNeumann") == ["PeterNeumann"])
    // Only name and id together make a key known.
    #expect(throws: NoteFault.unsigned) {
      try open(both.replacing("PeterNeumann", with: "CarmenSandiego"), "PeterNeumann")
    }
    #expect(throws: NoteFault.unsigned) { try open(both.replacing("x08g", with: "xxxx"), "PeterNeumann") }
    let peter = try key("PeterNeumann")
    #expect(throws: NoteFault.ambiguousKeys) { try SignedNote([UInt8](both)).verified(by: [peter, peter]) }
    let again = Self.text + "\n" + Self.peterLine + Self.peterLine.replacing("SffcvI", with: "SffcvJ")
    #expect(throws: NoteFault.badSignature(key: "PeterNeumann")) { try open(again, "PeterNeumann") }
  }

  @Test("what is no note is refused, and so is one that is too long or has too many lines")
  func malformed() throws {
    let (text, peter) = (Self.text, Self.peterLine)
    func signed(_ lines: String) -> String { "\(text)\n\(lines)" }
    func named(_ name: String) -> String { signed(peter.replacing("PeterNeumann", with: name)) }
    let notes: [String] = [
      "", "\n", "\n\n", text, signed(""), signed(String(peter.dropLast())), "\u{1}\(signed(peter))", "\(text)\(peter)",
      "\(text)\r\n\(peter)", "\(text.dropLast())\n\(peter)", signed("\(peter)Unexpected line.\n"),
      signed("\(peter)\n"), signed("\(peter)\nx\n"), signed(String(peter.dropFirst())),
      signed(peter.replacing("\u{2014}", with: "-")), signed(peter.replacing("\u{2014} ", with: "\u{2014}  ")),
      named("Peter Neumann"), named("Peter\u{a0}Neumann"), named("Peter+Neumann"), named(""),
      signed(peter.replacing("=", with: "")), signed(peter.replacing("AM=", with: "AN=")),
      signed(peter.replacing("=\n", with: "= \n")), signed("\u{2014} PeterNeumann x08gow==\n"),
      signed("\u{2014} PeterNeumann \n"), signed("\u{2014} PeterNeumann\n"),
      signed(String(repeating: peter, count: 101)),
      "\(String(repeating: "a", count: SignedNote.longest))\n\n\(peter)",
    ]
    for note in notes {
      #expect(throws: NoteFault.malformed, "\(note.suffix(80))") { try SignedNote([UInt8](note)) }
    }
    #expect(throws: NoteFault.malformed) { try SignedNote([255] + [UInt8](signed(peter))) }
    #expect(try SignedNote([UInt8](signed(String(repeating: peter, count: 100)))).signatures.count == 100)

    let signature = try Signer.ed25519("a").sign([])
    for text in ["", "a", "a\n\u{1}\n", "a\rb\n"] {
      #expect(throws: NoteFault.malformed) { try SignedNote(text: [UInt8](text), signatures: [signature]) }
    }
    #expect(throws: NoteFault.malformed) { try SignedNote(text: [UInt8](text), signatures: []) }
    #expect(throws: NoteFault.malformed) {
      try SignedNote(text: [UInt8](text), signatures: [NoteSignature](repeating: signature, count: 101))
    }
    let long = NoteSignature(by: try key("PeterNeumann"), [UInt8](repeating: 1, count: SignedNote.longest))
    #expect(throws: NoteFault.malformed) { try SignedNote(text: [UInt8](text), signatures: [long]) }
  }

  @Test("each changed octet of a signed note is refused, whatever the kind of key")
  func changes() throws {
    for signer in [try Signer.ed25519("log.example/1"), try .ecdsa("log.example/1"), try .cosigner("log.example/1")] {
      let text = try Checkpoint(origin: "log.example/1", head: TreeHead(size: 1, root: .leaf([]))).text
      let octets = try SignedNote(text, by: signer).octets
      #expect(try SignedNote(octets).verified(by: [signer.key]).map(\.key) == [signer.key])
      for other in octets.indices.flatMap({ octets.changed(at: $0) }) {
        #expect(throws: NoteFault.self) { try SignedNote(other).verified(by: [signer.key]) }
      }
    }
  }
}
