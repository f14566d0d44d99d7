/// Facts from which no list and no answer can be made. A caller that gets one has a fault.
public enum StatusFault: Error, Hashable, CaseIterable {
  /// A time before 1970 or after 9999, or times in a wrong order.
  case time
  /// A list's number that is not positive.
  case number
  /// Entries that are not in ascending order of serial numbers, or two for one certificate.
  case order
  /// A serial number that no certificate has.
  case serialNumber
  /// A reason that no entry of such a list, and no answer, has.
  case reason
  /// More entries than a list may have; none in an answer, or too many.
  case count
  /// A part of a list that there is not, or a certificate of another part.
  case shard
  /// A distribution point that is no `http` URI, or too long.
  case uri
  /// A nonce of no allowed length.
  case nonce
  /// An answer without the responder's certificate.
  case certificates
}
