internal import Octets
internal import WireJSON

extension Section {
  private static let method = "credentials/list"

  static let list = Section(
    title: method,
    checks: [
      Check(53, needs: method) { session in
        let exchange = try await session.api.call(method)
        try exchange.succeeded()
        let ids = try exchange.strings("credentialIDs")
        let absent = session.subject.credentials.filter { !ids.contains($0) }
        let isWhole = exchange.json?["nextPageToken"] == nil
        try exchange.require(
          !isWhole || absent.isEmpty, "the credentials of the user", received: "\(ids) without \(absent)")
        for id in ids.prefix(20) {
          let info = try await session.api.call("credentials/info", ["credentialID": .string(id)])
          try info.require(info.status == 200, "200, since the list has this credential")
        }
      },
      Check(54, needs: method) { session in
        try await session.requireSeveral()
        for count in [1, 2] {
          let exchange = try await session.api.call(method, ["maxResults": .integer(Int64(count))])
          let found = try exchange.strings("credentialIDs").count
          try exchange.require(found <= count, "at most \(count) ids", received: "\(found)")
        }
      },
      Check(55, needs: method) { session in
        for value: JSONValue in [1_000_000_000, 0, -1, "many"] {
          try await session.api.call(method, ["maxResults": value]).succeeded()
        }
        try await session.api.call(method).succeeded()
      },
      Check(56, 296, needs: method) { try await $0.walkPages() },
      Check(57, needs: method) { session in
        let exchange = try await session.api.call(method, ["pageToken": .string("garbage-\(session.randomText())")])
        try exchange.refused("invalid_request", Row.invalid("pageToken"))
      },
      Check(58, 110602, needs: method) { session in
        let user = session.subject.userID ?? session.subject.username ?? "somebody"
        let exchange = try await session.api.call(method, ["userID": .string(user)])
        try exchange.refused("invalid_request", "userID parameter MUST be null")
      },
      Check(59, 110603, needs: method) { session in
        let token = try session.clientToken()
        // The form of a user's name is the service's own affair; one of these is malformed for any.
        var last: Exchange?
        for value: JSONValue in [.string("no user\u{1}\n" + String(repeating: "#", count: 5000)), "", 5] {
          let exchange = try await session.api.call(method, ["userID": value], .bearer(token))
          if exchange.status == 400, exchange.errorDescription == Row.invalid("userID") { return }
          last = last ?? exchange
        }
        try last?.refused("invalid_request", Row.invalid("userID"))
      },
      Check(60, needs: method) { session in
        let token = try session.clientToken()
        guard let user = session.subject.userID else { throw Finding.missing("--user-id is not given") }
        let exchange = try await session.api.call(method, ["userID": .string(user)], .bearer(token))
        let ids = try exchange.strings("credentialIDs")
        let own = try await session.api.call(method).strings("credentialIDs")
        try exchange.require(
          !ids.isEmpty && Set(ids) == Set(own), "the ids that the user's own token gets", received: "\(ids)")
      },
      Check(61, 62, 110601, needs: method) { try await $0.malformedHeader(method) },
      Check(63, needs: method) { session in
        for body: JSONValue in [[:], ["credentialInfo": false]] {
          let exchange = try await session.api.call(method, body)
          try exchange.succeeded()
          try exchange.require(exchange.json?["credentialInfos"] == nil, "no credentialInfos")
        }
      },
      Check(64, needs: method) { session in
        let (exchange, infos) = try await session.listInfos([:])
        for info in infos {
          try exchange.require(
            info["credentialID"]?.string != nil && info["key"]?.object != nil && info.at("auth", "mode")?.string != nil
              && (info["multisign"]?.integer ?? 0) >= 1,
            "credentialID, key, auth.mode and multisign in every entry", received: exchange.masking.text(.object(info)))
        }
      },
      Check(65, needs: method) { session in
        let (exchange, infos) = try await session.listInfos([:])
        try exchange.requireCertificates(infos) { $0?.count == 1 }
      },
      Check(66, needs: method) { session in
        let (exchange, infos) = try await session.listInfos(["certificates": "none"])
        try exchange.requireCertificates(infos) { $0 == nil }
      },
      Check(67, needs: method) { session in
        let (exchange, infos) = try await session.listInfos(["certificates": "chain"])
        for info in infos { try session.requireChain(info, exchange) }
      },
      Check(68, needs: method) { session in
        let (with, infos) = try await session.listInfos(["certInfo": true])
        for info in infos { try with.requireCertificateFields(info, present: true) }
        let (without, plain) = try await session.listInfos([:])
        for info in plain { try without.requireCertificateFields(info, present: false) }
      },
      Check(69, needs: method) { session in
        let (exchange, infos) = try await session.listInfos(["onlyValid": true])
        guard exchange.json?["onlyValid"]?.bool == true else {
          throw Finding.notOffered("the service does not filter")
        }
        for info in infos {
          try exchange.require(
            info.at("key", "status")?.string == "enabled" && (info.at("cert", "status")?.string ?? "valid") == "valid",
            "usable credentials only", received: exchange.masking.text(.object(info)))
        }
      },
      Check(70, 110604, needs: method) { session in
        let exchange = try await session.api.call(method, ["credentialInfo": true, "certificates": "all"])
        try exchange.refused("invalid_request", Row.invalid("certificates"))
      },
    ])
}

