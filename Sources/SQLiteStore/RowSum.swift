/// The sum of elements of rows, modulo 2^256. It is the same in whatever order they were added and taken away.
struct RowSum: Equatable, Sendable {
  /// The least significant one first.
  private var (a, b, c, d): (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  static let zero = RowSum()
  static let length = 32

  private init() {}

  /// - Parameter octets: 32, the most significant one first.
  init?(_ octets: some Collection<UInt8>) {
    guard octets.count == Self.length else { return nil }
    for (index, octet) in octets.enumerated() {
      switch index / 8 {
      case 0: d = d << 8 | UInt64(octet)
      case 1: c = c << 8 | UInt64(octet)
      case 2: b = b << 8 | UInt64(octet)
      default: a = a << 8 | UInt64(octet)
      }
    }
  }

  var octets: [UInt8] { [d, c, b, a].flatMap { word in withUnsafeBytes(of: word.bigEndian) { Array($0) } } }

  static func += (left: inout RowSum, right: RowSum) {
    var carry: UInt64 = 0
    func add(_ word: inout UInt64, _ other: UInt64) {
      let (first, over) = word.addingReportingOverflow(other)
      let (second, overAgain) = first.addingReportingOverflow(carry)
      (word, carry) = (second, (over ? 1 : 0) + (overAgain ? 1 : 0))
    }
    add(&left.a, right.a)
    add(&left.b, right.b)
    add(&left.c, right.c)
    add(&left.d, right.d)
  }

  static prefix func - (sum: RowSum) -> RowSum {
    var negative = sum
    (negative.a, negative.b, negative.c, negative.d) = (~sum.a, ~sum.b, ~sum.c, ~sum.d)
    var one = RowSum.zero
    one.a = 1
    negative += one
    return negative
  }

  static func -= (left: inout RowSum, right: RowSum) { left += -right }
}

/// The sums of some tables.
struct RowSums: Equatable, Sendable {
  private var sums: [String: RowSum] = [:]

  static let none = RowSums()

  private init() {}

  subscript(_ table: String) -> RowSum {
    get { sums[table] ?? .zero }
    set { sums[table] = newValue == .zero ? nil : newValue }
  }

  static func += (left: inout RowSums, right: RowSums) {
    for (table, sum) in right.sums { left[table] += sum }
  }

  /// Names of the tables of which the sums differ.
  func tables(unlike other: RowSums) -> [String] {
    Set(sums.keys).union(other.sums.keys).filter { self[$0] != other[$0] }.sorted()
  }

  /// For each table, by their names: the length of the name in one octet, the name, and 32 octets.
  var octets: [UInt8] {
    var octets: [UInt8] = []
    octets.reserveCapacity(sums.count * 64)
    for (table, sum) in sums.sorted(by: { $0.key < $1.key }) {
      octets.append(UInt8(table.utf8.count))
      octets.append(contentsOf: table.utf8)
      octets.append(contentsOf: sum.octets)
    }
    return octets
  }

  init?(_ octets: [UInt8]) {
    var rest = octets[...]
    while let length = rest.popFirst() {
      let name = String(decoding: rest.prefix(Int(length)), as: UTF8.self)
      rest = rest.dropFirst(Int(length))
      guard let sum = RowSum(rest.prefix(RowSum.length)) else { return nil }
      rest = rest.dropFirst(RowSum.length)
      sums[name] = sum
    }
  }
}
