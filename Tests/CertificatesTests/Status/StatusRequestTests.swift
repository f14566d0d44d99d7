import Octets
import Testing
import Vocabulary

@testable import Certificates

/// Questions that OpenSSL asks, and what others may send.
@Suite("Questions on status", .timeLimit(.minutes(5)))
struct StatusRequestTests {
  private static let unsigned = ["sha1", "sha256", "sha384", "sha512", "nonce", "several"]

  private func request(_ name: String) throws -> StatusRequest {
    try StatusRequest(StatusFixture.file("\(name).request"))
  }

  @Test("the hash of the issuer is of the function that the client chose", arguments: StatusHash.allCases)
  func hashes(hash: StatusHash) throws {
    let request = try self.request(hash.rawValue)
    let asked = try #require(request.certificates.first)
    #expect(request.certificates.count == 1 && request.nonce == nil)
    #expect(asked.hash == hash && asked.serialNumber == StatusFixture.serial(1))
    let issuer = try StatusFixture.issuer
    #expect(issuer.isIssuer(of: asked))
    let made = try #require(issuer.identifier(of: StatusFixture.serial(1), hash: hash))
    #expect(made == asked && made.octets == asked.octets)
    let name = try StatusFixture.name(of: "authority")
    #expect(!StatusIssuer(name: name, publicKey: try StatusFixture.key(of: "responder")).isIssuer(of: asked))
    #expect(
      !StatusIssuer(name: try StatusFixture.name(of: "responder"), publicKey: try StatusFixture.key(of: "authority"))
        .isIssuer(of: asked))
  }

  @Test("a nonce, several certificates, and a signature that is not looked at")
  func parts() throws {
    #expect(try request("nonce").nonce?.count == 16)
    let several = try request("several").certificates
    #expect(several.map(\.serialNumber) == [1, 2, 3].map(StatusFixture.serial))
    #expect(several.map(\.hash) == [.sha1, .sha256, .sha256])
    #expect(try request("signed") == request("sha1"))
  }

  @Test("GET has it in the path, in any way that clients write base64")
  func path() throws {
    for name in Self.unsigned {
      let (octets, asked) = (try StatusFixture.file("\(name).request"), try request(name))
      let text = Base64.encode(octets)
      for written in [
        text, PercentText.encode(text), text.replacing("=", with: ""), Base64.encodeURL(octets),
        text.replacing("/", with: "%2f"),
      ] {
        #expect(try StatusRequest(path: written) == asked, "\(written)")
      }
      // Percent-encoding is taken away once.
      #expect(throws: StatusRefusal.malformedRequest) { try StatusRequest(path: PercentText.encode("\(text)%3D")) }
      for wrong in ["", "/\(text)", "\(text) ", "\(text)\n", "\(text)====", "%", text.replacing("A", with: "*")] {
        #expect(throws: StatusRefusal.malformedRequest, "\(wrong)") { try StatusRequest(path: wrong) }
      }
    }
    let long = String(repeating: "A", count: StatusRequest.longestText)
    #expect(throws: StatusRefusal.malformedRequest) { try StatusRequest(path: long) }
    #expect(throws: StatusRefusal.malformedRequest) { try StatusRequest(path: long + "A") }
  }

  @Test("a part of a request is none", arguments: unsigned + ["signed"])
  func truncated(name: String) throws {
    let octets = try StatusFixture.file("\(name).request")
    for count in 0..<octets.count {
      #expect(throws: StatusRefusal.malformedRequest) { try StatusRequest(Array(octets[..<count])) }
    }
    #expect(throws: StatusRefusal.malformedRequest) { try StatusRequest(octets + [0]) }
  }

  @Test("every bit counts: a request with one changed is refused, or asks for something else", arguments: unsigned)
  func flipped(name: String) throws {
    let (octets, asked) = (try StatusFixture.file("\(name).request"), try request(name))
    for place in octets.indices {
      for bit in 0..<8 {
        var changed = octets
        changed[place] ^= 1 << bit
        #expect((try? StatusRequest(changed)) != asked, "bit \(bit) of octet \(place)")
      }
    }
  }

  @Test("another client, pyca/cryptography, asks for the responder's certificate, with a nonce that is critical or not")
  func others() throws {
    let asked = try #require(StatusFixture.issuer.identifier(of: [0x40, 0x01], hash: .sha256))
    let front = Hex.encode(asked.octets)
    for (before, after) in [
      ("308185308182305b3059", "a2233021301f06092b06010505073001020412041031313131313131313131313131313131"),
      ("308188308185305b3059", "a2263024302206092b06010505073001020101ff0412041031313131313131313131313131313131"),
    ] {
      let request = try StatusRequest(#require(Hex.decode(before + front + after)))
      #expect(request.certificates == [asked] && request.nonce == [UInt8](repeating: 0x31, count: 16))
    }
  }

  // MARK: Forms that OpenSSL does not make

  private static let sha1 = DERWriter.sequence(DERWriter.objectIdentifier(OID.sha1), DERWriter.null)
  private static let digest = DERWriter.octetString([UInt8](repeating: 7, count: 20))

  private static func certificate(
    _ algorithm: [UInt8] = sha1, _ digests: [UInt8] = digest + digest, serial: [UInt8] = [1], more: [UInt8] = []
  ) -> [UInt8] {
    DERWriter.sequence(algorithm, digests, DERWriter.element(DERTag.integer, serial), more)
  }

  /// A request of these parts.
  private static func request(
    _ certificates: [UInt8] = DERWriter.sequence(certificate()), before: [UInt8] = [], extensions: [UInt8]? = nil,
    after: [UInt8] = [], signature: [UInt8] = []
  ) -> [UInt8] {
    DERWriter.sequence(
      DERWriter.sequence(
        before, DERWriter.sequence(certificates),
        extensions.map { DERWriter.explicit(2, DERWriter.sequence($0)) } ?? [],
        after),
      signature)
  }

  private static func ext(_ oid: String, _ value: [UInt8], critical: [UInt8] = []) -> [UInt8] {
    DERWriter.sequence(DERWriter.objectIdentifier(oid), critical, DERWriter.octetString(value))
  }

  private static func nonce(_ count: Int, critical: [UInt8] = []) -> [UInt8] {
    ext(OID.ocspNonce, DERWriter.octetString([UInt8](repeating: 9, count: count)), critical: critical)
  }

  private static let isCritical = DERWriter.boolean(true)
  private static let basic = DERWriter.sequence(DERWriter.objectIdentifier(OID.ocspBasicResponse))
  private static let other = DERWriter.sequence(DERWriter.objectIdentifier(OID.ocspNonce))

  /// 4,096 octets.
  private static let long = request(extensions: ext("1.2.3", [UInt8](repeating: 0, count: 4004)))

  @Test("forms that other clients make are read")
  func allowed() throws {
    #expect(Self.long.count == StatusRequest.longest)
    #expect(try StatusRequest(Self.long).certificates.count == 1)
    #expect(try StatusRequest(Self.request()).nonce == nil)
    let withoutParameters = DERWriter.sequence(DERWriter.objectIdentifier(OID.sha1))
    let asked = try StatusRequest(Self.request(DERWriter.sequence(Self.certificate(withoutParameters))))
    #expect(asked.certificates.first?.octets == Self.certificate(withoutParameters), "an answer repeats it as it is")
    let usual = try StatusRequest(Self.request())
    #expect(Set(asked.certificates + usual.certificates).count == 1, "and it is the same certificate")
    let many = [[UInt8]](repeating: DERWriter.sequence(Self.certificate()), count: StatusRequest.mostCertificates)
    #expect(try StatusRequest(Self.request(Array(many.joined()))).certificates.count == 16)
    for count in [1, 15, 16, 32, 128] {
      #expect(try StatusRequest(Self.request(extensions: Self.nonce(count))).nonce?.count == count)
    }
    let uuid = DERWriter.sequence(
      DERWriter.element(DERTag.objectIdentifier, [0x69] + [UInt8](repeating: 0x83, count: 18) + [1]),
      DERWriter.octetString([]))
    for extensions in [
      Self.nonce(16, critical: Self.isCritical), Self.nonce(16) + Self.ext("1.2.3", [0xff]), uuid + Self.nonce(16),
      Self.ext(OID.ocspResponses, Self.basic, critical: Self.isCritical) + Self.nonce(16),
    ] {
      #expect(try StatusRequest(Self.request(extensions: extensions)).nonce?.count == 16)
    }
    let requestor = DERWriter.explicit(1, DERWriter.explicit(4, DERWriter.sequence([])))
    #expect(try StatusRequest(Self.request(before: requestor)).certificates.count == 1)
    // No certificate has these numbers, but they are numbers.
    for serial: [UInt8] in [[0], [0xff], [0x80], [0, 0x80], [UInt8](repeating: 0x7f, count: 20)] {
      let asked = try StatusRequest(Self.request(DERWriter.sequence(Self.certificate(serial: serial))))
      #expect(asked.certificates.first?.serialNumber == serial)
    }
    let single = DERWriter.explicit(0, DERWriter.sequence(Self.ext("1.2.3", [])))
    #expect(try StatusRequest(Self.request(DERWriter.sequence(Self.certificate(), single))).certificates.count == 1)
  }

  @Test("nothing else is: malformedRequest")
  func malformed() {
    let certificate = DERWriter.sequence(Self.certificate())
    let ext = Self.ext
    func asking(_ certificate: [UInt8]) -> [UInt8] { Self.request(DERWriter.sequence(certificate)) }
    var wrong: [String: [UInt8]] = [:]
    wrong["nothing"] = []
    wrong["no request"] = DERWriter.sequence([])
    wrong["another type"] = DERWriter.octetString([1])
    wrong["no certificates"] = Self.request([])
    wrong["17 certificates"] = Self.request(Array([[UInt8]](repeating: certificate, count: 17).joined()))
    wrong["4,097 octets"] = Self.long + [0]
    wrong["4,097 octets of a request"] = Self.request(extensions: ext("1.2.3", [UInt8](repeating: 0, count: 4005), []))
    wrong["version 1, which is the default"] = Self.request(before: DERWriter.explicit(0, DERWriter.integer(0)))
    wrong["version 2"] = Self.request(before: DERWriter.explicit(0, DERWriter.integer(1)))
    wrong["something after the certificates"] = Self.request(after: DERWriter.null)
    wrong["something after the request"] = Self.request(signature: DERWriter.null)
    wrong["a signature that is none"] = Self.request(signature: DERWriter.explicit(0, DERWriter.null))
    wrong["two signatures"] = Self.request(
      signature: DERWriter.explicit(0, DERWriter.sequence([], []) + DERWriter.sequence([])))
    wrong["an indefinite length"] = [0x30, 0x80, 0, 0]
    wrong["a length that is not the shortest"] = [0x30, 0x81, 0x05, 0x30, 0x03, 0x30, 0x01, 0x00]
    wrong["a length of three octets"] = [0x30, 0x83, 0, 0, 1, 0]
    wrong["a length beyond the end"] = [0x30, 0x7f, 0x30]
    wrong["a serial number of no octets"] = asking(Self.certificate(serial: []))
    wrong["a serial number of 21 octets"] = asking(Self.certificate(serial: [UInt8](repeating: 0x7f, count: 21)))
    wrong["a serial number with a zero in front"] = asking(Self.certificate(serial: [0, 1]))
    wrong["a negative serial number with an octet in front"] = asking(Self.certificate(serial: [0xff, 0x80]))
    wrong["something after the serial number"] = asking(Self.certificate(more: DERWriter.null))
    wrong["a digest of another length"] = asking(
      Self.certificate(Self.sha1, DERWriter.octetString([UInt8](repeating: 7, count: 32)) + Self.digest))
    wrong["a second digest of another length"] = asking(
      Self.certificate(Self.sha1, Self.digest + DERWriter.octetString([UInt8](repeating: 7, count: 19))))
    wrong["parameters of the hash"] = asking(
      Self.certificate(DERWriter.sequence(DERWriter.objectIdentifier(OID.sha1), DERWriter.integer(1))))
    wrong["NULL with content"] = asking(
      Self.certificate(DERWriter.sequence(DERWriter.objectIdentifier(OID.sha1), DERWriter.element(DERTag.null, [0]))))
    wrong["an identifier that does not end"] = asking(
      Self.certificate(DERWriter.sequence(DERWriter.element(DERTag.objectIdentifier, [0x2b, 0x8e]))))
    wrong["an identifier with a zero in front"] = asking(
      Self.certificate(DERWriter.sequence(DERWriter.element(DERTag.objectIdentifier, [0x2b, 0x80, 0x01]))))
    wrong["an identifier of no octets"] = asking(
      Self.certificate(DERWriter.sequence(DERWriter.element(DERTag.objectIdentifier, []))))
    wrong["an unknown critical extension"] = Self.request(extensions: ext("1.2.3", [], Self.isCritical))
    wrong["an unknown critical extension of one certificate"] = Self.request(
      DERWriter.sequence(
        Self.certificate(), DERWriter.explicit(0, DERWriter.sequence(ext("1.2.3", [], Self.isCritical)))))
    wrong["a critical nonce of one certificate"] = Self.request(
      DERWriter.sequence(
        Self.certificate(), DERWriter.explicit(0, DERWriter.sequence(Self.nonce(16, critical: Self.isCritical)))))
    wrong["something after a certificate"] = Self.request(DERWriter.sequence(Self.certificate(), DERWriter.null))
    wrong["no extensions in their place"] = Self.request(extensions: [])
    wrong["17 extensions"] = Self.request(
      extensions: Array((1...17).map { ext("1.2.\($0)", [], []) }.joined()))
    wrong["one extension twice"] = Self.request(extensions: Self.nonce(16) + Self.nonce(16))
    wrong["an unknown extension twice"] = Self.request(extensions: ext("1.2.3", [], []) + ext("1.2.3", [1], []))
    wrong["FALSE, which is the default"] = Self.request(extensions: Self.nonce(16, critical: DERWriter.boolean(false)))
    wrong["TRUE as BER has it"] = Self.request(
      extensions: Self.nonce(16, critical: DERWriter.element(DERTag.boolean, [1])))
    wrong["a nonce of no octets"] = Self.request(extensions: Self.nonce(0))
    wrong["a nonce of 129 octets"] = Self.request(extensions: Self.nonce(129))
    wrong["a nonce that is no OCTET STRING"] = Self.request(extensions: ext(OID.ocspNonce, [1, 2, 3, 4], []))
    wrong["a nonce and more"] = Self.request(
      extensions: ext(OID.ocspNonce, DERWriter.octetString([1]) + DERWriter.octetString([2]), []))
    wrong["no form of answers that we make"] = Self.request(extensions: ext(OID.ocspResponses, Self.other, []))
    wrong["no form of answers"] = Self.request(extensions: ext(OID.ocspResponses, DERWriter.sequence([]), []))
    for (name, octets) in wrong {
      #expect(throws: StatusRefusal.malformedRequest, "\(name)") { try StatusRequest(octets) }
    }
  }

  @Test("a hash function that is not ours is unauthorized: no issuer can be told from it")
  func otherHash() {
    let md5 = DERWriter.sequence(DERWriter.objectIdentifier("1.2.840.113549.2.5"), DERWriter.null)
    let digest = DERWriter.octetString([UInt8](repeating: 7, count: 16))
    let asked = DERWriter.sequence(Self.certificate(md5, digest + digest))
    #expect(throws: StatusRefusal.unauthorized) { try StatusRequest(Self.request(asked)) }
    #expect(throws: StatusRefusal.unauthorized) {
      try StatusRequest(Self.request(DERWriter.sequence(Self.certificate()) + asked))
    }
  }

  @Test("an issuer has no name for what is no serial number")
  func noNumber() throws {
    let issuer = try StatusFixture.issuer
    for serial: [UInt8] in [[], [0, 1], [UInt8](repeating: 1, count: 21)] {
      #expect(issuer.identifier(of: serial, hash: .sha1) == nil)
    }
  }
}
