internal import Vocabulary
public import WireJSON

/// `signatures/signPolling` (CSC v2 §11.15).
public struct SignPollingRequest: Sendable {
  /// The `responseID` of the asynchronous call.
  public let requestID: String
  /// The job's user. Not looked at yet: whether it may be there at all depends on the bearer.
  private let userID: JSONValue?

  public init(_ fields: Fields) throws {
    requestID = try fields.string("requestID")
    do { userID = try fields.value(["userID", "user_id"]) } catch { throw CSCError.invalidQuotedUserID }
    do { _ = try fields.optionalString("clientData", "client_data") } catch { throw CSCError.field(error) }
  }

  /// The user that a partner's own bearer names, if it does.
  ///
  /// - Parameter isUserSpecific: whether the bearer speaks for one user.
  public func user(isUserSpecific: Bool) throws -> String? {
    guard let userID else { return nil }
    guard !isUserSpecific else { throw CSCError.userIDShallBeNull }
    guard let name = userID.string, UserID.isWellFormed(name) else { throw CSCError.invalidQuotedUserID }
    return name
  }
}
