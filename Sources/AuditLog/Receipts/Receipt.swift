import Octets
public import TransparencyLog
import WireJSON

/// A proof that a signature was made, and how it came about, to be checked without the log: the entry `signature.made`
/// and those that belong to it, all with proofs that lead to one checkpoint.
///
/// Its octets are a log proof (C2SP tlog-proof) of `signature.made`. The `extra` holds all that the proof leaves out,
/// as canonical JSON (Specs/design/audit.md, "Receipts"). Nothing in it counts before `verify`.
public struct Receipt: Sendable, Equatable {
  /// An entry, its place in the tree from 0, and its inclusion proof.
  public struct Part: Sendable, Equatable {
    public let entry: AuditEntry
    public let index: UInt64
    public let proof: [MerkleHash]

    public init(entry: AuditEntry, index: UInt64, proof: [MerkleHash]) {
      self.entry = entry
      self.index = index
      self.proof = proof
    }
  }

  /// The form of `extra`, with its version.
  public static let format = "countersign-receipt@v1"
  /// Most entries next to `signature.made`.
  public static let mostRelated = 64
  /// Limits of `extra`. Its size is bounded by that of the file.
  private static let limits = JSONLimits(size: LogProof.longest, depth: 4, values: 10_000)

  /// The entry `signature.made`.
  public let made: Part
  /// Entries that belong to it, in the order of the log.
  public let related: [Part]
  /// A signed note, as the log published it.
  public let checkpoint: [UInt8]
  /// The certificate of who signed, in a box (`ReceiptOwner`); nil if it is left out.
  public let owner: [UInt8]?

  /// Sorts what belongs to the signature.
  public init(made: Part, related: [Part], checkpoint: [UInt8], owner: [UInt8]? = nil) {
    self.owner = owner
    self.made = made
    self.related = related.sorted { $0.index < $1.index }
    self.checkpoint = checkpoint
  }

  // MARK: Octets

  /// The file.
  ///
  /// - Throws: `ReceiptFault.proof` if it would be larger than is read.
  public func octets() throws(ReceiptFault) -> [UInt8] {
    var members = JSONObject([("format", .string(Self.format)), ("entry", .object(Self.object(made.entry)))])
    members["related"] = .array(
      related.map { part in
        var object = Self.object(part.entry)
        object["index"] = .integer(Int64(clamping: part.index))
        object["proof"] = .array(part.proof.map { .string($0.base64) })
        return .object(object)
      })
    if let owner { members["owner"] = .string(Base64.encode(owner)) }
    do {
      return try LogProof(
        extra: JSONValue.object(members).canonical(), index: made.index, hashes: made.proof, checkpoint: checkpoint
      ).octets
    } catch { throw .proof(error) }
  }

  private static func object(_ entry: AuditEntry) -> JSONObject {
    JSONObject([
      ("header", .string(Base64.encode(entry.header))), ("salt", .string(Base64.encode(entry.salt))),
      ("payload", .string(String(decoding: entry.payload ?? [], as: UTF8.self))),
    ])
  }

  /// Reads `extra`. It has one text for each value: the canonical one.
  private init(extra: [UInt8], of proof: LogProof) throws(ReceiptFault) {
    guard let object = try? JSONValue.parse(extra, limits: Self.limits).object,
      JSONValue.object(object).canonical() == extra, object.members.count == (object["owner"] == nil ? 3 : 4),
      object["format"]?.string.isSame(as: Self.format) == true,
      let made = object["entry"]?.object, made.members.count == 3, let entry = Self.entry(made),
      let list = object["related"]?.array, list.count <= Self.mostRelated
    else { throw .malformed }
    let related = list.compactMap { value -> Part? in
      guard let object = value.object, object.members.count == 5, let entry = Self.entry(object),
        let index = object["index"]?.integer, index >= 0, let texts = object["proof"]?.array
      else { return nil }
      let hashes = texts.compactMap { $0.string.flatMap { MerkleHash(base64: $0) } }
      guard hashes.count == texts.count, hashes.count <= TreeHead.longestProof else { return nil }
      return Part(entry: entry, index: UInt64(index), proof: hashes)
    }
    guard related.count == list.count, zip(related, related.dropFirst()).allSatisfy({ $0.index < $1.index }) else {
      throw .malformed
    }
    self.made = Part(entry: entry, index: proof.index, proof: proof.hashes)
    self.related = related
    checkpoint = proof.checkpoint
    owner = try Self.owner(object["owner"])
  }

  private static func owner(_ value: JSONValue?) throws(ReceiptFault) -> [UInt8]? {
    guard let value else { return nil }
    guard let octets = value.string.flatMap(Base64.decodeExact), (17...ReceiptOwner.longest).contains(octets.count)
    else { throw .malformed }
    return octets
  }

  private static func entry(_ object: JSONObject) -> AuditEntry? {
    guard let header = object["header"]?.string.flatMap(Base64.decodeExact),
      let salt = object["salt"]?.string.flatMap(Base64.decodeExact), let payload = object["payload"]?.string
    else { return nil }
    return AuditEntry(header: header, salt: salt, payload: Array(payload.utf8))
  }

  // MARK: Verifying

  /// Checks a file. The signatures of the checkpoint come first; what the file says about entries is not read before.
  ///
  /// - Throws: `ReceiptFault`, the first fault.
  public static func verify(_ octets: [UInt8], policy: LogPolicy) throws(ReceiptFault) -> VerifiedReceipt {
    let (proof, checkpoint) = try signed(octets, policy)
    guard let extra = proof.extra else { throw .malformed }
    let receipt = try Receipt(extra: extra, of: proof)
    let made = try proven(receipt.made, in: checkpoint)
    var related: [ProvenEntry] = []
    for part in receipt.related { related.append(try proven(part, in: checkpoint)) }
    return try VerifiedReceipt(checkpoint: checkpoint, made: made, related: related, owner: receipt.owner)
  }

  private static func signed(
    _ octets: [UInt8], _ policy: LogPolicy
  ) throws(ReceiptFault) -> (LogProof, VerifiedCheckpoint) {
    do throws(NoteFault) {
      let proof = try LogProof(octets)
      return (proof, try policy.verify(checkpoint: proof.checkpoint))
    } catch { throw .proof(error) }
  }

  private static func proven(_ part: Part, in checkpoint: VerifiedCheckpoint) throws(ReceiptFault) -> ProvenEntry {
    guard checkpoint.checkpoint.head.includes(.leaf(part.entry.header), at: part.index, proof: part.proof) else {
      throw .notIncluded(index: part.index)
    }
    guard let header = EntryHeader(octets: part.entry.header) else { throw .header(index: part.index) }
    let (salt, payload) = (part.entry.salt, part.entry.payload ?? [])
    if header.lane == EntryHeader.laneZero {
      guard salt.isEmpty, payload.isEmpty else { throw .payload(index: part.index) }
    } else {
      guard AuditEntry.payloadDigest(salt: salt, payload) == header.payloadDigest else {
        throw .payload(index: part.index)
      }
    }
    guard let fields = part.entry.object else { throw .payload(index: part.index) }
    return ProvenEntry(index: part.index, header: header, fields: fields)
  }
}
