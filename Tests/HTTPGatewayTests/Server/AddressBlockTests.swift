import HTTPGateway
import Testing

@Suite("Address blocks", .timeLimit(.minutes(5)))
struct AddressBlockTests {
  @Test(
    "an address is itself, a block is what begins with its bits",
    arguments: [
      ("10.0.0.1", "10.0.0.1", true), ("10.0.0.1", "10.0.0.2", false), ("10.0.0.0/8", "10.255.255.255", true),
      ("10.0.0.0/8", "11.0.0.0", false), ("192.168.4.0/22", "192.168.7.255", true),
      ("192.168.4.0/22", "192.168.8.0", false), ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "::1", false),
      ("10.0.0.0/8", "::ffff:10.1.2.3", true), ("::ffff:10.0.0.1", "10.0.0.1", true),
      ("2001:db8::/32", "2001:db8:1::5", true), ("2001:db8::/32", "2001:db9::", false),
      ("fe80::1", "fe80::1%eth0", true),
      ("10.0.0.0/31", "10.0.0.1", true), ("10.0.0.0/8", "no address", false),
    ])
  func contains(block: String, address: String, isIn: Bool) throws {
    #expect(try #require(AddressBlock(block)).contains(address) == isIn)
  }

  @Test(
    "what means something else is refused",
    arguments: [
      "", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/", "10.0.0.0/08", "10.0.0.0/8/8", "10.0.0/8", "10.*", "proxy.example",
      "::/129", "2001:db8::1/32", "10.0.0.0/-1", " 10.0.0.1", "[::1]",
    ])
  func refused(text: String) { #expect(AddressBlock(text) == nil) }

  @Test("the machine itself")
  func loopback() {
    for text in ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"] {
      #expect(AddressBlock(text)?.isLoopback == true)
    }
    for text in ["10.0.0.1", "::2", "128.0.0.1"] { #expect(AddressBlock(text)?.isLoopback == false) }
  }
}
