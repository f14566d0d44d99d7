import Foundation

/// A log-in password as it is hashed and compared: RFC 8265 §4.2 (OpaqueString), which NIST SP 800-63B §5.1.1.2 asks
/// for too. How a keyboard composes a letter, or which space it sends, is no part of the secret.
///
/// A type of its own, so that no password is hashed as it came (Specs/decisions/0038-passwords-and-names.md).
public struct PreparedPassword: Sendable, Equatable {
  /// UTF-8, in normalization form C.
  public let octets: [UInt8]

  /// Octets of the longest password; a page's field takes 255 characters.
  static let mostOctets = 1024
  /// Equal to no password that can be made, for checks that must take the same time whatever came.
  static let impossible = PreparedPassword(octets: [])

  private init(octets: [UInt8]) { self.octets = octets }

  /// Nil for a text that can be no password: empty, longer than any, or with a character that has no stable form.
  public init?(_ text: String) {
    // Before anything looks at its characters: anybody can send a password.
    guard text.utf8.count <= Self.mostOctets, text.unicodeScalars.allSatisfy(Self.isAllowed) else { return nil }
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      scalars.append(scalar.properties.generalCategory == .spaceSeparator ? " " : scalar)
    }
    let octets = Array(String(scalars).precomposedStringWithCanonicalMapping.utf8)
    guard !octets.isEmpty else { return nil }
    self.init(octets: octets)
  }

  /// RFC 8264 §4.3, without its rules of context, which are about what people read.
  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .privateUse, .surrogate, .unassigned, .lineSeparator, .paragraphSeparator: false
    default: true
    }
  }
}

/// The name of an account, as it is stored, looked up and counted.
public enum AccountName {
  private static let mostOctets = 255
  private static let fullWidth: ClosedRange<Unicode.Scalar> = "\u{ff01}"..."\u{ff5e}"
  private static let halfWidth: ClosedRange<Unicode.Scalar> = "\u{ff66}"..."\u{ff9f}"

  /// The mappings of RFC 8265 §3.4 (UsernameCasePreserved): letters of another width become the usual ones, then
  /// normalization form C. Upper and lower case stay apart.
  ///
  /// A text that is longer than any name comes back as it is: no account has it.
  public static func prepared(_ text: String) -> String {
    guard text.utf8.count <= mostOctets else { return text }
    var mapped = ""
    for scalar in text.unicodeScalars {
      if fullWidth.contains(scalar), let usual = Unicode.Scalar(scalar.value - 0xfee0) {
        mapped.unicodeScalars.append(usual)
      } else if halfWidth.contains(scalar) {
        mapped += String(scalar).precomposedStringWithCompatibilityMapping
      } else {
        mapped.unicodeScalars.append(scalar)
      }
    }
    return mapped.precomposedStringWithCanonicalMapping
  }
}