extension Session {
  func clientToken() throws -> String {
    guard let token = subject.clientToken else { throw Finding.missing("--client-token is not given") }
    return token
  }

  /// v2: the list with `credentialInfo` true.
  fileprivate func listInfos(_ options: JSONValue) async throws -> (Exchange, [JSONObject]) {
    let exchange = try await api.call("credentials/list", options.with(["credentialInfo": true]))
    try exchange.succeeded()
    let ids = try exchange.strings("credentialIDs")
    guard let infos = exchange.json?["credentialInfos"]?.array?.compactMap(\.object), infos.count == ids.count else {
      throw exchange.failure("credentialInfos with \(ids.count) objects")
    }
    return (exchange, infos)
  }

  /// With one credential every page is the last.
  fileprivate func requireSeveral() async throws {
    guard try await api.call("credentials/list").strings("credentialIDs").count > 1 else {
      throw Finding.missing("the user has fewer than two credentials, and so there are no pages")
    }
  }

  fileprivate func walkPages() async throws {
    let whole = try await api.call("credentials/list")
    guard whole.json?["nextPageToken"] == nil else {
      throw Finding.missing("the user has more credentials than a page holds; too many to walk")
    }
    try await requireSeveral()
    let all = try whole.strings("credentialIDs")
    let size = Int64(max(1, all.count / 5))
    var found: [String] = []
    var page: String?
    repeat {
      var body: JSONValue = ["maxResults": .integer(size)]
      if let page { body = body.with(["pageToken": .string(page)]) }
      let exchange = try await api.call("credentials/list", body)
      try exchange.succeeded()
      found += try exchange.strings("credentialIDs")
      let next = exchange.json?["nextPageToken"]
      try exchange.require(next == nil || next?.string != nil, "nextPageToken as a string, or left out")
      page = next?.string
      try exchange.require(found.count <= all.count, "an end of the pages", received: "\(found.count) ids so far")
    } while page != nil
    try whole.require(
      found.count == all.count && Set(found) == Set(all), "every id exactly once over the pages",
      received: "\(found.count) ids of \(all.count)")
  }
}

extension Exchange {
  fileprivate func requireCertificates(_ infos: [JSONObject], _ fits: ([JSONValue]?) -> Bool) throws {
    for info in infos {
      let certificates = info.at("cert", "certificates")?.array
      try require(
        fits(certificates), "another number of certificates in every entry",
        received: "\(certificates?.count.description ?? "no") certificates")
    }
  }

  static let certificateFields = ["issuerDN", "serialNumber", "subjectDN", "validFrom", "validTo"]

  func requireCertificateFields(_ info: JSONObject, present: Bool) throws {
    for name in Self.certificateFields {
      try require(
        (info.at("cert", name)?.string != nil) == present, present ? "cert.\(name)" : "no cert.\(name)",
        received: masking.text(info["cert"] ?? [:]))
    }
  }
}

extension Session {
  /// End-entity certificate first, and every other one needed to get to the top.
  func requireChain(_ info: JSONObject, _ exchange: Exchange) throws {
    let texts = info.at("cert", "certificates")?.array?.compactMap(\.string) ?? []
    let chain = texts.compactMap(Base64.decodeExact)
    guard let first = chain.first, let facts = cryptography.certificate(first) else {
      throw exchange.failure("cert.certificates with X.509 certificates", received: "\(texts.count) values")
    }
    try exchange.require(
      !facts.isAuthority, "the end-entity certificate first", received: "a certification authority's certificate")
    var current = first
    var left = Array(chain.dropFirst())
    while let facts = cryptography.certificate(current), !facts.isSelfIssued {
      guard let index = left.firstIndex(where: { cryptography.isIssued(current, by: $0) }) else { break }
      current = left.remove(at: index)
    }
    try exchange.require(
      left.isEmpty && (chain.count > 1 || facts.isSelfIssued), "the chain of the end-entity certificate",
      received: "\(chain.count) certificates, \(left.count) of which do not belong to it")
  }
}
