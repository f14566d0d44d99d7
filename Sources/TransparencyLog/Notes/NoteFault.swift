/// Faults of signed notes and of what is in them.
public enum NoteFault: Error, Equatable, Sendable {
  /// Not the form of its document, or larger than is read.
  case malformed
  /// A key with a name, an id or octets that do not fit together, or of a type that is not known here.
  case badKey
  /// Two keys that no signature line tells apart, or one key twice where each has to be another's.
  case ambiguousKeys
  /// No known key signed.
  case unsigned
  /// The line of a known key is no signature of it. `key` is its name.
  case badSignature(key: String)
  /// The checkpoint is of another log.
  case anotherOrigin
  /// Fewer witnesses cosigned than have to.
  case tooFewCosignatures(have: Int, need: Int)
  /// The entry is not where the proof says.
  case notIncluded
}
