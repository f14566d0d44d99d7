internal import Octets
import Vocabulary
internal import WireJSON

/// Facts of `credentials/info` about a credential, put together from the versions that answer.
struct CredentialFacts: Sendable {
  enum Mode: String, Sendable { case implicit, explicit, oauth2code }
  enum Presence: String, Sendable { case required = "true", forbidden = "false", optional }

  /// An authentication object of v2.
  struct Object: Sendable, Equatable {
    let type, id: String
    let generator: String?

    var isOutOfBand: Bool { type == "PasswordOOB" || type == "ChallengeResponseOOB" }
    var isChallenge: Bool { type == "ChallengeResponse" }
  }

  let id: String
  var isEnabled = true
  var certificateStatus: String?
  var algorithms: [String] = []
  var length = 0
  var curve: String?
  var certificates: [[UInt8]] = []
  var scal = 1
  var multisign = 1
  /// v2's `signatureQualifier`.
  var qualifier: String?
  /// v1's `authMode`.
  var modeV1: Mode?
  var modeV2: Mode?
  var pin = Presence.forbidden
  var otp = Presence.forbidden
  /// Whether v1's OTP is sent by the service.
  var otpIsOnline = false
  var objects: [Object] = []
  var expression = ""

  init(id: String) { self.id = id }

  var isRSA: Bool { algorithms.contains { Algorithm.isRSA($0) } }
  /// Enabled, with a certificate that is not known to be bad.
  var isUsable: Bool { isEnabled && (certificateStatus ?? "valid") == "valid" }
  var isOAuth: Bool { (modeV2 ?? modeV1) == .oauth2code }

  mutating func read(_ info: JSONObject, _ version: CSCVersion) {
    if let status = info.at("key", "status")?.string { isEnabled = status == "enabled" }
    if let algorithms = info.at("key", "algo")?.array?.compactMap(\.string) { self.algorithms = algorithms }
    if let length = info.at("key", "len")?.integer { self.length = Int(clamping: length) }
    curve = info.at("key", "curve")?.string ?? curve
    certificateStatus = info.at("cert", "status")?.string ?? certificateStatus
    if let texts = info.at("cert", "certificates")?.array {
      certificates = texts.compactMap(\.string).compactMap(Base64.decodeExact)
    }
    // A number here is a fault that item 80 finds; it still tells what is meant.
    let scal = info["SCAL"]?.string ?? info["SCAL"]?.integer.map { "\($0)" }
    if let scal { self.scal = scal == "2" ? 2 : 1 }
    if let multisign = info["multisign"]?.integer { self.multisign = Int(min(max(multisign, 0), Int64(Int32.max))) }
    switch version {
    case .v1: readV1(info)
    case .v2: readV2(info)
    }
  }

  private mutating func readV1(_ info: JSONObject) {
    modeV1 = info["authMode"]?.string.flatMap(Mode.init)
    pin = info.at("PIN", "presence")?.string.flatMap(Presence.init) ?? .forbidden
    otp = info.at("OTP", "presence")?.string.flatMap(Presence.init) ?? .forbidden
    otpIsOnline = info.at("OTP", "type")?.string == "online"
  }

  private mutating func readV2(_ info: JSONObject) {
    modeV2 = info.at("auth", "mode")?.string.flatMap(Mode.init)
    qualifier = info["signatureQualifier"]?.string
    expression = info.at("auth", "expression")?.string ?? ""
    objects = (info.at("auth", "objects")?.array ?? []).compactMap(\.object).compactMap { object in
      guard let type = object["type"]?.string, let id = object["id"]?.string else { return nil }
      return Object(type: type, id: id, generator: object["generator"]?.string)
    }
  }
}
