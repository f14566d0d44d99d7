import Octets
import WireJSON

/// What the gateway keeps of a factor in order to check it. Part of the protected credential row.
public enum Authenticator: Sendable, Equatable {
  /// HMAC, made in the device, over credential, salt and PIN: a stolen database cannot be searched for
  /// PINs, because every guess needs the device.
  case pin(salt: [UInt8], verifier: [UInt8])
  /// The TOTP secret, wrapped by the device.
  case otp(secret: WrappedKey)
  /// Where one-time codes go.
  case sms(MessageRecipient)
  /// Where links to the confirmation page go, and the PIN that is entered there, kept as the other PIN is.
  case page(MessageRecipient, salt: [UInt8], verifier: [UInt8])
  /// The person at an eID provider. Name and birth date identify nobody and are not used.
  case eid(issuer: String, subject: String, minimumLevel: AssuranceLevel)
  /// The customer, as the partner's statements name it.
  case partner(subject: String)
  /// The person at an eID provider that asks in an app of its own; `hint` tells the provider whom to ask (`login_hint`).
  case eidApp(issuer: String, subject: String, minimumLevel: AssuranceLevel, hint: String)

  public var factor: FactorID {
    switch self {
    case .pin: .pin
    case .otp: .otp
    case .sms: .sms
    case .page: .page
    case .eid: .eid
    case .partner: .partner
    case .eidApp: .eidApp
    }
  }

  var json: JSONValue {
    switch self {
    case .pin(let salt, let verifier):
      ["factor": "PIN", "salt": .string(Hex.encode(salt)), "verifier": .string(Hex.encode(verifier))]
    case .otp(let secret): ["factor": "OTP", "secret": .string(Hex.encode(secret.bytes))]
    case .sms(let recipient): .object(JSONObject([("factor", "SMS")] + recipient.members))
    case .page(let recipient, let salt, let verifier):
      .object(
        JSONObject(
          [
            ("factor", "PAGE"), ("salt", .string(Hex.encode(salt))), ("verifier", .string(Hex.encode(verifier))),
          ] + recipient.members))
    case .eid(let issuer, let subject, let level):
      [
        "factor": "EID", "issuer": .string(issuer), "subject": .string(subject),
        "minimumLevel": .string(level.name),
      ]
    case .partner(let subject): ["factor": "PARTNER", "subject": .string(subject)]
    case .eidApp(let issuer, let subject, let level, let hint):
      [
        "factor": "EIDAPP", "issuer": .string(issuer), "subject": .string(subject),
        "minimumLevel": .string(level.name), "hint": .string(hint),
      ]
    }
  }

  init?(json object: JSONObject) {
    switch object["factor"]?.string.flatMap(FactorID.init(rawValue:)) {
    case .pin?:
      guard let salt = object["salt"]?.string.flatMap(Hex.decode),
        let verifier = object["verifier"]?.string.flatMap(Hex.decode)
      else { return nil }
      self = .pin(salt: salt, verifier: verifier)
    case .otp?:
      guard let secret = object["secret"]?.string.flatMap(Hex.decode) else { return nil }
      self = .otp(secret: WrappedKey(secret))
    case .sms?:
      guard let recipient = MessageRecipient(json: object) else { return nil }
      self = .sms(recipient)
    case .page?:
      guard let recipient = MessageRecipient(json: object), let salt = object["salt"]?.string.flatMap(Hex.decode),
        let verifier = object["verifier"]?.string.flatMap(Hex.decode)
      else { return nil }
      self = .page(recipient, salt: salt, verifier: verifier)
    case .eid?:
      guard let issuer = object["issuer"]?.string, let subject = object["subject"]?.string,
        let level = object["minimumLevel"]?.string.flatMap(AssuranceLevel.init(parsing:))
      else { return nil }
      self = .eid(issuer: issuer, subject: subject, minimumLevel: level)
    case .partner?:
      guard let subject = object["subject"]?.string else { return nil }
      self = .partner(subject: subject)
    case .eidApp?:
      guard let issuer = object["issuer"]?.string, let subject = object["subject"]?.string,
        let level = object["minimumLevel"]?.string.flatMap(AssuranceLevel.init(parsing:)),
        let hint = object["hint"]?.string
      else { return nil }
      self = .eidApp(issuer: issuer, subject: subject, minimumLevel: level, hint: hint)
    case nil: return nil
    }
  }
}

/// Assurance levels of Regulation (EU) 910/2014, article 8.
public enum AssuranceLevel: Int, Sendable, Comparable {
  case low = 1, substantial, high

  public var name: String { "\(self)" }

  public init?(parsing name: String) {
    guard let level = [Self.low, .substantial, .high].first(where: { $0.name == name }) else { return nil }
    self = level
  }

  public static func < (left: AssuranceLevel, right: AssuranceLevel) -> Bool { left.rawValue < right.rawValue }
}
