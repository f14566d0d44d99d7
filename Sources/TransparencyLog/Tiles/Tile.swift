internal import Octets

/// One file of a tiled log: up to 256 hashes of one level, or up to 256 entries (C2SP tlog-tiles, "Merkle Tree" and
/// "Log entries").
public struct Tile: Hashable, Sendable {
  /// Hashes, or entries, of a full tile.
  public static let fullWidth = 256
  /// Levels of the tree between two levels of tiles.
  static let height = 8

  /// The content of a tile.
  public enum Row: Hashable, Sendable {
    /// Hashes: of entries at level 0, otherwise of the full tiles of the level below. 0 to 63.
    case hashes(level: Int)
    /// The entries that the tile of level 0 has the hashes of.
    case entries

    /// The level of the hashes, or of the hashes of the entries.
    var level: Int { if case .hashes(let level) = self { level } else { 0 } }
  }

  public let row: Row
  /// Counts the tiles of the row from 0.
  public let index: UInt64
  /// 1 to 256; a partial tile has fewer than 256.
  public let width: Int

  /// - Returns: nil if there is no such tile in any tree.
  public init?(_ row: Row, index: UInt64, width: Int = fullWidth) {
    guard (1...Self.fullWidth).contains(width), (0...63).contains(row.level), index <= TreeHead.largest >> Self.height
    else { return nil }
    self.init(known: row, index, width)
  }

  private init(known row: Row, _ index: UInt64, _ width: Int) {
    self.row = row
    self.index = index
    self.width = width
  }

  public var isFull: Bool { width == Self.fullWidth }

  // MARK: Tiles of a tree

  /// The tile of a level with that index, as wide as a tree of that size has it; nil if it has none.
  static func existing(level: Int, index: UInt64, size: UInt64) -> Tile? {
    let count = size >> UInt64(height * level)
    guard index <= count >> UInt64(height), count > index << UInt64(height) else { return nil }
    let width = min(count - index << UInt64(height), UInt64(fullWidth))
    return Tile(known: .hashes(level: level), index, Int(width))
  }

  /// The partial tiles at the right edge of a tree, the lowest level first ("Partial Tiles"). Their hashes make the
  /// root.
  public static func partial(size: UInt64) -> [Tile] {
    (0..<height).compactMap { level in
      let count = size >> UInt64(height * level)
      let width = Int(count % UInt64(fullWidth))
      return width > 0 ? Tile(known: .hashes(level: level), count >> UInt64(height), width) : nil
    }
  }

  /// The tiles that become full while a tree grows, the lowest level first.
  public static func full(from earlier: UInt64, to size: UInt64) -> [Tile] {
    (0..<height).flatMap { level in
      let shift = UInt64(height * (level + 1))
      return (earlier >> shift..<max(earlier, size) >> shift).map {
        Tile(known: .hashes(level: level), $0, fullWidth)
      }
    }
  }

  /// The entries whose hashes this tile of level 0 has.
  public var entries: Tile { Tile(known: .entries, index, width) }

  /// The full tile of the level below of which the hash at that place is the root.
  func child(_ place: Int) -> Tile {
    Tile(known: .hashes(level: row.level - 1), index << UInt64(Self.height) + UInt64(place), Self.fullWidth)
  }

  // MARK: Path

  /// The path below the log's address, such as `tile/0/x001/x234/067` or `tile/entries/003.p/17`.
  public var path: String {
    var number = Self.threeDigits(index % 1000)
    var rest = index / 1000
    while rest > 0 {
      number = "x\(Self.threeDigits(rest % 1000))/\(number)"
      rest /= 1000
    }
    let name = if case .hashes(let level) = row { String(level) } else { "entries" }
    return "tile/\(name)/\(number)\(isFull ? "" : ".p/\(width)")"
  }

  /// Reads what `path` writes, and no other text.
  public init?(path: String) {
    guard path.utf8.count <= 64 else { return nil }
    var parts = path.parts(separatedBy: UInt8(ascii: "/"))
    guard parts.count >= 3, parts.removeFirst().isSame(as: "tile") else { return nil }
    let name = parts.removeFirst()
    var width = Self.fullWidth
    if parts.count >= 2, parts[parts.count - 2].utf8.suffix(2).elementsEqual(".p".utf8) {
      guard let partial = Decimal.read(parts.removeLast()), partial < UInt64(Self.fullWidth) else { return nil }
      width = Int(partial)
      parts[parts.count - 1] = parts[parts.count - 1].dropLast(2)
    }
    // Six parts hold every index; the rest of the form is compared below.
    guard parts.count <= 6 else { return nil }
    var index: UInt64 = 0
    for part in parts {
      guard let digits = UInt64(part.drop { $0 == "x" }), digits < 1000 else { return nil }
      index = index * 1000 + digits
    }
    let row: Row? = name.isSame(as: "entries") ? .entries : Decimal.read(name).map { .hashes(level: Int($0)) }
    guard let row, let tile = Tile(row, index: index, width: width), tile.path.isSame(as: path) else { return nil }
    self = tile
  }

  private static func threeDigits(_ number: UInt64) -> String {
    let digits = String(number)
    return String(repeating: "0", count: 3 - digits.utf8.count) + digits
  }
}

/// Decimal numbers without a sign and without leading zeroes, as all these formats have them.
enum Decimal {
  /// Nil if it is no such number, or larger than `TreeHead.largest`.
  static func read(_ text: some StringProtocol) -> UInt64? {
    let digits = text.utf8
    guard (1...19).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
      digits.count == 1 || digits.first != 0x30, let number = UInt64(text), number <= TreeHead.largest
    else { return nil }
    return number
  }
}
