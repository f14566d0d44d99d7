internal import CCryptoki

/// A Cryptoki function that did not return CKR_OK.
struct CryptokiError: Error, CustomStringConvertible {
  /// The CK_RV.
  let code: UInt
  let function: StaticString

  var description: String {
    let number = "0x" + String(code, radix: 16)
    return "\(function): " + (Self.names[CK_RV(code)].map { "\($0) (\(number))" } ?? "CKR \(number)")
  }

  /// Those that operators meet.
  private static let names: [CK_RV: String] = [
    CK_RV(CKR_HOST_MEMORY): "CKR_HOST_MEMORY", CK_RV(CKR_GENERAL_ERROR): "CKR_GENERAL_ERROR",
    CK_RV(CKR_FUNCTION_FAILED): "CKR_FUNCTION_FAILED", CK_RV(CKR_ARGUMENTS_BAD): "CKR_ARGUMENTS_BAD",
    CK_RV(CKR_CANT_LOCK): "CKR_CANT_LOCK", CK_RV(CKR_DEVICE_ERROR): "CKR_DEVICE_ERROR",
    CK_RV(CKR_DEVICE_MEMORY): "CKR_DEVICE_MEMORY", CK_RV(CKR_DEVICE_REMOVED): "CKR_DEVICE_REMOVED",
    CK_RV(CKR_FUNCTION_NOT_SUPPORTED): "CKR_FUNCTION_NOT_SUPPORTED",
    CK_RV(CKR_MECHANISM_INVALID): "CKR_MECHANISM_INVALID",
    CK_RV(CKR_MECHANISM_PARAM_INVALID): "CKR_MECHANISM_PARAM_INVALID",
    CK_RV(CKR_OBJECT_HANDLE_INVALID): "CKR_OBJECT_HANDLE_INVALID",
    CK_RV(CKR_KEY_HANDLE_INVALID): "CKR_KEY_HANDLE_INVALID", CK_RV(CKR_PIN_INCORRECT): "CKR_PIN_INCORRECT",
    CK_RV(CKR_PIN_INVALID): "CKR_PIN_INVALID", CK_RV(CKR_PIN_LEN_RANGE): "CKR_PIN_LEN_RANGE",
    CK_RV(CKR_PIN_EXPIRED): "CKR_PIN_EXPIRED", CK_RV(CKR_PIN_LOCKED): "CKR_PIN_LOCKED",
    CK_RV(CKR_SESSION_CLOSED): "CKR_SESSION_CLOSED", CK_RV(CKR_SESSION_COUNT): "CKR_SESSION_COUNT",
    CK_RV(CKR_SESSION_HANDLE_INVALID): "CKR_SESSION_HANDLE_INVALID",
    CK_RV(CKR_TOKEN_NOT_PRESENT): "CKR_TOKEN_NOT_PRESENT",
    CK_RV(CKR_TOKEN_NOT_RECOGNIZED): "CKR_TOKEN_NOT_RECOGNIZED",
    CK_RV(CKR_USER_NOT_LOGGED_IN): "CKR_USER_NOT_LOGGED_IN",
    CK_RV(CKR_USER_PIN_NOT_INITIALIZED): "CKR_USER_PIN_NOT_INITIALIZED",
  ]

  /// Meaning of a return value for the session and the caller.
  enum Meaning {
    /// This session is spoilt or its objects are gone; the call can be repeated on a fresh one.
    case freshSession
    /// The device does not work; repeating at once is no use.
    case deviceDown
    /// The device cannot do this with this key or these parameters.
    case unsupported
    /// A wrong or locked PIN. Never repeated: each try brings the token nearer to its lock.
    case login
    /// We asked for something wrong.
    case ourBug
  }

  /// PKCS #11 v2.40 §5.1.
  var meaning: Meaning {
    switch CK_RV(code) {
    case CK_RV(CKR_SESSION_HANDLE_INVALID), CK_RV(CKR_SESSION_CLOSED), CK_RV(CKR_OBJECT_HANDLE_INVALID),
      CK_RV(CKR_KEY_HANDLE_INVALID), CK_RV(CKR_OPERATION_ACTIVE), CK_RV(CKR_OPERATION_NOT_INITIALIZED),
      CK_RV(CKR_USER_NOT_LOGGED_IN), CK_RV(CKR_UNWRAPPING_KEY_HANDLE_INVALID):
      .freshSession
    case CK_RV(CKR_DEVICE_ERROR), CK_RV(CKR_DEVICE_MEMORY), CK_RV(CKR_DEVICE_REMOVED), CK_RV(CKR_HOST_MEMORY),
      CK_RV(CKR_GENERAL_ERROR), CK_RV(CKR_FUNCTION_FAILED), CK_RV(CKR_TOKEN_NOT_PRESENT),
      CK_RV(CKR_SESSION_COUNT), CK_RV(CKR_CRYPTOKI_NOT_INITIALIZED), CK_RV(CKR_CANT_LOCK):
      .deviceDown
    case CK_RV(CKR_MECHANISM_INVALID), CK_RV(CKR_MECHANISM_PARAM_INVALID), CK_RV(CKR_KEY_SIZE_RANGE),
      CK_RV(CKR_ARGUMENTS_BAD), CK_RV(CKR_DATA_LEN_RANGE), CK_RV(CKR_FUNCTION_NOT_SUPPORTED):
      .unsupported
    case CK_RV(CKR_PIN_INCORRECT), CK_RV(CKR_PIN_LOCKED), CK_RV(CKR_PIN_EXPIRED), CK_RV(CKR_PIN_INVALID),
      CK_RV(CKR_PIN_LEN_RANGE):
      .login
    default: .ourBug
    }
  }
}

/// Reason why a token could not be opened. The text tells an operator what to do.
public struct TokenError: Error, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}
