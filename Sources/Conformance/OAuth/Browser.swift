/// A browser without JavaScript that a person uses to log in: keeps cookies, follows redirects, fills in and submits
/// forms. It stops before it would fetch a redirect URI of the client.
struct Browser {
  /// The end of a visit.
  enum End {
    /// A redirect to one of the client's addresses.
    case redirect(to: String, parameters: Form.Fields, Exchange)
    /// A page that leads no further.
    case page(Exchange)
  }

  private static let longestVisit = 16

  let wire: Wire
  /// Addresses at which the visit ends.
  let ends: [String]
  var language: String?

  private var jar = CookieJar()

  init(wire: Wire, ends: [String], language: String? = nil) {
    self.wire = wire
    self.ends = ends
    self.language = language
  }

  /// Opens an address and does what `person` does with each page, until the visit ends.
  mutating func visit(_ url: String, _ person: FormFilling) async throws -> End {
    var (exchange, place) = try await get(url)
    for _ in 0..<Self.longestVisit {
      if let location = exchange.answer.header("Location"), [301, 302, 303, 307, 308].contains(exchange.status) {
        let target = place.resolve(location)
        if let end = ends.first(where: { target.prefix { $0 != "?" && $0 != "#" } == $0.prefix { $0 != "?" } }) {
          let query = target.prefix { $0 != "#" }.drop { $0 != "?" }.dropFirst()
          return .redirect(to: end, parameters: Form.decode(query), exchange)
        }
        guard Address(target) != nil else { return .page(exchange) }
        (exchange, place) = try await get(target)
        continue
      }
      let page = String(decoding: exchange.answer.body, as: UTF8.self)
      if let target = Self.refresh(page).map(place.resolve), Address(target) != nil {
        (exchange, place) = try await get(target)
        continue
      }
      guard let submission = try await person.submission(of: page) else { return .page(exchange) }
      (exchange, place) = try await submit(submission, at: place)
    }
    return .page(exchange)
  }

  /// The address to which a page leads by itself, as pages without scripts do after a form.
  private static func refresh(_ page: String) -> String? {
    for case .open("meta", let attributes) in HTMLToken.all(in: page)
    where attributes["http-equiv"]?.lowercased() == "refresh" {
      let parts = (attributes["content"] ?? "").split(separator: ";", maxSplits: 1).map(\.trimmingBlanks)
      guard parts.count == 2, parts[1].lowercased().hasPrefix("url=") else { return nil }
      return String(parts[1].dropFirst(4).filter { $0 != "'" && $0 != "\"" })
    }
    return nil
  }

  /// Opens an address and follows nothing.
  mutating func open(_ url: String) async throws -> Exchange { try await get(url).0 }

  private mutating func submit(_ submission: FormFilling.Submission, at place: Address) async throws -> (
    Exchange, Address
  ) {
    let target = place.resolve(submission.action)
    let body = Form.encode(submission.fields)
    if submission.method != "post" {
      return try await get(String(target.prefix { $0 != "?" }) + "?" + body)
    }
    let headers = [
      (name: "Content-Type", value: "application/x-www-form-urlencoded"), (name: "Origin", value: place.origin),
      (name: "Referer", value: place.text),
    ]
    return try await send(
      HTTPRequest(method: "POST", url: target, headers: headers, body: Array(body.utf8)),
      shown:
        "POST \(target) \(wire.masking.text(submission.fields.filter { !submission.secretNames.contains($0.name) }))")
  }

  private mutating func get(_ url: String) async throws -> (Exchange, Address) {
    try await send(
      HTTPRequest(method: "GET", url: url, headers: [], body: nil), shown: "GET \(wire.masking.text(address: url))")
  }

  private mutating func send(_ request: HTTPRequest, shown: String) async throws -> (Exchange, Address) {
    guard let place = Address(request.url) else {
      throw Finding.failed(
        Evidence(
          request: shown, expected: "an http or https address", received: wire.masking.text(address: request.url)))
    }
    var request = request
    request.headers.append(("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"))
    if let language { request.headers.append(("Accept-Language", language)) }
    if let cookies = jar.header(for: place) { request.headers.append(("Cookie", cookies)) }
    let exchange = try await wire.send(request, shown: shown, isObserved: false)
    jar.store(exchange.answer, from: place)
    return (exchange, place)
  }
}

/// Cookies by the host that set them (RFC 6265 without domains: a log-in does not need them).
struct CookieJar {
  private struct Cookie {
    let host, name, path: String
    let value: String
    let isSecure: Bool
  }

  private var cookies: [Cookie] = []

  mutating func store(_ answer: HTTPAnswer, from place: Address) {
    for header in answer.headers where header.name.lowercased() == "set-cookie" {
      let parts = header.value.split(separator: ";").map(\.trimmingBlanks)
      guard let pair = parts.first, let equals = pair.firstIndex(of: "=") else { continue }
      let name = String(pair[..<equals])
      let value = String(pair[equals...].dropFirst())
      func attribute(_ wanted: String) -> String? {
        parts.dropFirst().first { $0.lowercased().prefix { $0 != "=" } == wanted }.map {
          String($0.drop { $0 != "=" }.dropFirst())
        }
      }
      let path = attribute("path").flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/"
      cookies.removeAll { $0.host == place.host && $0.name == name && $0.path == path }
      let isGone = attribute("max-age").flatMap { Int($0) }.map { $0 <= 0 } ?? value.isEmpty
      if !isGone {
        cookies.append(
          Cookie(host: place.host, name: name, path: path, value: value, isSecure: attribute("secure") != nil))
      }
    }
  }

  func header(for place: Address) -> String? {
    let fitting = cookies.filter { cookie in
      cookie.host == place.host && (!cookie.isSecure || place.scheme == "https")
        && (place.path == cookie.path
          || place.path.hasPrefix(cookie.path.hasSuffix("/") ? cookie.path : cookie.path + "/"))
    }
    return fitting.isEmpty ? nil : fitting.map { "\($0.name)=\($0.value)" }.joined(separator: "; ")
  }
}
