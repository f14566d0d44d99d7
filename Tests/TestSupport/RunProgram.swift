public import Foundation
import Subprocess
import SystemPackage

/// Copied once: while another test sets a variable, copying all of them can crash.
private let environment = Environment.custom(
  ProcessInfo.processInfo.environment.map { Array("\($0.key)=\($0.value)\0".utf8) })

/// How a program ended.
public struct ProgramResult: Sendable {
  /// Exit status; -1 if a signal ended it.
  public let status: Int32
  public let octets: [UInt8]

  /// Text that it wrote to standard output and, unless that was left out, to standard error.
  public var output: String { String(decoding: octets, as: UTF8.self) }
}

/// Runs a program to its end, without holding a thread meanwhile.
///
/// Not by Foundation's `Process`: with more than about 1,300 files open, as with many tests at once, starting one reads
/// past the end of a directory listing and can crash.
public func run(
  _ program: String, _ arguments: [String], in folder: URL? = nil, input: [UInt8] = [], withErrors: Bool = true
) async throws -> ProgramResult {
  let limit = 64 << 20
  let configuration = Configuration(
    executable: .path(FilePath(program)), arguments: Arguments(arguments), environment: environment,
    workingDirectory: folder.map { FilePath($0.path) })
  func result(_ status: TerminationStatus, _ octets: [UInt8]) -> ProgramResult {
    if case .exited(let code) = status {
      ProgramResult(status: code, octets: octets)
    } else {
      ProgramResult(status: -1, octets: octets)
    }
  }
  guard withErrors else {
    let ended = try await run(configuration, input: .array(input), output: .bytes(limit: limit), error: .discarded)
    return result(ended.terminationStatus, ended.standardOutput)
  }
  let ended = try await run(
    configuration, input: .array(input), output: .bytes(limit: limit), error: .combinedWithOutput)
  return result(ended.terminationStatus, ended.standardOutput)
}
