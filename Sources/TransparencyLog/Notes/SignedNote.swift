internal import Octets

/// One signature line of a note.
public struct NoteSignature: Hashable, Sendable {
  private let octetName: OctetText
  public let id: UInt32
  /// Without the id; of a kind that only the key tells.
  public let octets: [UInt8]

  public var name: String { octetName.text }

  /// The line of a key's signature. The octets are what the key made of the note's text (`NoteKey.Kind`), or of
  /// `Cosignature.message`, then with the time before them (`Cosignature.octets`).
  public init(by key: NoteKey, _ octets: [UInt8]) {
    self.init(name: key.name, id: key.id, octets: octets)
  }

  init(name: String, id: UInt32, octets: [UInt8]) {
    octetName = OctetText(name)
    self.id = id
    self.octets = octets
  }

  /// Reads a line without its end. Nil if it is none.
  init?(line: Substring) {
    guard line.startsWithOctets(of: Self.begin),
      let (name, text) = Substring(line.utf8.dropFirst(Self.begin.utf8.count)).halves(at: UInt8(ascii: " ")),
      NoteText.isName(name), let octets = Base64.decodeExact(String(text)), octets.count > 4
    else { return nil }
    let id = octets.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    self.init(name: String(name), id: id, octets: Array(octets.dropFirst(4)))
  }

  var line: String {
    let idOctets = (0..<4).map { UInt8(truncatingIfNeeded: id >> (24 - 8 * $0)) }
    return "\(Self.begin)\(name) \(Base64.encode(idOctets + octets))\n"
  }

  private static let begin = "\u{2014} "
}

/// A text with signatures (C2SP signed-note, "Format").
///
/// What it says counts only after `verified`.
public struct SignedNote: Sendable, Equatable {
  /// Octets of the longest note that is read: with room for more signatures than the document asks readers to take.
  public static let longest = 256 << 10
  /// Most signature lines.
  public static let mostSignatures = 100

  /// Ends with a newline. It is this that is signed.
  public let text: [UInt8]
  public let signatures: [NoteSignature]

  /// - Throws: `malformed` for a text that is empty, does not end with a newline, is no UTF-8 or has control
  ///   characters; without signatures or with too many; for what would be too long to be read.
  public init(text: [UInt8], signatures: [NoteSignature]) throws(NoteFault) {
    guard text.count <= Self.longest, text.last == NoteText.newline, NoteText.isText(text),
      (1...Self.mostSignatures).contains(signatures.count), signatures.allSatisfy({ !$0.octets.isEmpty })
    else { throw .malformed }
    self.text = text
    self.signatures = signatures
    guard octets.count <= Self.longest else { throw .malformed }
  }

  /// Reads a note, and nothing else.
  public init(_ octets: [UInt8]) throws(NoteFault) {
    guard octets.count <= Self.longest, octets.last == NoteText.newline, NoteText.isText(octets),
      let end = NoteText.lastEmptyLine(octets)
    else { throw .malformed }
    let lines = String(decoding: octets[(end + 1)...].dropLast(), as: UTF8.self)
      .parts(separatedBy: NoteText.newline, most: Self.mostSignatures + 1)
    let signatures = lines.compactMap { NoteSignature(line: $0) }
    guard signatures.count == lines.count else { throw .malformed }
    try self.init(text: Array(octets[..<end]), signatures: signatures)
  }

  public var octets: [UInt8] { text + [NoteText.newline] + signatures.flatMap { Array($0.line.utf8) } }

  /// The note with these signatures after its own. One takes the place of an earlier one of the same name and id.
  public func adding(_ more: [NoteSignature]) throws(NoteFault) -> SignedNote {
    let kept = signatures.filter { old in !more.contains { $0.id == old.id && $0.name.isSame(as: old.name) } }
    return try SignedNote(text: text, signatures: kept + more)
  }

  /// The signatures of known keys, all of them good ("Signatures"). Lines of others are not looked at.
  ///
  /// - Throws: `badSignature` if one of a known key is not good, though others are; `ambiguousKeys` if a line may be of
  ///   two keys; `unsigned` if none is of a known key.
  public func verified(by keys: [NoteKey]) throws(NoteFault) -> [Verified] {
    var verified: [Verified] = []
    for signature in signatures {
      let makers = keys.filter { $0.made(signature) }
      guard let key = makers.first else { continue }
      guard makers.count == 1 else { throw .ambiguousKeys }
      guard key.verifies(signature.octets, of: text) else { throw .badSignature(key: key.name) }
      verified.append(Verified(key: key, signature: signature))
    }
    guard !verified.isEmpty else { throw .unsigned }
    return verified
  }

  /// A good signature, and whose it is.
  public struct Verified: Sendable, Equatable {
    public let key: NoteKey
    public let signature: NoteSignature
  }
}

/// Octets of notes.
enum NoteText {
  static let newline = UInt8(ascii: "\n")

  /// Whether it is UTF-8 and has no control characters of ASCII but newlines.
  static func isText(_ octets: [UInt8]) -> Bool {
    octets.allSatisfy { $0 >= 0x20 || $0 == newline } && String(validating: octets, as: UTF8.self) != nil
  }

  /// Whether it can be the name of a key: it is not empty and has neither white space (White_Space of Unicode) nor `+`.
  static func isName(_ name: some StringProtocol) -> Bool {
    !name.isEmpty && name.unicodeScalars.allSatisfy { $0 >= " " && $0 != "+" && !$0.properties.isWhitespace }
  }

  /// The place of the last newline that directly follows another.
  static func lastEmptyLine(_ octets: [UInt8]) -> Int? {
    octets.indices.dropFirst().last { octets[$0] == newline && octets[$0 - 1] == newline }
  }
}
