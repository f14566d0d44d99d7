internal import WireJSON

/// Makes texts that may be shown: no secrets, and nothing longer than a reader wants to see.
struct Masking: Sendable {
  private static let secretMembers: Set<String> = [
    "SAD", "PIN", "OTP", "access_token", "refresh_token", "token", "code", "password", "client_secret",
    "client_assertion", "code_verifier", "account_token", "id_token", "username", "Authorization",
  ]

  /// Texts that are hidden wherever they stand.
  let secrets: [String]

  func text(_ json: JSONValue) -> String {
    String(decoding: mask(json, isSecret: false).compact(), as: UTF8.self).limited(to: 600)
  }

  func text(_ form: Form.Fields) -> String {
    form.map {
      "\($0.name)=\(Self.secretMembers.contains($0.name) ? Self.hidden($0.value) : hide($0.value).limited(to: 80))"
    }
    .joined(separator: "&").limited(to: 600)
  }

  /// A body of any kind.
  func text(_ body: [UInt8]) -> String {
    if body.isEmpty { return "(empty body)" }
    if let json = try? JSONValue.parse(body, limits: Exchange.limits) { return text(json) }
    let text = String(decoding: body, as: UTF8.self)
    guard text.lowercased().contains("<html") else { return hide(text).limited(to: 200) }
    let words = HTMLToken.all(in: text).map { if case .text(let words) = $0 { words } else { "" } }
    return "page: "
      + hide(words.joined(separator: " ").split(whereSeparator: \.isWhitespace).joined(separator: " ")).limited(to: 200)
  }

  /// An address whose query may hold codes.
  func text(address: String) -> String {
    let parts = address.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return hide(address) }
    return "\(hide(String(parts[0])))?\(text(Form.decode(parts[1])))"
  }

  /// - Parameter isSecret: whether texts below here are.
  private func mask(_ json: JSONValue, isSecret: Bool) -> JSONValue {
    switch json {
    case .string(let text): return .string(isSecret ? Self.hidden(text) : hide(text).limited(to: 80))
    case .array(let values): return .array(values.map { mask($0, isSecret: isSecret) })
    case .object(let object):
      // The value that goes with an authentication object.
      let isAuthData = object["id"] != nil && object["value"] != nil
      return .object(
        JSONObject(
          object.members.map { member in
            let isSecret = isSecret || Self.secretMembers.contains(member.name) || isAuthData && member.name == "value"
            return (member.name, mask(member.value, isSecret: isSecret))
          }))
    default: return json
    }
  }

  func hide(_ text: String) -> String {
    secrets.reduce(text) { $1.count < 4 ? $0 : $0.replacing($1, with: "•••") }
  }

  private static func hidden(_ text: String) -> String { text.isEmpty ? "" : "•••" }
}

extension String {
  func limited(to length: Int) -> String {
    count <= length ? self : "\(prefix(length))… (\(count) characters)"
  }
}
