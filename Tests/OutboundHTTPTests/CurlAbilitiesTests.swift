import Testing

@testable import OutboundHTTP

@Suite("What libcurl must be able to do", .timeLimit(.minutes(2)))
struct CurlAbilitiesTests {
  @Test("the one that is there can do all of it")
  func found() {
    #expect(CurlAbilities.found.lacking == [])
  }

  @Test("another TLS library, none, an old version, and look-ups that block are named")
  func lacking() {
    let found = CurlAbilities.found
    func lacking(
      tls: String? = nil, version: UInt32? = nil, features: Int32? = nil, protocols: Set<String>? = nil
    ) -> [String] {
      CurlAbilities(
        tls: tls ?? found.tls, version: version ?? found.version, features: features ?? found.features,
        protocols: protocols ?? found.protocols
      ).lacking
    }
    #expect(lacking(tls: "GnuTLS/3.7.9") == ["OpenSSL"])
    #expect(lacking(version: 0x074A00) == ["version 7.87"])
    #expect(lacking(features: 0) == ["TLS", "asynchronous look-up"])
    #expect(lacking(protocols: ["http"]) == ["TLS"])
  }
}
