public import Vocabulary

/// The methods of the CSC API that this service implements, by their path below the base URI.
public enum Method: String, Sendable, CaseIterable {
  case info
  case authLogin = "auth/login"
  case authRevoke = "auth/revoke"
  case credentialsList = "credentials/list"
  case credentialsInfo = "credentials/info"
  case credentialsAuthorize = "credentials/authorize"
  case credentialsAuthorizeCheck = "credentials/authorizeCheck"
  case credentialsExtendTransaction = "credentials/extendTransaction"
  case credentialsGetChallenge = "credentials/getChallenge"
  case credentialsSendOTP = "credentials/sendOTP"
  /// Of CSC 2.1 and later.
  case credentialsCreate = "credentials/create"
  case credentialsDelete = "credentials/delete"
  case signHash = "signatures/signHash"
  case signPolling = "signatures/signPolling"
  case signDoc = "signatures/signDoc"
  case timestamp = "signatures/timestamp"

  public func exists(in version: CSCVersion) -> Bool {
    switch self {
    case .credentialsAuthorizeCheck, .credentialsGetChallenge, .signPolling, .signDoc, .credentialsCreate,
      .credentialsDelete:
      version == .v2
    default: true
    }
  }

  /// Whether a partner may call it whose contract rests: it takes something away, or looks at what there is.
  public var goesOnWithoutContract: Bool {
    switch self {
    case .info, .authRevoke, .credentialsList, .credentialsInfo, .credentialsDelete, .signPolling: true
    case .authLogin, .credentialsAuthorize, .credentialsAuthorizeCheck, .credentialsExtendTransaction,
      .credentialsGetChallenge, .credentialsSendOTP, .credentialsCreate, .signHash, .signDoc, .timestamp:
      false
    }
  }

  /// Methods that `info.methods` lists: `info` itself may be left out (CSC v1 §11.1).
  ///
  /// - Parameter isAvailable: whether the service has what a method needs.
  public static func announced(in version: CSCVersion, isAvailable: (Method) -> Bool) -> [String] {
    allCases.filter { $0 != .info && $0.exists(in: version) && isAvailable($0) }.map(\.rawValue)
  }
}
