internal import Octets

/// The head of a log's tree at some time, as a text to be signed (C2SP tlog-checkpoint, "Note text").
public struct Checkpoint: Hashable, Sendable {
  private let octetOrigin: OctetText
  public let head: TreeHead
  /// Lines after the head, mostly none: no monitor can check what they say.
  public let extensions: [String]

  /// Names the log: its address without a scheme.
  public var origin: String { octetOrigin.text }

  /// - Throws: `malformed` for an origin or extension that is empty or no line, a size above `TreeHead.largest`, and
  ///   for a tree without entries that has another root.
  public init(origin: String, head: TreeHead, extensions: [String] = []) throws(NoteFault) {
    guard head.size <= TreeHead.largest, head.size > 0 || head.root == .empty,
      ([origin] + extensions).allSatisfy({ !$0.isEmpty && !$0.utf8.contains(where: { $0 < 0x20 }) })
    else { throw .malformed }
    octetOrigin = OctetText(origin)
    self.head = head
    self.extensions = extensions
  }

  /// Reads the text of a note, and nothing else.
  public init(text: [UInt8]) throws(NoteFault) {
    guard text.count <= SignedNote.longest, text.last == NoteText.newline, NoteText.isText(text) else {
      throw .malformed
    }
    let lines = String(decoding: text.dropLast(), as: UTF8.self).parts(separatedBy: NoteText.newline)
    guard lines.count >= 3, let size = Decimal.read(lines[1]), let root = MerkleHash(base64: lines[2]) else {
      throw .malformed
    }
    try self.init(
      origin: String(lines[0]), head: TreeHead(size: size, root: root), extensions: lines[3...].map { String($0) })
  }

  /// The octets to sign: with ECDSA, their SHA-256 (`NoteKey.Kind`).
  public var text: [UInt8] {
    Array(([origin, String(head.size), head.root.base64] + extensions).map { $0 + "\n" }.joined().utf8)
  }

  public static func == (left: Checkpoint, right: Checkpoint) -> Bool {
    left.octetOrigin == right.octetOrigin && left.head == right.head
      && left.extensions.elementsEqual(right.extensions) { $0.isSame(as: $1) }
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(octetOrigin)
    hasher.combine(head)
  }
}
