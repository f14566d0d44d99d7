import Foundation
import SoleControl
import TestSupport
import Testing

@testable import SQLiteStore

@Suite("Sums of rows", .timeLimit(.minutes(1)))
struct RowSumTests {
  private func sum(_ octets: UInt8...) throws -> RowSum {
    try #require(RowSum([UInt8](repeating: 0, count: 32 - octets.count) + octets))
  }

  @Test("what is added and taken away leaves nothing, in whatever order; carries go through all octets")
  func arithmetic() throws {
    let elements = try (0..<50).map { _ in try #require(RowSum((0..<32).map { _ in UInt8.random(in: 0...255) })) }
    var total = RowSum.zero
    for element in elements { total += element }
    for element in elements.shuffled() { total -= element }
    #expect(total == .zero)
    var most = try #require(RowSum([UInt8](repeating: 255, count: 32)))
    most += try sum(1)
    #expect(most == .zero)
    var word = try sum(255, 255, 255, 255, 255, 255, 255, 255)
    word += try sum(2)
    #expect(try word == sum(1, 0, 0, 0, 0, 0, 0, 0, 1))
    #expect(try -sum(1) == #require(RowSum([UInt8](repeating: 255, count: 32))))
    #expect(RowSum([1]) == nil)
  }

  @Test("octets of sums are read back, and name the tables that differ")
  func octets() throws {
    var (sums, other) = (RowSums.none, RowSums.none)
    sums["token"] += try sum(1, 2)
    sums["pending"] += try sum(3)
    #expect(RowSums(sums.octets) == sums && RowSums([]) == RowSums.none)
    #expect(RowSums(Array(sums.octets.dropLast())) == nil)
    other["token"] += try sum(1, 2)
    #expect(sums.tables(unlike: other) == ["pending"])
    sums["pending"] -= try sum(3)
    #expect(sums == other)
  }

  @Test("the order in which tables came does not show")
  func order() throws {
    let tables = try (1...9).map { ("table\($0)", try sum($0)) }
    func sums(_ tables: [(String, RowSum)]) -> RowSums {
      var sums = RowSums.none
      for (table, sum) in tables { sums[table] += sum }
      return sums
    }
    let right = sums(tables)
    for _ in 0..<10 {
      let other = sums(tables.shuffled())
      #expect(other == right && other.octets == right.octets)
    }
    #expect(right.octets.count == 9 * (1 + 6 + 32))
  }

  @Test("sums are encrypted: for their lane alone, and no two alike")
  func boxes() throws {
    let keys = RowMACs.test.sumKeys()
    let sealed = try keys.box(of: 7).seal([1, 2, 3], number: 1)
    #expect(try keys.box(of: 7).open(sealed) == [1, 2, 3])
    #expect(throws: (any Error).self) { try keys.box(of: 8).open(sealed) }
    #expect(throws: (any Error).self) { try keys.box(of: 7).open([]) }
    #expect(try keys.box(of: 7).seal([1, 2, 3], number: 2) != sealed)
    #expect(keys.element(of: [1]) != RowMACs(secret: [1]).sumKeys().element(of: [1]))
  }

  @Test("numbers of slots are kept as ranges", arguments: [[], [0], [0, 1, 2], [5, 1, 2, 9, 3], [70_000, 70_001]])
  func slotNumbers(_ slots: [Int]) {
    #expect(SlotList.decode(SlotList.encode(slots)) == slots.sorted())
    #expect(SlotList.decode([0]) == nil)
  }
}
