/// Tags and texts of an HTML page. Comments, scripts and styles are left out.
enum HTMLToken: Equatable {
  /// Names of elements and attributes in small letters.
  case open(String, [String: String])
  case close(String)
  case text(String)

  static func all(in html: String) -> [HTMLToken] {
    var tokens: [HTMLToken] = []
    var rest = html[...]
    while let start = rest.firstIndex(of: "<") {
      let text = decode(rest[..<start])
      if !text.allSatisfy(\.isWhitespace) { tokens.append(.text(text)) }
      rest = rest[start...]
      if rest.hasPrefix("<!--") {
        rest = rest.range(of: "-->").map { rest[$0.upperBound...] } ?? ""
        continue
      }
      guard let token = tag(&rest) else {
        rest = rest.dropFirst()
        continue
      }
      tokens.append(token)
      if case .open(let name, _) = token, ["script", "style"].contains(name) {
        rest =
          rest.lowercased().range(of: "</\(name)").map { range in
            rest.dropFirst(rest.lowercased().distance(from: rest.lowercased().startIndex, to: range.lowerBound))
          } ?? ""
      }
    }
    return tokens
  }

  /// Takes one tag; nil if there is none.
  private static func tag(_ rest: inout Substring) -> HTMLToken? {
    var text = rest.dropFirst()
    let isClosing = text.first == "/"
    if isClosing { text = text.dropFirst() }
    let name = text.prefix { $0.isLetter || $0.isNumber || $0 == "!" || $0 == "-" }
    guard !name.isEmpty else { return nil }
    text = text.dropFirst(name.count)
    var attributes: [String: String] = [:]
    while let character = text.first, character != ">" {
      if character.isWhitespace || character == "/" {
        text = text.dropFirst()
        continue
      }
      let attribute = text.prefix { !$0.isWhitespace && !"=>/".contains($0) }
      guard !attribute.isEmpty else {
        text = text.dropFirst()
        continue
      }
      text = text.dropFirst(attribute.count)
      let value = self.value(&text)
      if attributes[attribute.lowercased()] == nil { attributes[attribute.lowercased()] = decode(value) }
    }
    rest = text.dropFirst()
    return isClosing ? .close(name.lowercased()) : .open(name.lowercased(), attributes)
  }

  private static func value(_ text: inout Substring) -> Substring {
    let afterBlanks = text.drop(while: \.isWhitespace)
    guard afterBlanks.first == "=" else { return "" }
    text = afterBlanks.dropFirst().drop(while: \.isWhitespace)
    guard let quote = text.first, quote == "\"" || quote == "'" else {
      let value = text.prefix { !$0.isWhitespace && $0 != ">" }
      text = text.dropFirst(value.count)
      return value
    }
    let value = text.dropFirst().prefix { $0 != quote }
    text = text.dropFirst(value.count + 2)
    return value
  }

  private static let entities = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " "]

  private static func decode(_ text: Substring) -> String {
    guard text.contains("&") else { return String(text) }
    var decoded = ""
    var rest = text
    while let start = rest.firstIndex(of: "&") {
      decoded += rest[..<start]
      rest = rest[start...].dropFirst()
      let name = rest.prefix(10).prefix { $0 != ";" }
      guard rest.dropFirst(name.count).first == ";", let character = character(name) else {
        decoded += "&"
        continue
      }
      decoded += character
      rest = rest.dropFirst(name.count + 1)
    }
    return decoded + rest
  }

  private static func character(_ name: Substring) -> String? {
    guard name.hasPrefix("#") else { return entities[String(name)] }
    let digits = name.dropFirst()
    let number = digits.lowercased().hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
    return number.flatMap(Unicode.Scalar.init).map { String(Character($0)) }
  }
}
