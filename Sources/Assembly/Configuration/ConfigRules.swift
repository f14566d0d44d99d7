package import WireJSON

/// Strictness of a program with configurations.
///
/// The product has the rules of a service for real customers. A program that serves something else sets its own around
/// its commands (`$current`), so that they hold for everything in it that reads a configuration.
package struct ConfigRules: Sendable {
  /// Tells why a file may have what no service for real customers may have, as the log then says; nil if it may not.
  package let excuse: @Sendable (_ members: JSONObject) -> String?

  package init(excuse: @escaping @Sendable (_ members: JSONObject) -> String?) { self.excuse = excuse }

  /// Excuses nothing.
  package static let realService = ConfigRules { _ in nil }

  /// The rules of this program.
  @TaskLocal package static var current = realService
}
