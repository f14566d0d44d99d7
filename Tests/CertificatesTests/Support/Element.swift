/// An element that tests take apart and change: neither the writer nor the reader that are tested.
struct Element: Equatable {
  var tag: UInt8
  /// Of an element without elements.
  var content: [UInt8] = []
  var elements: [Element] = []
  /// Writes the length in one octet more than it needs.
  var hasLongLength = false

  var isConstructed: Bool { tag & 0x20 != 0 }

  init(_ tag: UInt8, _ content: [UInt8]) { (self.tag, self.content) = (tag, content) }
  init(_ tag: UInt8, of elements: [Element]) { (self.tag, self.elements) = (tag, elements) }

  /// Reads octets that our own writer made; others end the test.
  init(_ octets: [UInt8]) {
    var rest = octets[...]
    self = Self.take(&rest)
    precondition(rest.isEmpty)
  }

  private static func take(_ rest: inout ArraySlice<UInt8>) -> Element {
    let tag = rest.removeFirst()
    var length = Int(rest.removeFirst())
    if length >= 0x80 {
      let count = length - 0x80
      length = rest.prefix(count).reduce(0) { $0 << 8 | Int($1) }
      rest.removeFirst(count)
    }
    var content = rest.prefix(length)
    rest.removeFirst(length)
    guard tag & 0x20 != 0 else { return Element(tag, Array(content)) }
    var elements: [Element] = []
    while !content.isEmpty { elements.append(take(&content)) }
    return Element(tag, of: elements)
  }

  var octets: [UInt8] {
    let inner = isConstructed ? elements.flatMap(\.octets) : content
    var length: [UInt8] = []
    var rest = inner.count
    repeat {
      length.insert(UInt8(rest & 0xFF), at: 0)
      rest >>= 8
    } while rest > 0
    if hasLongLength { length.insert(0, at: 0) }
    let isShort = inner.count < 0x80 && !hasLongLength
    return [tag] + (isShort ? length : [0x80 | UInt8(length.count)] + length) + inner
  }

  subscript(place: Int) -> Element {
    get { elements[place] }
    set { elements[place] = newValue }
  }

  /// The text of a string.
  var text: String {
    get { String(decoding: content, as: UTF8.self) }
    set { content = Array(newValue.utf8) }
  }
}

/// Parts of a TBSCertificate by their places.
extension Element {
  var serial: Element {
    get { self[1] }
    set { self[1] = newValue }
  }
  var validity: Element {
    get { self[4] }
    set { self[4] = newValue }
  }
  var subject: Element {
    get { self[5] }
    set { self[5] = newValue }
  }
  var key: Element {
    get { self[6] }
    set { self[6] = newValue }
  }
  var extensions: [Element] {
    get { self[7][0].elements }
    set { self[7][0].elements = newValue }
  }

  /// The place of an extension.
  func place(of oid: [UInt8]) -> Int { extensions.firstIndex { $0[0].content == oid } ?? -1 }

  /// Changes what stands in an extension.
  mutating func change(_ oid: [UInt8], _ edit: (inout Element) -> Void) {
    let place = self.place(of: oid)
    let last = extensions[place].elements.count - 1
    var value = Element(extensions[place][last].content)
    edit(&value)
    self[7][0][place][last].content = value.octets
  }

  /// An extension that is not critical.
  static func entry(_ oid: [UInt8], _ value: Element) -> Element {
    Element(0x30, of: [Element(0x06, oid), Element(0x04, value.octets)])
  }
}

/// Contents of OBJECT IDENTIFIERs of extensions.
enum Extension {
  static let aki: [UInt8] = [0x55, 0x1D, 0x23]
  static let ski: [UInt8] = [0x55, 0x1D, 0x0E]
  static let bc: [UInt8] = [0x55, 0x1D, 0x13]
  static let ku: [UInt8] = [0x55, 0x1D, 0x0F]
  static let policies: [UInt8] = [0x55, 0x1D, 0x20]
  static let crldp: [UInt8] = [0x55, 0x1D, 0x1F]
  static let eku: [UInt8] = [0x55, 0x1D, 0x25]
  static let san: [UInt8] = [0x55, 0x1D, 0x11]
  static let aia: [UInt8] = [0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x01]
  static let qc: [UInt8] = [0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x03]
  static let noRevAvail: [UInt8] = [0x55, 0x1D, 0x38]
  static let assured: [UInt8] = [0x04, 0x00, 0x8B, 0xEC, 0x49, 0x02, 0x01]
}
