import ArgumentParser
import Assembly
import Foundation
import SoleControl

struct ClockCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clock", abstract: "Correct the time that the gateway has recorded.", subcommands: [Accept.self])

  struct Accept: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let the gateway start although its audit log has entries from the future.",
      discussion: """
        For a clock that was ahead and is right now. Tokens that were issued in the future stay refused. The log records \
        that its times go back at this point. Stop the gateway first.
        """)

    @OptionGroup var file: ConfigFile

    func run() async throws {
      let service = try await Service(try file.load(), mayCreateDatabase: false)
      guard let last = try await service.store.lastAuditTime() else { return print("the audit log is empty") }
      let now = try await service.soleControl.signing.acceptClock(after: last)
      print("accepted \(Self.text(now)); the last entry was of \(Self.text(last))")
    }

    private static func text(_ time: Int64) -> String {
      Date(timeIntervalSince1970: TimeInterval(time)).formatted(.iso8601)
    }
  }
}
