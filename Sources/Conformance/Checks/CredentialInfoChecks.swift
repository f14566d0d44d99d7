internal import Octets
import Vocabulary
internal import WireJSON

extension Section {
  private static let method = "credentials/info"

  static let credentialInfo = Section(
    title: method,
    checks: [
      Check(71, 72, needs: method) { session in
        try await session.everyInfo { info, exchange in
          let mode = session.version == .v1 ? info["authMode"]?.string : info.at("auth", "mode")?.string
          let modes = session.version == .v1 ? ["implicit", "explicit", "oauth2code"] : ["explicit", "oauth2code"]
          let algorithms = info.at("key", "algo")?.array
          try exchange.require(
            ["enabled", "disabled"].contains(info.at("key", "status")?.string)
              && !(algorithms ?? []).isEmpty && algorithms?.allSatisfy { $0.string != nil } == true
              && (info.at("key", "len")?.integer ?? 0) > 0 && modes.contains(mode ?? "") && info["multisign"] != nil,
            "key.status, key.algo as an array of strings, key.len, the mode and multisign")
        }
      },
      Check(73, needs: method) { session in
        try await session.everyInfo { info, exchange in
          let algorithms = info.at("key", "algo")?.array?.compactMap(\.string) ?? []
          let isEC = algorithms.contains { Algorithm($0)?.scheme == .ecdsa || Algorithm($0)?.scheme == .ecdsaPlain }
          let curve = info.at("key", "curve")
          let isOID = curve?.string.map { $0.contains(".") && $0.allSatisfy { $0.isNumber || $0 == "." } } ?? false
          try exchange.require(
            isEC ? isOID : curve == nil, isEC ? "key.curve as an OID" : "no key.curve, the key being no ECDSA key",
            received: exchange.masking.text(info["key"] ?? [:]))
        }
      },
      Check(74, needs: method) { session in
        for body: JSONValue in [[:], ["certificates": "single"]] {
          try await session.everyInfo(body) { info, exchange in
            let texts = info.at("cert", "certificates")?.array?.compactMap(\.string) ?? []
            let facts = texts.first.flatMap(Base64.decodeExact).flatMap(session.cryptography.certificate)
            try exchange.require(
              texts.count == 1 && facts?.isAuthority == false, "exactly the end-entity certificate",
              received: "\(texts.count) certificates")
          }
        }
      },
      Check(75, 297, needs: method) { session in
        try await session.everyInfo(["certificates": "none"]) { info, exchange in
          try exchange.require(
            info["cert"]?.object != nil && info.at("cert", "certificates") == nil, "cert without certificates")
        }
      },
      Check(76, needs: method) { session in
        try await session.everyInfo(["certificates": "chain"]) { try session.requireChain($0, $1) }
      },
      Check(77, needs: method) { session in
        try await session.everyInfo(["certInfo": true]) { try $1.requireCertificateFields($0, present: true) }
        for body: JSONValue in [[:], ["certInfo": false]] {
          try await session.everyInfo(body) { try $1.requireCertificateFields($0, present: false) }
        }
      },
      Check(78, needs: method) { session in
        try await session.everyInfo(["certInfo": true]) { info, exchange in
          for name in ["issuerDN", "subjectDN"] {
            let text = info.at("cert", name)?.string ?? ""
            try exchange.require(DistinguishedName.isValid(text), "\(name) as RFC 4514 text", received: text)
          }
          let serial = info.at("cert", "serialNumber")?.string ?? ""
          let certificate = info.at("cert", "certificates")?.array?.first?.string.flatMap(Base64.decodeExact)
          let facts = certificate.flatMap(session.cryptography.certificate)
          let expected = facts.flatMap { Hex.normal($0.serialNumber) }
          try exchange.require(
            Hex.normal(serial) != nil && (expected == nil || Hex.normal(serial) == expected),
            "the certificate's serialNumber in hexadecimal", received: serial)
        }
      },
      Check(79, needs: method) { session in
        try await session.everyInfo(["certInfo": true]) { info, exchange in
          for name in ["validFrom", "validTo"] {
            let text = info.at("cert", name)?.string ?? ""
            try exchange.require(
              text.count == 15 && text.hasSuffix("Z") && text.dropLast().allSatisfy { $0.isASCII && $0.isNumber },
              "\(name) as YYYYMMDDHHMMSSZ", received: text)
          }
        }
      },
      Check(80, needs: method) { session in
        try await session.everyInfo { info, exchange in
          guard let scal = info["SCAL"] else { return }
          try exchange.require(["1", "2"].contains(scal.string), "SCAL as the string 1 or 2")
        }
      },
      Check(81, needs: method) { session in
        try await session.everyInfo { info, exchange in
          try exchange.require((info["multisign"]?.integer ?? 0) >= 1, "multisign as a number of at least 1")
        }
      },
      Check(82, needs: method) { session in
        try await session.everyExplicitInfo(["authInfo": true]) { info, exchange in
          for name in ["PIN", "OTP"] {
            try exchange.require(
              ["true", "false", "optional"].contains(info.at(name, "presence")?.string),
              "\(name).presence as the string true, false or optional")
          }
        }
      },
      Check(83, needs: method) { session in
        for body: JSONValue in [[:], ["authInfo": false]] {
          try await session.everyInfo(body) { info, exchange in
            try exchange.require(info["PIN"] == nil && info["OTP"] == nil, "no PIN and no OTP")
          }
        }
      },
      Check(84, needs: method) { session in
        try await session.everyInfo(["authInfo": true], where: { $0.modeV1 != .explicit }) { info, exchange in
          try exchange.require(info["PIN"] == nil && info["OTP"] == nil, "no PIN and no OTP")
        }
      },
      Check(85, needs: method) { session in
        try await session.everyExplicitInfo(["authInfo": true]) { info, exchange in
          let format = info.at("PIN", "format")?.string
          let isThere = info.at("PIN", "presence")?.string != "false"
          try exchange.require(
            isThere ? ["A", "N"].contains(format) : info.at("PIN", "format") == nil,
            "PIN.format A or N if, and only if, PIN.presence is not false")
        }
      },
      Check(86, needs: method) { session in
        try await session.everyExplicitInfo(["authInfo": true]) { info, exchange in
          let fields = ["type", "format", "ID"].map { info.at("OTP", $0)?.string }
          if info.at("OTP", "presence")?.string == "false" {
            try exchange.require(fields.allSatisfy { $0 == nil }, "no OTP.type, OTP.format, OTP.ID")
          } else {
            try exchange.require(
              ["offline", "online"].contains(fields[0]) && ["A", "N"].contains(fields[1]) && fields[2] != nil,
              "OTP.type offline or online, OTP.format A or N, and OTP.ID")
          }
        }
      },
      Check(87, needs: method) { session in
        try await session.everyExplicitInfo(["authInfo": true]) { info, exchange in
          let objects = info.at("auth", "objects")?.array
          try exchange.require(
            objects?.allSatisfy { $0.object?["type"]?.string != nil && $0.object?["id"]?.string != nil } ?? false,
            "auth.objects as an array of objects with type and id")
        }
      },
      Check(88, needs: method) { session in
        try await session.everyInfo(["authInfo": true], where: { $0.modeV2 == .oauth2code }) { info, exchange in
          try exchange.require(
            info.at("auth", "expression") == nil && (info.at("auth", "objects")?.array ?? []).isEmpty,
            "no auth.expression and no filled auth.objects")
        }
      },
      Check(89, needs: method) { session in
        let known = ["Password", "PasswordOOB", "ChallengeResponse", "ChallengeResponseOOB"]
        try await session.everyExplicitInfo(["authInfo": true]) { info, exchange in
          let types = (info.at("auth", "objects")?.array ?? []).map { $0.object?["type"]?.string ?? "" }
          try exchange.require(types.allSatisfy(known.contains), "types among \(known)", received: "\(types)")
        }
      },
      Check(90, 91, 110701, needs: method) { try await $0.malformedHeader(method) },
      Check(92, 110702, needs: method) { session in
        for body: JSONValue in [[:], ["credentialID": 5]] {
          try await session.api.call(method, body).refused("invalid_request", Row.missing("credentialID"))
        }
      },
      Check(93, 110703, needs: method) { try await $0.unknownCredential(method, [:]) },
      Check(94, 110704, needs: method) { session in
        let id = try session.anyCredential().id
        let exchange = try await session.api.call(method, ["credentialID": .string(id), "certificates": "both"])
        try exchange.refused("invalid_request", Row.invalid("certificates"))
      },
      Check(283, needs: method) { session in
        try await session.everyInfo(["certificates": "single"]) { info, exchange in
          guard let status = info.at("cert", "status")?.string,
            let certificate = info.at("cert", "certificates")?.array?.first?.string.flatMap(Base64.decodeExact),
            let facts = session.cryptography.certificate(certificate)
          else { return }
          let now = Int64(session.clock.now())
          let isInTime = facts.notBefore <= now && now <= facts.notAfter
          try exchange.require(
            isInTime ? status != "expired" : status != "valid",
            isInTime ? "a status other than expired" : "a status other than valid", received: status)
        }
      },
      Check(298, needs: method) { session in
        try await session.everyInfo { info, exchange in
          let algorithms = info.at("key", "algo")?.array?.compactMap(\.string) ?? []
          try exchange.require(
            algorithms.contains { Algorithm($0)?.needsHashOID == false }, "an OID that fixes the hash in key.algo",
            received: "\(algorithms)")
        }
      },
      Check(299, needs: method) { session in
        for body: JSONValue in [[:], ["authInfo": true]] {
          try await session.everyInfo(body) { info, exchange in
            let members = info["auth"]?.object?.members.map(\.name) ?? []
            try exchange.require(members.contains("objects"), "auth.objects, if only null or []")
          }
        }
      },
    ])
}

