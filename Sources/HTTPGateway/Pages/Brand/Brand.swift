public import Registry
internal import Texts

/// Reason why a brand cannot be used, for the author of the configuration.
public struct BrandError: Error, CustomStringConvertible {
  /// The member of `Brand` that is wrong.
  public let member: String
  public let what: String

  init(_ member: String, _ what: String) {
    self.member = member
    self.what = what
  }

  public var description: String { "\"\(member)\" \(what)" }
}

/// Look of the pages of a partner's customers, fit to be shown: none of its texts can leave its place in a page or a
/// header.
public struct Brand: Sendable {
  typealias Words = Partner.Brand.Words

  let name: String
  let colour: BrandColour
  let logo: BrandLogo?
  let words: [Language: Words]
  let frameOrigins: [String]
  let opensInPopUps: Bool

  static let standardColour = BrandColour(0x1b, 0x45, 0x7e)
  static let longestName = 80
  static let longestWelcome = 300

  /// The look that a partner has registered.
  ///
  /// - Throws: what is wrong with it.
  public init(_ partner: Partner) throws(BrandError) {
    let registered = partner.brand
    var colour: BrandColour?
    if let text = registered.colour {
      guard let parsed = BrandColour(hex: text) else { throw BrandError("colour", "must be a colour such as #1b457e") }
      colour = parsed
    }
    var logo: BrandLogo?
    if let octets = registered.logo { logo = try BrandLogo(octets: octets) }
    var words: [Language: Words] = [:]
    for language in Language.allCases { words[language] = registered.words[language.rawValue] }
    try self.init(
      name: partner.name, colour: colour, logo: logo, words: words, frameOrigins: registered.frameOrigins,
      opensInPopUps: registered.opensInPopUps)
  }

  /// - Parameters:
  ///   - colour: of buttons and lines; text on it and text in it are adjusted until they can be read.
  ///   - words: for each language; a language that is missing has none.
  ///   - frameOrigins: origins whose pages may show ours in a frame.
  ///   - opensInPopUps: whether the partner's pages open ours in a window of their own and talk with it afterwards.
  init(
    name: String, colour: BrandColour? = nil, logo: BrandLogo? = nil, words: [Language: Words] = [:],
    frameOrigins: [String] = [], opensInPopUps: Bool = false
  ) throws(BrandError) {
    guard !name.allSatisfy(\.isWhitespace), name.count <= Self.longestName else {
      throw BrandError("name", "must have 1 to \(Self.longestName) characters")
    }
    for words in words.values {
      if let welcome = words.welcome, welcome.count > Self.longestWelcome {
        throw BrandError("welcome", "is longer than \(Self.longestWelcome) characters")
      }
      for (member, link) in [("terms", words.terms), ("privacy", words.privacy), ("help", words.help)] {
        guard let link else { continue }
        guard WebOrigin(of: link)?.isSecure == true else { throw BrandError(member, "must be an https URL: \(link)") }
      }
    }
    for origin in frameOrigins {
      guard let parsed = WebOrigin(of: origin), parsed.isSecure, parsed.text == origin else {
        throw BrandError("frameOrigins", "must be https origins without a path or wildcard: \(origin)")
      }
    }
    self.name = name
    self.colour = colour ?? Self.standardColour
    self.logo = logo
    self.words = words
    self.frameOrigins = frameOrigins
    self.opensInPopUps = opensInPopUps
  }

  /// The look of the service itself, for pages that belong to no partner.
  init(serviceName: String) {
    name = serviceName
    colour = Self.standardColour
    logo = nil
    words = [:]
    frameOrigins = []
    opensInPopUps = false
  }
}
