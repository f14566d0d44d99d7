import Foundation

/// Copied once: while another test sets a variable, copying all of them can crash.
private let environment = ProcessInfo.processInfo.environment

/// Runs a program to its end.
///
/// - Returns: its exit status, and what it wrote to standard output and standard error.
public func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
  let process = Process()
  let output = Pipe()
  process.executableURL = URL(fileURLWithPath: program)
  process.arguments = arguments
  process.environment = environment
  process.standardOutput = output
  process.standardError = output
  try process.run()
  let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  return (process.terminationStatus, text)
}
