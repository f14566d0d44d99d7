import Octets
import WireJSON

extension SigningService {
  /// What the device's MAC of a PIN covers. The credential is in it, so a verifier copied to another
  /// credential does not open that one.
  static func pinMessage(_ pin: String, _ credential: CredentialID, salt: [UInt8]) -> [UInt8] {
    let text: JSONValue = [
      "credential": .string(credential.rawValue), "salt": .string(Hex.encode(salt)), "pin": .string(pin),
    ]
    return text.canonical()
  }

  func pinCheck(
    _ pin: String, _ credential: CredentialID, _ salt: [UInt8], _ verifier: [UInt8], factor: FactorID = .pin,
    evidenceID: String
  ) -> FactorCheck {
    FactorCheck(
      factor: factor, evidenceID: evidenceID,
      deviceMessages: [(.pin, Self.pinMessage(pin, credential, salt: salt))]
    ) { macs in
      DecidedCheck(
        factor: factor, evidenceID: evidenceID, detail: [],
        verdict: .pin(isRight: ConstantTime.isEqual(macs[0], verifier)))
    }
  }
}
