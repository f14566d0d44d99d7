import Foundation
import Logging
import TestSupport
import Testing
import WireJSON

@testable import Assembly

@Suite("The log", .timeLimit(.minutes(2)))
struct LogTests {
  private struct Pipe {
    let reading, writing: Int32

    init() {
      var ends: [Int32] = [0, 0]
      pipe(&ends)
      (reading, writing) = (ends[0], ends[1])
    }

    /// Reads until the other end is closed, or until `enough` says so.
    func lines(until enough: ([JSONObject]) -> Bool) throws -> [JSONObject] {
      var octets: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 65536)
      while true {
        let count = read(reading, &buffer, buffer.count)
        octets += buffer.prefix(max(0, count))
        let whole = octets.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
        let lines = try whole.map { try #require(JSONValue.parse(Array($0), limits: .own).object) }
        if count <= 0 || enough(lines) { return lines }
      }
    }
  }

  private func logger(_ writer: LogWriter) -> Logger {
    Logger(label: "test") { JSONLogHandler(label: $0, writer: writer) }
  }

  @Test(
    "a reader that stalls keeps nobody waiting; what does not fit is counted, and the log says so when it is read again"
  )
  func stalledReader() throws {
    let pipe = Pipe()
    let writer = LogWriter(descriptor: pipe.writing, room: 1 << 20)
    let logger = logger(writer)
    let start = ContinuousClock.now
    let long = String(repeating: "x", count: 4000)
    // 64 KiB fit into the pipe, 1 MiB into the line; this is 8 MB.
    for number in 0..<2000 { logger.error("line", metadata: ["number": "\(number)", "text": "\(long)"]) }
    #expect(ContinuousClock.now - start < .seconds(10))
    let lines = try pipe.lines { $0.last?["from"]?.string == "log" }
    let kept = lines.dropLast()
    #expect(kept.count > 200 && kept.count < 400)
    let numbers = kept.map { $0["number"]?.string ?? "" }
    #expect(numbers == (0..<kept.count).map { "\($0)" })
    #expect(lines.last?["count"]?.string == "\(2000 - kept.count)")
    logger.error("again")
    writer.flush(within: 10)
    #expect(try pipe.lines { !$0.isEmpty }.first?["message"]?.string == "again")
  }

  @Test("a reader that is gone does not end the process, and lines that nobody got are counted for the next")
  func goneReader() throws {
    signal(SIGPIPE, SIG_IGN)
    let pipe = Pipe()
    let writer = LogWriter(descriptor: pipe.writing)
    close(pipe.reading)
    logger(writer).error("lost")
    writer.flush(within: 10)
    // The descriptor gets a reader again, as if a journal had been restarted.
    let next = Pipe()
    dup2(next.writing, pipe.writing)
    logger(writer).error("found")
    let lines = try next.lines { $0.count >= 2 }
    let texts = lines.map { "\($0["message"]?.string ?? "") \($0["count"]?.string ?? "")" }
    #expect(texts.contains("found "))
    #expect(texts.contains { $0.hasPrefix("lines were lost") && $0.hasSuffix(" 1") })
  }

  @Test("waiting for a reader at the end of the process ends")
  func flushEnds() {
    let pipe = Pipe()
    let writer = LogWriter(descriptor: pipe.writing)
    for _ in 0..<50 { logger(writer).error("\(String(repeating: "x", count: 4000))") }
    let start = ContinuousClock.now
    writer.flush(within: 0.2)
    #expect(ContinuousClock.now - start < .seconds(10))
  }

  @Test("a value that is too long is cut, and control characters do not break the line")
  func cut() throws {
    let line = JSONLogHandler.line(
      level: .info, label: "test", message: "a\nb\u{0}c", metadata: ["long": "\(String(repeating: "ä", count: 50_000))"]
    )
    #expect(line.count < 4200 && line.filter { $0 == UInt8(ascii: "\n") }.count == 1)
    let json = try #require(JSONValue.parse(line, limits: .own).object)
    #expect(String(decoding: line, as: UTF8.self).contains(#""message":"a\nb\u0000c""#))
    #expect(json["long"]?.string?.hasSuffix("…") == true)
  }
}
