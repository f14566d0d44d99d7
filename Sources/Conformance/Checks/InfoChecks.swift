import Vocabulary
internal import WireJSON

extension Section {
  static let info = Section(
    title: "info",
    checks: [
      Check(20) { session in
        for name in ["specs", "name", "logo", "region", "lang", "description"] {
          _ = try session.infoExchange.string(name)
        }
        for name in ["authType", "methods"] { _ = try session.infoExchange.strings(name) }
      },
      Check(21, 22) { session in
        let specs = try session.infoExchange.string("specs")
        let parts = specs.split(separator: ".", omittingEmptySubsequences: false)
        let major = session.version == .v1 ? "1" : "2"
        try session.infoExchange.require(
          parts.count == 4 && parts.allSatisfy { Int($0) != nil } && parts[0] == major,
          "specs \(major).x.y.z", received: specs)
      },
      Check(23) { session in
        for name in ["name", "description"] {
          let count = try session.infoExchange.string(name).count
          try session.infoExchange.require(
            count <= 255, "\(name) of at most 255 characters", received: "\(count) characters")
        }
      },
      Check(24) { session in
        let logo = try session.infoExchange.string("logo")
        let exchange = try await session.wire.get(logo)
        guard exchange.status == 200, let size = ImageSize(exchange.answer.body) else {
          throw exchange.failure(
            "200 and a JPEG or PNG",
            received: "\(exchange.status) \(exchange.answer.header("Content-Type") ?? "no Content-Type")")
        }
        try exchange.require(
          size.width <= 256 && size.height <= 256, "at most 256×256 pixels", received: "\(size.width)×\(size.height)")
      },
      Check(25) { session in
        let region = try session.infoExchange.string("region")
        try session.infoExchange.require(
          CountryCodes.all.contains(region), "an ISO 3166-1 alpha-2 code", received: region)
      },
      Check(26) { session in
        let language = try session.infoExchange.string("lang")
        // The language that the service speaks anyway is one it supports; others are tried too.
        var descriptions: [(language: String, text: String)] = []
        for wanted in [language, "en", "de", "fr"] {
          let exchange = try await session.api.call("info", ["lang": .string(wanted)], .none)
          try exchange.succeeded()
          let got = try exchange.string("lang")
          try exchange.require(
            wanted != language || got == language, "lang \(language), in which info answers", received: got)
          let description = try exchange.string("description")
          let same = descriptions.first { $0.text == description && $0.language.prefix(2) != got.prefix(2) }
          try exchange.require(
            same == nil, "a description in the language \(got)",
            received: "the one that is there for \(same?.language ?? "")")
          descriptions.append((got, description))
        }
      },
      Check(27) { session in
        let exchange = try await session.api.call("info", ["lang": "tlh-QM"], .none)
        try exchange.succeeded()
        let language = try exchange.string("lang")
        let again = try await session.api.call("info", ["lang": .string(language)], .none)
        try exchange.require(
          again.json?["description"] == exchange.json?["description"],
          "the texts of the language \(language) that lang names")
      },
      Check(28) { session in
        let types = try session.infoExchange.strings("authType")
        let known: Set = ["external", "TLS", "basic", "digest", "oauth2code", "oauth2client"]
        try session.infoExchange.require(
          !types.isEmpty && known.isSuperset(of: types), "a non-empty array drawn from \(known.sorted())",
          received: "\(types)")
      },
      Check(29) { session in
        guard session.needsOAuth else { throw Finding.notOffered("OAuth 2.0 is not used") }
        _ = try session.infoExchange.string("oauth2")
      },
      Check(30) { session in
        guard session.needsOAuth else { throw Finding.notOffered("OAuth 2.0 is not used") }
        let present = ["oauth2", "oauth2Issuer", "oauth2Servers"].filter { session.info[$0] != nil }
        try session.infoExchange.require(
          present.count == 1, "exactly one of oauth2, oauth2Issuer and oauth2Servers", received: "\(present)")
        guard let servers = session.info["oauth2Servers"]?.array?.map(\.object) else { return }
        for server in servers {
          let names = ["baseUri", "issuerIdentifier"].filter { server?[$0] != nil }
          try session.infoExchange.require(
            names.count == 1, "either baseUri or issuerIdentifier in each of oauth2Servers", received: "\(names)")
        }
      },
      Check(7, 31) { session in
        for method in session.api.knownMethods {
          let exchange = try await session.api.call(method)
          if session.has(method) {
            try exchange.require(
              exchange.status < 500 && ![404, 405, 415].contains(exchange.status) || exchange.status == 503,
              "an answer of \(method), which info lists")
          } else {
            try exchange.require(
              [404, 405, 501].contains(exchange.status), "501, since info does not list \(method)")
          }
        }
      },
      Check(12) { session in
        let absent = (session.api.knownMethods + session.api.foreignMethods).filter { !session.has($0) }
        for method in absent + ["credentials/conformance"] {
          let exchange = try await session.api.call(method)
          try exchange.require(exchange.status == 501, "501 for \(method), which is not implemented")
        }
      },
      Check(32) { session in
        _ = try session.infoExchange.strings("signAlgorithms", "algos")
        _ = try session.infoExchange.strings("signature_formats", "formats")
        _ = try session.infoExchange.strings("conformance_levels")
      },
      Check(33) { session in
        guard let properties = session.info.at("signature_formats", "envelope_properties") else { return }
        let formats = try session.infoExchange.strings("signature_formats", "formats")
        let lists = properties.array?.compactMap { $0.array?.compactMap(\.string) }
        try session.infoExchange.require(
          lists?.count == formats.count, "\(formats.count) inner arrays of strings",
          received: String(decoding: properties.compact(), as: UTF8.self))
      },
      Check(279) { session in
        let types = try session.infoExchange.strings("authType")
        guard types.contains("oauth2code") || types.contains("oauth2client") else {
          throw Finding.notOffered("OAuth 2.0 is not available")
        }
        try session.infoExchange.require(
          !types.contains("basic"), "no basic next to OAuth 2.0", received: "\(types)")
      },
    ])
}

extension Session {
  fileprivate var needsOAuth: Bool {
    let types = info["authType"]?.array?.compactMap(\.string) ?? []
    return types.contains("oauth2code") || types.contains("oauth2client")
      || run.credentials.contains { mode(of: $0) == .oauth2code }
  }
}
