internal import WireJSON

extension Section {
  static let transport = Section(
    title: "base address and channel",
    checks: [
      Check(1, 2, 19, 293) { try $0.infoExchange.succeeded() },
      Check(4) { session in
        let place = try session.secureAddress()
        var request = HTTPRequest(
          method: "POST", url: session.api.base + "/info", headers: [("Content-Type", "application/json")],
          body: Array("{}".utf8))
        request.onlyTLS12 = true
        _ = try await session.wire.send(
          request, shown: "TLS 1.2 handshake with \(place.host):\(place.port)", isObserved: false)
      },
      Check(5) { session in
        try await session.expectRefusedHandshake(.ssl2)
        try await session.expectRefusedHandshake(.ssl3)
      },
      Check(276) { try await $0.expectRefusedHandshake(.tls10) },
      Check(6, 277) { session in
        let base = session.api.base
        guard let place = Address(base) else { return }
        try session.infoExchange.require(
          place.scheme == "https", "an https address", received: "answered over \(place.scheme)")
        // The same port, and the one where a web server would answer.
        for port in Set([place.port, place.port == 443 ? 80 : place.port]) {
          let url = Address(base + "/info")?.with(scheme: "http", port: port) ?? ""
          let request = HTTPRequest(
            method: "POST", url: url, headers: [("Content-Type", "application/json")], body: Array("{}".utf8))
          guard let answer = try? await session.ports.http.send(request) else { continue }
          let exchange = Exchange(request: "POST \(url) {}", answer: answer, masking: session.wire.masking)
          try exchange.require(!(200..<300 ~= exchange.status && exchange.json != nil), "no API answer on plain HTTP")
        }
      },
    ])
}

extension Session {
  var ports: Ports { run.ports }

  fileprivate func secureAddress() throws -> Address {
    guard let place = Address(api.base), place.scheme == "https" else {
      throw Finding.notOffered("TLS is not the channel protection of this address")
    }
    return place
  }

  fileprivate func expectRefusedHandshake(_ version: ClientHello.Version) async throws {
    let place = try secureAddress()
    let hello = ClientHello.octets(version, host: place.host, random: run.ports.random)
    let shown = "\(version.name) ClientHello to \(place.host):\(place.port)"
    let answer: [UInt8]
    do { answer = try await run.ports.raw.exchange(host: place.host, port: place.port, sending: hello) } catch {
      throw Finding.failed(Evidence(request: shown, expected: "a refused handshake", received: error.description))
    }
    guard ClientHello.isAccepted(answer, version) else { return }
    throw Finding.failed(
      Evidence(request: shown, expected: "an alert, or a closed connection", received: "a ServerHello"))
  }
}
