internal import CSCModel
internal import SoleControl
internal import Vocabulary

extension SMSFactor: FactorFace {
  static var wireObject: CredentialAnswer.AuthObject {
    .init(kind: .challengeResponse, id: id.rawValue, format: "N", generator: nil, label: "Code by message")
  }
  static var memberInV1: String? { "OTP" }
  static func wrong(_ version: CSCVersion) -> CSCError { .wrongOTP(version) }
  static func pageKind(_ state: PageFactorState) -> SigningView.Factor.Kind? { .sms(wasSent: state.codeWasSent) }
  static var pageField: PageMessage.Field { .sms }
}
