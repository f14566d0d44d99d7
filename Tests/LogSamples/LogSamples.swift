import Crypto
import Foundation
import TransparencyLog

/// Writes a log with everything that somebody else needs to check it, under keys of its own, for readers that are not
/// ours (Tests/independent, Tests/python/audit).
///
///     log-samples FOLDER ENTRIES
///
/// In the folder: `tile/…` with hashes and entries, `checkpoint` and `earlier` (signed by the log and a witness), the
/// verifier keys `log.vkey` and `witness.vkey`, `consistency` (a hash a line, from `earlier` to `checkpoint`), and for
/// some entries `proofs/INDEX.tlog-proof` with the entry in `proofs/INDEX.entry`.
@main
struct LogSamples {
  static let origin = "log.example/samples"

  let folder: URL
  let log = P256.Signing.PrivateKey()
  let witness = Curve25519.Signing.PrivateKey()

  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3, let count = Int(arguments[2]), (2...1_000_000).contains(count) else {
      print("log-samples FOLDER ENTRIES")
      exit(64)
    }
    try LogSamples(folder: URL(fileURLWithPath: arguments[1])).write(count)
  }

  func write(_ count: Int) throws {
    let entries = (0..<count).map { Array("entry \($0) of \(count)".utf8) }
    let (head, full, partial) = try tiles(entries)
    let earlier = count * 2 / 3
    let earlierHead = TreeHead(
      size: UInt64(earlier), root: .root(of: entries[..<earlier].map { .leaf($0) }))

    let checkpoint = try signed(head)
    try save("checkpoint", checkpoint)
    try save("earlier", signed(earlierHead))
    try save("log.vkey", Array((try logKey.vkey + "\n").utf8))
    try save("witness.vkey", Array((try witnessKey.vkey + "\n").utf8))

    func read(_ tile: Tile) -> [UInt8] { full[tile] ?? partial[tile] ?? [] }
    let consistency = try TileQuery.consistency(from: earlierHead.size, to: head).hashes(reading: read)
    try save("consistency", Array(consistency.map { $0.base64 + "\n" }.joined().utf8))
    for index in Set([0, 1, count / 2, earlier, count - 1]) {
      let hashes = try TileQuery.inclusion(of: UInt64(index), in: head).hashes(reading: read)
      let proof = try LogProof(
        extra: index % 2 == 0 ? nil : Array("an extra".utf8), index: UInt64(index), hashes: hashes,
        checkpoint: checkpoint)
      try save("proofs/\(index).tlog-proof", proof.octets)
      try save("proofs/\(index).entry", entries[index])
    }
  }

  /// The tiles and bundles of a log, in files and as they are.
  private func tiles(
    _ entries: [[UInt8]]
  ) throws -> (head: TreeHead, full: [Tile: [UInt8]], partial: [Tile: [UInt8]]) {
    var (writer, full, partial) = (TileWriter(), [Tile: [UInt8]](), [Tile: [UInt8]]())
    for tile in writer.append(entries.map { .leaf($0) }) { full[tile.tile] = tile.octets }
    for tile in writer.partialTiles { partial[tile.tile] = tile.octets }
    for (tile, octets) in full.merging(partial, uniquingKeysWith: { first, _ in first }) {
      try save(tile.path, octets)
      guard tile.row == .hashes(level: 0) else { continue }
      let begin = Int(tile.index) * Tile.fullWidth
      try save(tile.entries.path, EntryBundle.encode(Array(entries[begin..<begin + tile.width])) ?? [])
    }
    return (writer.head, full, partial)
  }

  private var logKey: NoteKey {
    get throws {
      try NoteKey(name: Self.origin, kind: .ecdsaP256, publicKey: Array(log.publicKey.derRepresentation))
    }
  }

  private var witnessKey: NoteKey {
    get throws {
      try NoteKey(
        name: "witness.example/1", kind: .cosignature, publicKey: Array(witness.publicKey.rawRepresentation))
    }
  }

  private func signed(_ head: TreeHead) throws -> [UInt8] {
    let text = try Checkpoint(origin: Self.origin, head: head).text
    let byLog = try log.signature(for: SHA256.hash(data: text)).derRepresentation
    let time = UInt64(Date().timeIntervalSince1970)
    let message = Cosignature.message(text: text, time: time) ?? []
    let cosignature = Cosignature(time: time, signature: Array(try witness.signature(for: message)))
    return try SignedNote(
      text: text,
      signatures: [
        NoteSignature(by: logKey, Array(byLog)), NoteSignature(by: witnessKey, cosignature?.octets ?? []),
      ]
    ).octets
  }

  private func save(_ path: String, _ octets: [UInt8]) throws {
    let file = folder.appendingPathComponent(path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(octets).write(to: file)
  }
}
