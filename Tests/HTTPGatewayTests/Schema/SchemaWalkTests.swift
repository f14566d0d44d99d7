import Foundation
import SQLiteStore
import TestSupport
import Testing

@testable import SoleControl

/// Every column of every table, as SQLite tells them: what is done because of it is refused once it was edited, or
/// Specs/threat-model.md says what an edit gives.
@Suite("Edited databases", .timeLimit(.minutes(20)))
struct SchemaWalkTests {
  private static let acts =
    SchemaAct.signing + SchemaAct.logIns + SchemaAct.waiting + SchemaAct.log
    + SchemaAct.contracts + SchemaAct.partner
  /// Databases that are looked at in one moment.
  private static let width = 6
  /// Tables that have one row after an act of ours.
  private static let single: Set = [
    "audit_cosignature", "audit_lane", "audit_progress", "audit_stamp", "audit_tile", "audit_tree", "grdb_migrations",
    "readiness", "registry_state",
  ]

  @Test("whatever is edited, nothing is done that was not before, but for what the threat model names")
  func walk() async throws {
    let empty = SchemaFile(path: try await GatewayFixture().closed())
    let columns = try await empty.columns()
    let tables = Set(columns.map(\.table))
    #expect(tables == Set(Self.acts.map(\.table)), "each table needs an act that uses it")
    var findings: Set<String> = []
    for act in Self.acts {
      findings.formUnion(try await walk(act, columns.filter { $0.table == act.table }))
    }
    let named = try Self.named()
    #expect(findings.subtracting(named).sorted() == [], "found, and not named in the threat model")
    #expect(named.subtracting(findings).sorted() == [], "named in the threat model, and not found")
  }

  /// The columns whose edits have the act done, or undone, against what it is without them.
  private func walk(_ act: SchemaAct, _ columns: [SchemaColumn]) async throws -> Set<String> {
    let fixture = try await GatewayFixture(notifier: SchemaNotifier())
    let ready = try await act.prepare(fixture)
    let file = SchemaFile(path: try fixture.closed())
    let rows = try await file.sql(
      "SELECT count(*) FROM \"\(act.table)\" WHERE \(ready.row); SELECT count(*) FROM \"\(act.table)\";")
    let isSingle = Self.single.contains(act.table)
    #expect(rows.first == "1" && (rows.last != "1" || isSingle), "\(act.table), \(act.name): \(rows)")
    let control = try await outcome(act, ready, file.copy(), fixture)
    #expect(control.isDone == act.isDone, "\(act.table), \(act.name), unedited: \(control.reason)")
    try await #expect(isWhole(file.copy()), "\(act.table), \(act.name): rows are counted wrongly")
    let edits = SchemaEdit.all(of: columns).enumerated().map { ($1, looks: $0.isMultiple(of: 3)) }
    var found: Set<String> = []
    try await withThrowingTaskGroup(of: String?.self) { group in
      var left = edits[...]
      func next() {
        guard let (edit, looks) = left.popFirst() else { return }
        group.addTask { try await finding(edit, looks, act, ready, file, fixture) }
      }
      for _ in 0..<Self.width { next() }
      while let finding = try await group.next() {
        if let finding { found.insert(finding) }
        next()
      }
    }
    return found
  }

  /// The column's name if the edit has the act done.
  ///
  /// - Parameter looks: whether a gateway that looks at all rows is tried as well, which takes as long as the act.
  private func finding(
    _ edit: SchemaEdit, _ looks: Bool, _ act: SchemaAct, _ ready: SchemaAct.Ready, _ file: SchemaFile,
    _ fixture: GatewayFixture
  ) async throws -> String? {
    let copy = try file.copy()
    defer { try? FileManager.default.removeItem(at: URL(fileURLWithPath: copy.path).deletingLastPathComponent()) }
    do { guard try await copy.apply(edit, to: ready.row) else { return nil } } catch is SchemaFile.Refused {
      return nil
    }
    if looks, Self.isSummed(edit.column) {
      #expect(try await !isWhole(copy), "\(edit.column) \(edit.what): not found at the start")
    }
    let before = try await copy.signatures()
    let result = try await outcome(act, ready, copy, fixture)
    guard !result.isDone else { return "\(edit.column)" }
    let after = try await copy.signatures()
    #expect(before == after, "\(act.name): \(edit.column) \(edit.what): refused, and signed")
    return nil
  }

  /// Whether a gateway that looks at all rows starts.
  private func isWhole(_ file: SchemaFile) async throws -> Bool {
    do {
      try SQLiteFileStore(path: file.path, mayCreate: false, rowMACs: .test, rowChecks: .all).close()
      return true
    } catch is StoreOpenError { return false } catch is StoreError { return false }
  }

  /// Whether the sums of rows cover a column. The log has its tree, which also proves what the index of receipts leads
  /// to; the MAC stands for the text that it covers.
  private static func isSummed(_ column: SchemaColumn) -> Bool {
    let others = ["grdb_migrations", "instance_lease", "readiness", "receipt_index"]
    return !others.contains(column.table) && !column.table.hasPrefix("audit_")
      && !["credential.text", "certificate_subject.text"].contains("\(column)")
  }

  private func outcome(
    _ act: SchemaAct, _ ready: SchemaAct.Ready, _ file: SchemaFile, _ fixture: GatewayFixture
  ) async throws -> (isDone: Bool, reason: String) {
    let copy: GatewayFixture
    do { copy = try await GatewayFixture(notifier: SchemaNotifier(), copy: (file.path, fixture)) } catch {
      // A file that the program does not open.
      return (false, "\(error)")
    }
    defer { _ = try? copy.closed() }
    do { return (try await ready.use(copy), "done, or said to be not") } catch { return (false, "\(error)") }
  }

  /// The columns of the threat model's table "Columns that nothing proves".
  private static func named() throws -> Set<String> {
    let text = try String(
      contentsOf: repository.appendingPathComponent("Specs/threat-model.md"), encoding: .utf8)
    let section = try #require(text.components(separatedBy: "### Columns that nothing proves").last)
    let lines = section.components(separatedBy: "\n## ")[0].split(separator: "\n").filter { $0.hasPrefix("| `") }
    return Set(
      lines.flatMap { line -> [String] in
        let cells = line.split(separator: "|")
        let names = cells.prefix(2).map { $0.matches(of: /`([a-z_]+)`/).map { String($0.1) } }
        return names[1].map { "\(names[0][0]).\($0)" }
      })
  }
}

extension SchemaFile {
  /// Alice's signatures of which the log says that they were made.
  fileprivate func signatures() async throws -> [String] {
    func operation(_ line: String) -> String? {
      line.firstMatch(of: /"operation":"([0-9a-f]+)"/).map { String($0.1) }
    }
    let lines = try await sql("SELECT CAST(substr(header, 11, 18) AS TEXT) || CAST(payload AS TEXT) FROM audit_entry;")
    let hers = lines.filter {
      $0.contains("signature.intended")
        && ($0.contains(#""credential":"c1""#) || $0.contains(#""credential":"c9""#))
    }.compactMap(operation)
    return lines.filter { $0.contains("signature.made") }.compactMap(operation).filter(hers.contains)
  }
}

extension GatewayFixture {
  /// The path of the database, which is whole in one file now.
  fileprivate func closed() throws -> String {
    try (signing.store as? SQLiteFileStore)?.close()
    return path
  }
}