extension Session {
  func anyCredential(
    where fits: (CredentialFacts) -> Bool = { _ in true }
  ) throws -> CredentialFacts {
    guard let credential = run.credentials.first(where: fits) else {
      throw Finding.missing("no credential is given that would show it")
    }
    return credential
  }

  /// Looks at `credentials/info` of every credential that fits.
  func everyInfo(
    _ options: JSONValue = [:], where fits: (CredentialFacts) -> Bool = { _ in true },
    _ look: (JSONObject, Exchange) throws -> Void
  ) async throws {
    _ = try anyCredential(where: fits)
    for credential in run.credentials.filter(fits) {
      let exchange = try await api.call(
        "credentials/info", options.with(["credentialID": .string(credential.id)]))
      try look(try exchange.succeeded(), exchange)
    }
  }

  fileprivate func everyExplicitInfo(
    _ options: JSONValue, _ look: (JSONObject, Exchange) throws -> Void
  ) async throws {
    try await everyInfo(options, where: { self.mode(of: $0) == .explicit }, look)
  }

  /// The row for an id that no credential has.
  func unknownCredential(_ method: String, _ body: JSONValue) async throws {
    let id = "unknown-\(randomText())"
    let exchange = try await api.call(method, body.with(["credentialID": .string(id)]))
    try exchange.refused("invalid_request", Row.invalid("credentialID"))
  }

  /// The rows for an id that is missing or no string.
  func missingCredential(_ method: String, _ body: JSONValue) async throws {
    for body in [body.without("credentialID"), body.with(["credentialID": 5])] {
      try await api.call(method, body).refused("invalid_request", Row.missing("credentialID"))
    }
  }
}
