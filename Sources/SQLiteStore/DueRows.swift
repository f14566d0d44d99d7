internal import GRDB

extension SQLiteReader {
  /// Rows of an instance that are due, the earliest first, and of each partner so many: one whose receiver does not
  /// answer does not take the others' turns. For tables with the columns `id`, `instance`, `partner` and `due`, and a
  /// key of one column.
  ///
  /// - Parameter condition: a further one, in SQL.
  func dueRows(
    _ table: ProtectedTable, instance: String, by time: Int64, perPartner: Int, limit: Int,
    where condition: String = "1 = 1"
  ) throws -> [StoredRow] {
    let key = table.columns[0]
    return try fitting(
      table,
      """
      \(key) IN (
        SELECT \(key) FROM (
          SELECT \(key), row_number() OVER (PARTITION BY partner ORDER BY due, id) AS place
          FROM \(table.name) WHERE instance = ? AND \(condition) AND due <= ?)
        WHERE place <= ?)
      ORDER BY due, id
      """, [instance, time, perPartner], limit: limit)
  }
}
