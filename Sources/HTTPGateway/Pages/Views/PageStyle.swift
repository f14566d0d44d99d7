/// The pages' stylesheet: the colours, which differ by brand, and the rules, which are the file `pages.css`.
enum PageStyle {
  /// Colours of text and of its background, by day and by night. A test holds that each can be read on each.
  struct Palette: Sendable {
    let page, card, soft: BrandColour
    let text, quiet, bad, care, good: BrandColour
    let line, edge: BrandColour

    var surfaces: [BrandColour] { [page, card, soft] }

    fileprivate var variables: String {
      let named = [
        ("page", page), ("card", card), ("soft", soft), ("text", text), ("quiet", quiet), ("bad", bad), ("care", care),
        ("good", good), ("line", line), ("edge", edge),
      ]
      return named.map { "--\($0): \($1.hex);" }.joined(separator: " ")
    }
  }

  static let day = Palette(
    page: BrandColour(0xf2, 0xf4, 0xf7), card: .white, soft: BrandColour(0xf6, 0xf8, 0xfa),
    text: BrandColour(0x16, 0x1d, 0x27), quiet: BrandColour(0x52, 0x5d, 0x6b), bad: BrandColour(0xad, 0x12, 0x1b),
    care: BrandColour(0x7a, 0x45, 0x00), good: BrandColour(0x0f, 0x66, 0x3d),
    line: BrandColour(0xdc, 0xe1, 0xe8), edge: BrandColour(0x72, 0x7d, 0x8b))

  static let night = Palette(
    page: BrandColour(0x10, 0x15, 0x1c), card: BrandColour(0x1a, 0x21, 0x2b), soft: BrandColour(0x22, 0x2b, 0x37),
    text: BrandColour(0xe8, 0xec, 0xf2), quiet: BrandColour(0xa8, 0xb3, 0xc1), bad: BrandColour(0xff, 0x9d, 0x97),
    care: BrandColour(0xf2, 0xc4, 0x6c), good: BrandColour(0x7f, 0xd6, 0xa6),
    line: BrandColour(0x33, 0x3e, 0x4c), edge: BrandColour(0x86, 0x93, 0xa4))

  /// The brand's colour for surfaces, what is written on it, and what it is as text.
  static func colours(of colour: BrandColour) -> String {
    """
    :root { --brand: \(colour.hex); --on-brand: \(colour.textOnIt.hex); \
    --brand-text: \(colour.readable(on: day.surfaces).hex); }
    @media (prefers-color-scheme: dark) { :root { --brand-text: \(colour.readable(on: night.surfaces).hex); } }

    """
  }

  static let text =
    """
    :root { color-scheme: light dark; \(day.variables) }
    @media (prefers-color-scheme: dark) { :root { \(night.variables) } }

    """ + EmbeddedFiles.text("pages.css")
}
