internal import Foundation

/// The sum of elements of rows, modulo 2^256. It is the same in whatever order they were added and taken away.
struct RowSum: Equatable, Sendable {
  /// The least significant one first.
  private var (a, b, c, d): (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  static let zero = RowSum()
  static let length = 32

  private init() {}

  /// - Parameter octets: 32, the most significant one first.
  init?(_ octets: some ContiguousBytes) {
    let words: (UInt64, UInt64, UInt64, UInt64)? = octets.withUnsafeBytes { octets in
      guard octets.count == Self.length else { return nil }
      func word(_ index: Int) -> UInt64 {
        UInt64(bigEndian: octets.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
      }
      return (word(3), word(2), word(1), word(0))
    }
    guard let words else { return nil }
    (a, b, c, d) = words
  }

  /// Adds 32 octets.
  func write(to octets: inout [UInt8]) {
    for word in [d, c, b, a] { withUnsafeBytes(of: word.bigEndian) { octets.append(contentsOf: $0) } }
  }

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
  /// By the names of the tables, none twice and none zero. There are few, and each commit writes all of them in this
  /// order.
  private var sums: [(table: String, sum: RowSum)] = []

  static let none = RowSums()

  private init() {}

  static func == (left: RowSums, right: RowSums) -> Bool { left.sums.elementsEqual(right.sums) { $0 == $1 } }

  subscript(_ table: String) -> RowSum {
    get { sums.first { $0.table == table }?.sum ?? .zero }
    set {
      // Adding to a table that is there is what happens most, and compares no order.
      if let index = sums.firstIndex(where: { $0.table == table }) {
        if newValue == .zero { sums.remove(at: index) } else { sums[index].sum = newValue }
      } else if newValue != .zero {
        sums.insert((table, newValue), at: sums.firstIndex { $0.table > table } ?? sums.endIndex)
      }
    }
  }

  static func += (left: inout RowSums, right: RowSums) {
    for (table, sum) in right.sums { left[table] += sum }
  }

  /// Names of the tables of which the sums differ.
  func tables(unlike other: RowSums) -> [String] {
    Set(sums.map(\.table)).union(other.sums.map(\.table)).filter { self[$0] != other[$0] }.sorted()
  }

  /// For each table, by their names: the length of the name in one octet, the name, and 32 octets.
  var octets: [UInt8] {
    var octets: [UInt8] = []
    octets.reserveCapacity(sums.count * 64)
    for (table, sum) in sums {
      octets.append(UInt8(table.utf8.count))
      octets.append(contentsOf: table.utf8)
      sum.write(to: &octets)
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
      self[name] = sum
    }
  }
}
