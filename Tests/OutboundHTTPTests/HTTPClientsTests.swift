import OutboundHTTP
import Testing

@Suite("HTTP clients by their settings", .timeLimit(.minutes(1)))
struct HTTPClientsTests {
  private func settings(_ anchors: String?, plain: Bool = false) -> HTTPClient.Settings {
    var settings = HTTPClient.Settings()
    settings.trustAnchors = anchors
    settings.allowsPlainHTTP = plain
    return settings
  }

  @Test("the same settings share a client; any other setting is another client")
  func shared() {
    let clients = HTTPClients(capacity: 8)
    let one = clients.client(settings("a.pem"))
    #expect(clients.client(settings("a.pem")) === one)
    for other in [settings("b.pem"), settings(nil), settings("a.pem", plain: true)] {
      #expect(clients.client(other) !== one)
    }
  }

  @Test("bounded: the one that was used least recently goes; a call that it makes is not broken off")
  func bounded() {
    let clients = HTTPClients(capacity: 2)
    let one = clients.client(settings("1"))
    weak let two = clients.client(settings("2"))
    #expect(two != nil && clients.client(settings("1")) === one)
    _ = clients.client(settings("3"))
    #expect(two == nil && clients.client(settings("1")) === one)
    _ = clients.client(settings("4"))
    _ = clients.client(settings("5"))
    // Its caller has it still.
    #expect(clients.client(settings("1")) !== one)
  }
}
