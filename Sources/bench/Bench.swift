import ArgumentParser
import Foundation
import PKCS11Device
import SoleControl

/// `make bench`: rates of the signing path as ratios to what the device alone can do, measured side by side in
/// one run. Absolute numbers depend on the machine; the ratios tell about the code.
@main
struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure the signing path against the device alone.")

  @Option(name: .long, help: "Seconds per measurement.")
  var seconds: Double = 4
  @Option(name: .long, help: "Calls under way at the same time.")
  var callers = 64
  @Option(name: .long, help: "Sessions on the device.")
  var sessions = 4

  @Option(name: .long, help: "Entries of the audit log that is made and verified.")
  var entries = 200_000

  @Flag(name: .long, help: "Only what waits for a slow eID provider.")
  var onlyWaiting = false

  func run() async throws {
    WaitingBench.raiseFileLimit()
    let provider = SlowProvider(delay: .seconds(10))
    await provider.start()
    defer { provider.stop() }
    let stand = try await TestStand(sessions: sessions, slowIssuer: provider.issuer)
    if !onlyWaiting {
      try await rates(stand)
      try await LogBench(stand: stand, entries: entries).run()
      try await RowBench(stand: stand, signatures: entries / 4).run()
      try await BystanderBench(stand: stand, seconds: seconds).run()
    }
    try await WaitingBench(stand: stand, provider: provider, seconds: min(seconds, 6)).run()
    await stand.stop()
  }

  private func rates(_ stand: TestStand) async throws {
    print(
      "one run, \(callers) callers, \(stand.device.sessions) device sessions; ratio: signatures per second to raw C_Sign\n"
    )
    for subject in [Subject.p256, .rsa2048] {
      let credential = try await stand.createCredential(subject)
      let raw = try await Self.raw(stand, credential, subject, seconds: seconds)
      report(subject, "raw C_Sign", raw, raw)
      for measurement in Measurement.all {
        let load = Load(seconds: seconds, callers: callers)
        let rate = try await load.rate { try await measurement.run(stand, credential, subject) }
        report(subject, measurement.name, rate, raw)
      }
      print("")
    }
  }

  private func report(_ subject: Subject, _ name: String, _ rate: Double, _ raw: Double) {
    let columns = [
      subject.name.padding(toLength: 10, withPad: " ", startingAt: 0),
      name.padding(toLength: 44, withPad: " ", startingAt: 0),
      String(format: "%10.0f /s", rate), String(format: "%8.3f", rate / raw),
    ]
    print(columns.joined(separator: " "))
  }

  /// The device with nothing around it, on all its sessions.
  private static func raw(
    _ stand: TestStand, _ credential: Credential, _ subject: Subject, seconds: Double
  ) async throws -> Double {
    func rate(_ count: Int) async throws -> Double {
      let taken = try await stand.device.device.rawSigningTime(
        credential.wrappedKey, credential.keyType, subject.algorithm, digest: [UInt8](repeating: 7, count: 32),
        count: count)
      return Double(count) / taken.seconds
    }
    // A short run tells how many a measurement needs.
    let estimate = try await rate(2000)
    return try await rate(Int(estimate * seconds))
  }
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
