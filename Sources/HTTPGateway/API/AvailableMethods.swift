internal import CSCModel
internal import SoleControl

extension Gateway {
  /// Whether the part behind a method is there. A method without its part answers 501 and is not announced.
  func isAvailable(_ method: CSCModel.Method) -> Bool {
    switch method {
    case .timestamp: timestamps != nil
    case .signDoc: documents != nil
    case .credentialsCreate, .credentialsDelete: signing.issuance != nil
    default: true
    }
  }
}
