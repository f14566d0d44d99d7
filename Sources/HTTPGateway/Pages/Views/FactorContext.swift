internal import SoleControl
internal import Texts

/// The fields by which a person confirms.
extension PageContext {
  /// - Parameter newPIN: further fields, which wait until nothing leads away from the page.
  mutating func set(
    _ factors: [SigningView.Factor], _ message: PageMessage?, newPIN: [PageMessage.Field] = []
  ) {
    var fields: [[String: Any]] = []
    var targets: Set<PageMessage.Field> = []
    for factor in factors {
      guard let name = factor.kind.input else { continue }
      var field = field(name, message)
      field["isOptional"] = !factor.isRequired
      fields.append(field)
      targets.insert(name)
    }
    for factor in factors {
      switch factor.kind {
      case .typed: break
      case .sent(_, let wasSent): values["sendCode"] = wasSent ? texts.sendNewCode : texts.sendCode
      case .eid(isDone: false):
        let eid = PageMessage.Field.factor(.eid)
        values["eidOpen"] = true
        values["eidAlone"] = fields.isEmpty
        values["eidText"] = eid.texts(language).hint
        values["eidButton"] = eid.texts(language).label
        targets.insert(eid)
      case .eid(isDone: true): values["eidDone"] = true
      }
    }
    if message == .codeSent, !fields.isEmpty { fields[0]["isFocused"] = true }
    if values["eidAlone"] as? Bool != true {
      fields += newPIN.map { field($0, message) }
      targets.formUnion(newPIN)
    }
    values["fields"] = fields
    values["hasAlternatives"] = factors.contains { !$0.isRequired }
    values["confirmHeading"] = newPIN.isEmpty ? texts.confirmHeading : texts.pinHeading
    values["proof"] = !newPIN.isEmpty
    set(message: message, targets: targets)
  }
}
