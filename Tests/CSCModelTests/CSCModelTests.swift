import CSCModel
import Octets
import Testing
import Vocabulary
import WireJSON

func fields(_ text: String) throws -> Fields {
  Fields(try #require(try JSONValue.parse(Array(text.utf8), limits: .own).object))
}

@Suite("Base64 as clients write it", .timeLimit(.minutes(2)))
struct Base64Tests {
  @Test(
    "both alphabets, with and without padding, and percent-encoded text give the same octets",
    arguments: ["+/+/AA==", "+/+/AA", "-_-_AA==", "-_-_AA", "%2B%2F%2B%2FAA%3D%3D"])
  func lenient(text: String) { #expect(Base64.decode(text) == [0xfb, 0xff, 0xbf, 0x00]) }

  @Test("rubbish is refused", arguments: ["AA\nAA", "A A=", "A", "====", "AA=A", "ä", "%zz", "AAAA*"])
  func rubbish(text: String) { #expect(Base64.decode(text) == nil) }

  @Test("answers are standard base64 with padding")
  func encoding() {
    #expect(Base64.encode([0xfb, 0xff, 0xbf, 0x00]) == "+/+/AA==")
    #expect(Base64.encodeURL([0xfb, 0xff, 0xbf, 0x00]) == "-_-_AA")
  }
}

@Suite("RSASSA-PSS parameters", .timeLimit(.minutes(2)))
struct PSSParametersTests {
  /// The vectors of the wire reference, §4.4.
  @Test(
    "vectors",
    arguments: [
      ("MDSgDzANBglghkgBZQMEAgEFAKEcMBoGCSqGSIb3DQEBCDANBglghkgBZQMEAgEFAKIDAgEg", HashAlgorithm.sha256, 32),
      ("MDSgDzANBglghkgBZQMEAgIFAKEcMBoGCSqGSIb3DQEBCDANBglghkgBZQMEAgIFAKIDAgEw", .sha384, 48),
      ("MDSgDzANBglghkgBZQMEAgMFAKEcMBoGCSqGSIb3DQEBCDANBglghkgBZQMEAgMFAKIDAgFA", .sha512, 64),
      // An explicit trailer 1 is not strict DER; a public client sends it.
      ("MDmgDzANBglghkgBZQMEAgEFAKEcMBoGCSqGSIb3DQEBCDANBglghkgBZQMEAgEFAKIDAgEgowMCAQE=", .sha256, 32),
    ])
  func vectors(text: String, hash: HashAlgorithm, salt: Int) throws {
    let parameters = PSSParameters(der: try #require(Base64.decode(text)))
    #expect(parameters == PSSParameters(hash: hash, maskGenerationHash: hash, saltLength: salt))
  }

  @Test(
    "defaults (SHA-1), an empty sequence, and rubbish are refused", arguments: ["MAA=", "MAWiAwIBIA==", "AAAA", ""])
  func refused(text: String) throws { #expect(PSSParameters(der: try #require(Base64.decode(text))) == nil) }
}

@Suite("Requests", .timeLimit(.minutes(2)))
struct RequestTests {
  private let digest = Base64.encode([UInt8](repeating: 7, count: 32))

  private func error<Request>(_ make: () throws -> Request) -> String? {
    do { _ = try make() } catch let error as CSCError { return error.text } catch let error as FieldError {
      return error.description
    } catch { return "\(error)" }
    return nil
  }

  @Test(
    "every row of signHash's table that the request alone decides, in both versions", arguments: CSCVersion.allCases)
  func signHashRows(version: CSCVersion) throws {
    let hashName = version == .v1 ? "hashAlgo" : "hashAlgorithmOID"
    let hashes = version == .v1 ? "hash" : "hashes"
    let long = Base64.encode([UInt8](repeating: 7, count: 31))
    let rows: [(String, String)] = [
      (#"{}"#, "Missing (or invalid type) string parameter credentialID"),
      (#"{"credentialID":1}"#, "Missing (or invalid type) string parameter credentialID"),
      (#"{"credentialID":"c"}"#, "Missing (or invalid type) string parameter SAD"),
      (#"{"credentialID":"c","SAD":"s"}"#, "Missing (or invalid type) array parameter \(hashes)"),
      (#"{"credentialID":"c","SAD":"s","hash":"x"}"#, "Missing (or invalid type) array parameter \(hashes)"),
      (#"{"credentialID":"c","SAD":"s","hash":[]}"#, "Empty \(hashes) array"),
      (#"{"credentialID":"c","SAD":"s","hash":["*"]}"#, "Invalid Base64 hash string parameter"),
      (#"{"credentialID":"c","SAD":"s","hash":[1]}"#, "Invalid Base64 hash string parameter"),
      (#"{"credentialID":"c","SAD":"s","hash":["H"]}"#, "Missing (or invalid type) string parameter signAlgo"),
      (
        #"{"credentialID":"c","SAD":"s","hash":["H"],"signAlgo":5}"#,
        "Missing (or invalid type) string parameter signAlgo"
      ),
      (#"{"credentialID":"c","SAD":"s","hash":["H"],"signAlgo":"1.2.3"}"#, "Invalid parameter signAlgo"),
      // SHA-1 with RSA
      (#"{"credentialID":"c","SAD":"s","hash":["H"],"signAlgo":"1.2.840.113549.1.1.5"}"#, "Invalid parameter signAlgo"),
      (
        #"{"credentialID":"c","SAD":"s","hash":["H"],"signAlgo":"1.2.840.113549.1.1.1"}"#,
        "Missing (or invalid type) string parameter \(hashName)"
      ),
      // The parameters say SHA-256.
      (
        #"{"credentialID":"c","SAD":"s","hash":["H"],"signAlgo":"1.2.840.113549.1.1.10","signAlgoParams":"MDSgDzANBglghkgBZQMEAgEFAKEcMBoGCSqGSIb3DQEBCDANBglghkgBZQMEAgEFAKIDAgEg","hashAlgo":"2.16.840.1.101.3.4.2.3"}"#,
        version == .v1
          ? "Invalid parameter hashAlgo"
          : "String parameter hashAlgorithmOID contradicts with signAlgo signAlgoParams parameter"
      ),
      (
        #"{"credentialID":"c","SAD":"s","hash":["H"],"signAlgo":"1.2.840.113549.1.1.10","signAlgoParams":"MDSgDzANBglghkgBZQMEAgEFAKEcMBoGCSqGSIb3DQEBCDANBglghkgBZQMEAgEFAKIDAgEg","hashAlgo":"1.2.3"}"#,
        "Invalid parameter \(hashName)"
      ),
      (
        #"{"credentialID":"c","SAD":"s","hash":["H"],"signAlgo":"1.2.840.10045.4.3.2","hashAlgo":"1","hashAlgorithmOID":"2"}"#,
        "Invalid parameter \(hashName)"
      ),
      // SHA-1
      (
        #"{"credentialID":"c","SAD":"s","hash":["H"],"signAlgo":"1.2.840.113549.1.1.1","hashAlgo":"1.3.14.3.2.26"}"#,
        "Invalid parameter \(hashName)"
      ),
      (
        #"{"credentialID":"c","SAD":"s","hash":["H"],"signAlgo":"1.2.840.113549.1.1.10"}"#,
        "Missing (or invalid type) string parameter signAlgoParams"
      ),
      (
        #"{"credentialID":"c","SAD":"s","hash":["H"],"signAlgo":"1.2.840.113549.1.1.10","signAlgoParams":"MAA="}"#,
        "Invalid parameter signAlgoParams"
      ),
      (#"{"credentialID":"c","SAD":"s","hash":["L"],"signAlgo":"1.2.840.10045.4.3.2"}"#, "Invalid digest value length"),
      (
        #"{"credentialID":"c","SAD":"s","hash":["000"],"signAlgo":"1.2.840.10045.4.3.2"}"#,
        "Invalid digest value length"
      ),
      (
        #"{"credentialID":"c","SAD":"s","hash":["H"],"signAlgo":"1.2.840.10045.4.3.2","clientData":{}}"#,
        "Invalid parameter clientData"
      ),
      (
        #"{"credentialID":"c","SAD":"s","hash":["H"],"hashes":["L"],"signAlgo":"1.2.840.10045.4.3.2"}"#,
        "Invalid parameter \(hashes)"
      ),
    ]
    for (text, expected) in rows {
      let text = text.replacing("\"H\"", with: "\"\(digest)\"").replacing("\"L\"", with: "\"\(long)\"")
      let fields = try fields(text)
      #expect(error { try SignHashRequest(fields, version) } == expected, "\(text)")
    }
  }

  @Test("a hash OID next to an algorithm that fixes the hash is ignored; in v2 not one of another hash")
  func ignoredHash() throws {
    func request(_ oid: String) throws -> Fields {
      try fields(
        #"{"credentialID":"c","SAD":"s","hash":["\#(digest)"],"signAlgo":"1.2.840.10045.4.3.2","hashAlgo":\#(oid)}"#)
    }
    for oid in [#""2.16.840.1.101.3.4.2.1""#, #""1.3.14.3.2.26""#, #""x""#, "5"] {
      for version in CSCVersion.allCases {
        #expect(try SignHashRequest(request(oid), version).algorithm == .ecdsa(.sha256), "\(oid) \(version)")
      }
    }
    let other = try request(#""2.16.840.1.101.3.4.2.3""#)
    #expect(try SignHashRequest(other, .v1).algorithm == .ecdsa(.sha256))
    #expect(
      error { try SignHashRequest(other, .v2) }
        == "String parameter hashAlgorithmOID contradicts with signAlgo signAlgoParams parameter")
  }

  @Test("signDoc's hash OID beside the arrays, in the entries, or in both")
  func documentHash() throws {
    func algorithm(_ beside: String, _ inside: String, _ signAlgo: String = "1.2.840.113549.1.1.1") throws
      -> SignatureAlgorithm?
    {
      let entry = #"{"hashes":["\#(digest)"],"signature_format":"C","signAlgo":"\#(signAlgo)"\#(inside)}"#
      return try SignDocRequest(
        fields(#"{"credentialID":"c","SAD":"s","documentDigests":[\#(entry)]\#(beside)}"#)
      ).signatures.first?.choices.algorithm
    }
    let (sha256, sha512) = (
      #","hashAlgorithmOID":"2.16.840.1.101.3.4.2.1""#, #","hashAlgorithmOID":"2.16.840.1.101.3.4.2.3""#
    )
    #expect(try algorithm(sha256, "") == .rsaPKCS1(.sha256))
    #expect(try algorithm("", sha256) == .rsaPKCS1(.sha256))
    #expect(try algorithm(sha256, sha256) == .rsaPKCS1(.sha256))
    #expect(try algorithm(sha256, "", "1.2.840.10045.4.3.2") == .ecdsa(.sha256))
    let missing = "Missing (or invalid type) string parameter hashAlgorithmOID"
    let contradicts = "String parameter hashAlgorithmOID contradicts with signAlgo or signAlgoParams parameter"
    for (beside, inside, signAlgo, expected) in [
      ("", "", "1.2.840.113549.1.1.1", missing), (#","hashAlgorithmOID":5"#, "", "1.2.840.113549.1.1.1", missing),
      (#","hashAlgorithmOID":"1.2.3""#, "", "1.2.840.113549.1.1.1", "Invalid parameter hashAlgorithmOID"),
      (sha256, sha512, "1.2.840.113549.1.1.1", "Invalid parameter hashAlgorithmOID"),
      (#","hashAlgorithmOID":"1.2.3""#, "", "1.2.840.10045.4.3.2", "Invalid parameter hashAlgorithmOID"),
      (sha512, "", "1.2.840.10045.4.3.2", contradicts), ("", sha512, "1.2.840.10045.4.3.2", contradicts),
    ] {
      #expect(error { try algorithm(beside, inside, signAlgo) } == expected, "\(beside) \(inside) \(signAlgo)")
    }
  }

  @Test("hash next to hashes: other spellings of the same digests are the same", arguments: [true, false])
  func bothNames(signs: Bool) throws {
    let bytes = [UInt8](repeating: 0xfb, count: 32)
    let (padded, plain, url) = (Base64.encode(bytes), String(Base64.encode(bytes).dropLast()), Base64.encodeURL(bytes))
    func digests(_ hash: String, _ hashes: String) throws -> [[UInt8]]? {
      let members =
        #""credentialID":"c","SAD":"s","numSignatures":2,"hash":\#(hash),"hashes":\#(hashes),"#
        + #""hashAlgorithmOID":"2.16.840.1.101.3.4.2.1","signAlgo":"1.2.840.10045.4.3.2""#
      let fields = try fields("{\(members)}")
      return signs ? try SignHashRequest(fields, .v2).digests : try AuthorizeRequest(fields, .v2).digests
    }
    for (one, other) in [(padded, plain), (plain, url), (url, padded)] {
      #expect(try digests("[\"\(one)\"]", "[\"\(other)\"]") == [bytes])
    }
    for (hash, hashes, text) in [
      ("[\"\(padded)\"]", "[\"\(digest)\"]", "Invalid parameter hashes"),
      ("[\"\(padded)\",\"\(digest)\"]", "[\"\(digest)\",\"\(plain)\"]", "Invalid parameter hashes"),
      ("[\"\(padded)\"]", "[\"\(plain)\",\"\(plain)\"]", "Invalid parameter hashes"),
      ("[\"\(padded)\"]", "[\"%%%\"]", "Invalid parameter hashes"),
      ("[\"\(padded)\"]", "\"\(plain)\"", "Invalid parameter hashes"),
    ] {
      #expect(error { try digests(hash, hashes) } == text, "\(hash) \(hashes)")
    }
    // As everywhere, null is no member.
    #expect(try digests("null", "[\"\(plain)\"]") == [bytes])
  }

  @Test("1,001 hashes are refused, 1,000 are read")
  func manyHashes() throws {
    func request(_ count: Int) throws -> Fields {
      let list = Array(repeating: "\"\(digest)\"", count: count).joined(separator: ",")
      return try fields(#"{"credentialID":"c","SAD":"s","hash":[\#(list)],"signAlgo":"1.2.840.10045.4.3.2"}"#)
    }
    #expect(try SignHashRequest(request(1000), .v1).digests.count == 1000)
    let tooMany = try request(1001)
    #expect(error { try SignHashRequest(tooMany, .v1) } == "Numbers of signatures is too high")
  }

  @Test("every row of authorize's table that the request alone decides", arguments: CSCVersion.allCases)
  func authorizeRows(version: CSCVersion) throws {
    let rows: [(String, String)] = [
      (#"{}"#, "Missing (or invalid type) string parameter credentialID"),
      (#"{"credentialID":[]}"#, "Missing (or invalid type) string parameter credentialID"),
      (#"{"credentialID":"c"}"#, "Missing (or invalid type) integer parameter numSignatures"),
      (#"{"credentialID":"c","numSignatures":"1"}"#, "Missing (or invalid type) integer parameter numSignatures"),
      (#"{"credentialID":"c","numSignatures":1.5}"#, "Missing (or invalid type) integer parameter numSignatures"),
      (#"{"credentialID":"c","numSignatures":0}"#, "Invalid value for parameter numSignatures"),
      (#"{"credentialID":"c","numSignatures":-3}"#, "Invalid value for parameter numSignatures"),
      (#"{"credentialID":"c","numSignatures":1,"PIN":5}"#, "Invalid parameter PIN"),
      (#"{"credentialID":"c","numSignatures":1,"OTP":{}}"#, "Invalid parameter OTP"),
      (#"{"credentialID":"c","numSignatures":1,"authData":{}}"#, "Missing (or invalid type) array parameter authData"),
      (#"{"credentialID":"c","numSignatures":1,"authData":["x"]}"#, "Invalid parameter authData"),
      (#"{"credentialID":"c","numSignatures":1,"authData":[{"id":"PIN"},{"id":"PIN"}]}"#, "Invalid parameter authData"),
      (#"{"credentialID":"c","numSignatures":1,"hash":["*"]}"#, "Invalid Base64 hash string parameter"),
      (#"{"credentialID":"c","numSignatures":1,"hash":["AAAA"]}"#, "Invalid digest value length"),
      (#"{"credentialID":"c","numSignatures":1,"hash":[]}"#, "Empty \(version == .v1 ? "hash" : "hashes") array"),
    ]
    for (text, expected) in rows {
      let fields = try fields(text)
      #expect(error { try AuthorizeRequest(fields, version) } == expected, "\(text)")
    }
  }

  @Test("v2 wants the hash OID with hashes; v1's member tells it by its length")
  func hashOID() throws {
    let v2 = try fields(#"{"credentialID":"c","numSignatures":1,"hashes":["\#(digest)"]}"#)
    #expect(error { try AuthorizeRequest(v2, .v2) } == "Missing (or invalid type) string parameter hashAlgorithmOID")
    let v1 = try fields(#"{"credentialID":"c","numSignatures":1,"hash":["\#(digest)"]}"#)
    #expect(try AuthorizeRequest(v1, .v1).hashAlgorithm == .sha256)
    #expect(try AuthorizeRequest(v1, .v2).hashAlgorithm == .sha256)
  }

  @Test("explicit nulls and empty factors are absent, as real clients send them")
  func nulls() throws {
    let request = try AuthorizeRequest(
      fields(
        #"{"credentialID":"c","numSignatures":1,"hash":null,"PIN":"1","OTP":"","authData":null,"clientData":null}"#),
      .v1)
    #expect(request.digests == nil)
    #expect(request.factors.map(\.id) == ["PIN"])
  }

  @Test("auth/login's rows, which both versions print alike")
  func login() throws {
    let rows: [(String, String?, String)] = [
      ("{}", nil, "Malformed authentication parameter."),
      ("{}", "Bearer x", "Malformed authentication parameter."),
      ("{}", "Basic ***", "Malformed authentication parameter."),
      ("{}", "Basic YWJj", "Malformed username-password."),
      ("{}", "Basic YQBiOmM=", "Malformed username-password."),
      ("{}", "Basic /w==", "Malformed username-password."),
      (#"{"refresh_token":5}"#, nil, "Invalid string parameter: refresh_token"),
      (#"{"refresh_token":""}"#, nil, "Invalid string parameter: refresh_token"),
    ]
    for (body, header, expected) in rows {
      let fields = try fields(body)
      #expect(error { try LoginRequest(fields, authorization: header) } == expected, "\(body) \(header ?? "-")")
    }
    let request = try LoginRequest(fields(#"{"rememberMe":true}"#), authorization: "Basic YTpiOmM=")
    #expect(request.proof == .password(username: "a", password: "b:c"))
  }
}
