import Vocabulary
import WireJSON

/// `operationMode` of signHash and signDoc, with what goes with it (CSC v2 §11.13, §11.14).
public enum OperationMode: Sendable, Equatable {
  case synchronous
  /// - Parameters:
  ///   - validity: milliseconds for which the result must stay available.
  ///   - responseURI: URI for the notification that it is available.
  case asynchronous(validity: Int64, responseURI: String?)

  /// Milliseconds (a choice of this service).
  public static let validityBounds: ClosedRange<Int64> = 1000...86_400_000
  static let standardValidity: Int64 = 3_600_000
  /// Characters of a `response_uri`.
  static let longestURI = 2048

  /// v1 has no such parameter, so it is ignored there. The other two count with `A` only.
  init(_ fields: Fields, _ version: CSCVersion) throws {
    guard version == .v2, let mode = try fields.value(["operationMode"]), mode != "S" else {
      self = .synchronous
      return
    }
    guard mode == "A" else { throw CSCError.invalidParameter("operationMode") }
    self = .asynchronous(validity: try Self.validity(fields), responseURI: try Self.responseURI(fields))
  }

  private static func validity(_ fields: Fields) throws -> Int64 {
    guard let value = try fields.value(["validity_period", "validityPeriod"]) else { return standardValidity }
    guard let validity = value.integer else { throw CSCError.invalidParameter("validity_period") }
    guard validityBounds.contains(validity) else { throw CSCError.validityOutOfBounds }
    return validity
  }

  /// Only what no address can be is refused here; which ones are allowed is the partner's registration to say.
  private static func responseURI(_ fields: Fields) throws -> String? {
    guard let uri = try fields.optionalString("response_uri", "responseURI") else { return nil }
    guard uri.utf8.count <= longestURI, uri.contains("://") else { throw CSCError.invalidParameter("response_uri") }
    return uri
  }
}
