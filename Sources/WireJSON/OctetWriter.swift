internal import CJansson

/// Writes a value as octets at once. Every stored text, every entry of the audit log and every answer passes here;
/// a tree of Jansson's nodes for each costs several times as much as the text itself.
///
/// The text is Jansson's, octet for octet (`OctetWriterTests`). Reals are left to it.
struct OctetWriter {
  private var octets: [UInt8] = []
  private let isSorted: Bool

  private init(isSorted: Bool) {
    self.isSorted = isSorted
    octets.reserveCapacity(512)
  }

  /// - Parameter isSorted: whether members come in the order of the octets of their names, not in their own.
  static func text(of value: JSONValue, isSorted: Bool) -> [UInt8] {
    var writer = OctetWriter(isSorted: isSorted)
    writer.write(value)
    return writer.octets
  }

  private mutating func write(_ value: JSONValue) {
    switch value {
    case .null, .unusable: octets += "null".utf8
    case .bool(let value): octets += value ? "true".utf8 : "false".utf8
    case .integer(let value): octets += String(value).utf8
    case .real: octets += value.dump(flags: Int(JSON_COMPACT))
    case .string(let text): write(text)
    case .array(let elements):
      octets.append(UInt8(ascii: "["))
      for (place, element) in elements.enumerated() {
        if place > 0 { octets.append(UInt8(ascii: ",")) }
        write(element)
      }
      octets.append(UInt8(ascii: "]"))
    case .object(let object): write(object)
    }
  }

  private mutating func write(_ object: JSONObject) {
    let members = object.members
    var places = Array(members.indices)
    if isSorted { places.sort { members[$0].name.utf8.lexicographicallyPrecedes(members[$1].name.utf8) } }
    octets.append(UInt8(ascii: "{"))
    var isFirst = true
    for place in places {
      if !isFirst { octets.append(UInt8(ascii: ",")) }
      isFirst = false
      write(members[place].name)
      octets.append(UInt8(ascii: ":"))
      write(members[place].value)
    }
    octets.append(UInt8(ascii: "}"))
  }

  private mutating func write(_ text: String) {
    octets.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { utf8 in
      var written = 0
      for (place, octet) in utf8.enumerated() where Self.isEscaped(octet) {
        octets.append(contentsOf: utf8[written..<place])
        writeEscaped(octet)
        written = place + 1
      }
      octets.append(contentsOf: utf8[written...])
    }
    octets.append(UInt8(ascii: "\""))
  }

  /// RFC 8259 §7: what must be escaped.
  private static func isEscaped(_ octet: UInt8) -> Bool {
    octet < 0x20 || octet == UInt8(ascii: "\"") || octet == UInt8(ascii: "\\")
  }

  private mutating func writeEscaped(_ octet: UInt8) {
    octets.append(UInt8(ascii: "\\"))
    switch octet {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): octets.append(octet)
    case 0x08: octets.append(UInt8(ascii: "b"))
    case 0x09: octets.append(UInt8(ascii: "t"))
    case 0x0A: octets.append(UInt8(ascii: "n"))
    case 0x0C: octets.append(UInt8(ascii: "f"))
    case 0x0D: octets.append(UInt8(ascii: "r"))
    default:
      let digits = Array("0123456789ABCDEF".utf8)
      octets += "u00".utf8
      octets.append(digits[Int(octet >> 4)])
      octets.append(digits[Int(octet & 15)])
    }
  }
}
