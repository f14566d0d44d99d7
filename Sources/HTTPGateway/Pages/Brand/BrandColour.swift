internal import Foundation
internal import Octets

/// An sRGB colour, and what can be read on it (WCAG 2.2, success criterion 1.4.3).
struct BrandColour: Sendable, Hashable {
  let red, green, blue: UInt8

  init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// `#rrggbb`. Nothing else, because the text goes into a stylesheet.
  init?(hex: String) {
    let digits = Array(hex.utf8)
    guard digits.count == 7, digits[0] == UInt8(ascii: "#"), hex.dropFirst().allSatisfy(\.isHexDigit),
      let value = UInt32(hex.dropFirst(), radix: 16)
    else { return nil }
    self.init(UInt8(value >> 16), UInt8(value >> 8 & 255), UInt8(value & 255))
  }

  var hex: String {
    "#" + Hex.encode([red, green, blue])
  }

  static let black = BrandColour(0, 0, 0)
  static let white = BrandColour(255, 255, 255)

  /// Contrast that normal text needs.
  static let textContrast = 4.5

  /// WCAG 2.2, "relative luminance".
  var luminance: Double {
    func linear(_ channel: UInt8) -> Double {
      let value = Double(channel) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
  }

  /// WCAG 2.2, "contrast ratio": 1 to 21.
  func contrast(with other: BrandColour) -> Double {
    let (dark, light) = (min(luminance, other.luminance), max(luminance, other.luminance))
    return (light + 0.05) / (dark + 0.05)
  }

  /// The colour of text on this one. White or black always reaches 4.5, as the worst case is √21 ≈ 4.58.
  var textOnIt: BrandColour { contrast(with: .white) >= Self.textContrast ? .white : .black }

  /// This colour, darkened or lightened as little as is needed to be read on all of `surfaces`.
  func readable(on surfaces: [BrandColour]) -> BrandColour {
    let isLight = surfaces.allSatisfy { $0.textOnIt == .black }
    for step in 0...100 {
      let colour = mixed(with: isLight ? .black : .white, part: Double(step) / 100)
      if surfaces.allSatisfy({ colour.contrast(with: $0) >= Self.textContrast }) { return colour }
    }
    return isLight ? .black : .white
  }

  private func mixed(with other: BrandColour, part: Double) -> BrandColour {
    func channel(_ from: UInt8, _ to: UInt8) -> UInt8 {
      UInt8((Double(from) + (Double(to) - Double(from)) * part).rounded())
    }
    return BrandColour(channel(red, other.red), channel(green, other.green), channel(blue, other.blue))
  }
}
