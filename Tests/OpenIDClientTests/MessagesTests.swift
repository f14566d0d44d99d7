import Crypto
import Foundation
import Testing
import WireJSON

@testable import EIDSimulator

@Suite("The sandbox's messenger", .timeLimit(.minutes(2)))
struct MessagesTests {
  private let body = Array(#"{"id":"m-1","text":"hello"}"#.utf8)

  private func signature(_ body: [UInt8], at time: Int64, secret: String = "s") -> String {
    let mac = HMAC<SHA256>.authenticationCode(
      for: Array("\(time).".utf8) + body, using: SymmetricKey(data: Data(secret.utf8)))
    return "t=\(time),v1=" + mac.map { String(format: "%02x", $0) }.joined()
  }

  @Test("signed messages are kept once each, newest last")
  func taken() async {
    let messages = Messages(secret: "s")
    let second = Array(#"{"id":"m-2"}"#.utf8)
    #expect(await messages.receive(body, signature: signature(body, at: 1000), now: 1299))
    #expect(await messages.receive(second, signature: signature(second, at: 1000), now: 1000))
    #expect(await messages.receive(body, signature: signature(body, at: 1000), now: 1000))
    #expect(await messages.list() == [["id": "m-1", "text": "hello"], ["id": "m-2"]])
  }

  @Test("unsigned, changed, old, and wrongly signed messages are not taken")
  func refused() async {
    let messages = Messages(secret: "s")
    let good = signature(body, at: 1000)
    for (body, signature, now) in [
      (body, "", 1000), (body, "t=1000", 1000), (body, "v1=00", 1000), (body, "t=1000,v1=", 1000),
      (body, String(good.dropLast()), 1000), (body + [32], good, 1000), (body, good, 1301), (body, good, 699),
      (body, signature(body, at: 1000, secret: "other"), 1000),
      (body, good.replacingOccurrences(of: "t=1000", with: "t=1001"), 1000),
    ] as [([UInt8], String, Int64)] {
      #expect(await messages.receive(body, signature: signature, now: now) == false, "\(signature)")
    }
    #expect(await messages.list() == [])
    #expect(await Messages(secret: nil).receive(body, signature: signature(body, at: 1, secret: ""), now: 1) == false)
    let text = Array("no JSON".utf8)
    #expect(await messages.receive(text, signature: signature(text, at: 1), now: 1) == false)
  }
}
