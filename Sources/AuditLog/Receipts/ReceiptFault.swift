public import TransparencyLog

/// Reasons for which a receipt proves nothing, or cannot be made.
public enum ReceiptFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file is too large, no log proof, or not signed as the verifier demands.
  case proof(NoteFault)
  /// The form of `extra` is not that of a receipt, or not in the one way that it is written.
  case malformed
  /// The octets of an entry are no header, or not the one way that it is written.
  case header(index: UInt64)
  /// The log does not have this entry at this place.
  case notIncluded(index: UInt64)
  /// The payload is not the one whose digest the header has.
  case payload(index: UInt64)
  /// The entry of the receipt is not `signature.made`.
  case notMade(kind: String)
  /// An entry that the signature needs is not in the receipt.
  case missing(String)
  /// The entry has nothing to do with the signature, or stands there twice.
  case unrelated(index: UInt64, kind: String)
  /// Two entries contradict each other.
  case contradiction(index: UInt64, String)

  /// The receipt does not have the certificate of who signed.
  case noOwner
  /// The certificate in the receipt was sealed for another device, or was changed.
  case ownerSealed

  // MARK: Making one

  /// No signature in the log belongs to the id.
  case notFound
  /// The last outcome of the operation is another one than a signature.
  case noSignature(operation: String)
  /// More than one operation belongs to the id.
  case ambiguous(operations: [String])
  /// The entry is not in the tree of the newest checkpoint.
  case notInTree(position: Int64, size: UInt64)

  public var description: String {
    switch self {
    case .proof(let fault): Self.text(fault)
    case .malformed: "what the file says about the signature has not the form of a receipt"
    case .header(let index): "entry \(index) is no entry of an audit log"
    case .notIncluded(let index): "the log does not have entry \(index) as the file shows it"
    case .payload(let index): "the content of entry \(index) was changed"
    case .notMade(let kind): "the file proves an entry \(kind), and no signature"
    case .missing(let name): "the file lacks the entry \(name) of the signature"
    case .unrelated(let index, let kind): "entry \(index), \(kind), does not belong to the signature"
    case .contradiction(let index, let text): "entry \(index) contradicts the signature: \(text)"
    case .noOwner: "the receipt does not have the certificate of who signed"
    case .ownerSealed: "the certificate in the receipt is sealed for another device or service, or was changed"
    case .notFound: "no signature in this log belongs to it"
    case .noSignature(let operation):
      "operation \(operation) has no signature: 'countersign signature show' has its outcome"
    case .ambiguous(let operations):
      "it belongs to \(operations.count) operations, name one: \(operations.prefix(20).joined(separator: ", "))"
    case .notInTree(let position, let size):
      "entry \(position) is not in the tree yet, which has \(size) entries; a running gateway adds it within seconds"
    }
  }

  private static func text(_ fault: NoteFault) -> String {
    switch fault {
    case .malformed: "the file is no log proof (C2SP tlog-proof), or too large"
    case .badKey: "a key is not of the kind that is needed"
    case .ambiguousKeys: "two of the keys cannot be told apart"
    case .unsigned: "the key of the log did not sign the checkpoint"
    case .badSignature(let key): "the signature of \(key) does not fit the checkpoint"
    case .anotherOrigin: "the checkpoint is of another log"
    case .tooFewCosignatures(let have, let need):
      "\(need) witnesses have to have signed the checkpoint, and \(have) did"
    case .notIncluded: "the log does not have the entry at this place"
    }
  }
}
