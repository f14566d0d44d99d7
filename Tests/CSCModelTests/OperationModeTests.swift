import CSCModel
import Octets
import Testing
import Vocabulary
import WireJSON

@Suite("Asynchronous operation on the wire", .timeLimit(.minutes(2)))
struct OperationModeTests {
  private static let digest = Base64.encode([UInt8](repeating: 7, count: 32))

  private func mode(_ members: String, _ version: CSCVersion = .v2) throws -> OperationMode {
    let text =
      #"{"credentialID":"c","SAD":"s","hashes":["\#(Self.digest)"],"signAlgo":"1.2.840.10045.4.3.2"\#(members)}"#
    return try SignHashRequest(Fields(#require(JSONValue.parse(Array(text.utf8), limits: .own).object)), version).mode
  }

  private func text(_ body: () throws -> some Any) -> String? {
    do {
      _ = try body()
      return nil
    } catch let error as CSCError {
      return error.text
    } catch {
      return (error as? FieldError)?.description
    }
  }

  @Test("the mode, its parameters and their other spellings")
  func accepted() throws {
    let rows: [(String, OperationMode)] = [
      ("", .synchronous), (#","operationMode":null"#, .synchronous), (#","operationMode":"S""#, .synchronous),
      // Without A they mean nothing.
      (#","validity_period":"soon","response_uri":5"#, .synchronous),
      (#","operationMode":"S","validity_period":1"#, .synchronous),
      (#","operationMode":"A""#, .asynchronous(validity: 3_600_000, responseURI: nil)),
      (#","operationMode":"A","validity_period":1000"#, .asynchronous(validity: 1000, responseURI: nil)),
      (#","operationMode":"A","validityPeriod":86400000"#, .asynchronous(validity: 86_400_000, responseURI: nil)),
      (
        #","operationMode":"A","validity_period":5000,"validityPeriod":5000,"response_uri":null"#,
        .asynchronous(validity: 5000, responseURI: nil)
      ),
      (
        #","operationMode":"A","response_uri":"https://a.example/x?y""#,
        .asynchronous(validity: 3_600_000, responseURI: "https://a.example/x?y")
      ),
      (
        #","operationMode":"A","responseURI":"https://a.example""#,
        .asynchronous(validity: 3_600_000, responseURI: "https://a.example")
      ),
    ]
    for (members, expected) in rows { #expect(try mode(members) == expected, "\(members)") }
  }

  @Test("every row of the table that asynchronous operation adds")
  func refused() {
    let long = "https://a.example/" + String(repeating: "x", count: 2048)
    let rows: [(String, String)] = [
      (#","operationMode":"X""#, "Invalid parameter operationMode"),
      (#","operationMode":"a""#, "Invalid parameter operationMode"),
      (#","operationMode":"""#, "Invalid parameter operationMode"),
      (#","operationMode":1"#, "Invalid parameter operationMode"),
      (#","operationMode":"A","validity_period":"soon""#, "Invalid parameter validity_period"),
      (#","operationMode":"A","validity_period":1500.5"#, "Invalid parameter validity_period"),
      (#","operationMode":"A","validityPeriod":[]"#, "Invalid parameter validity_period"),
      (#","operationMode":"A","validity_period":1000,"validityPeriod":2000"#, "Invalid parameter validity_period"),
      (#","operationMode":"A","validity_period":999"#, "Out of bounds parameter validity_period"),
      (#","operationMode":"A","validity_period":-1"#, "Out of bounds parameter validity_period"),
      (#","operationMode":"A","validityPeriod":86400001"#, "Out of bounds parameter validity_period"),
      (#","operationMode":"A","response_uri":5"#, "Invalid parameter response_uri"),
      (#","operationMode":"A","response_uri":"""#, "Invalid parameter response_uri"),
      (#","operationMode":"A","response_uri":"not a uri""#, "Invalid parameter response_uri"),
      (#","operationMode":"A","responseURI":"\#(long)""#, "Invalid parameter response_uri"),
      (
        #","operationMode":"A","responseURI":"https://a.example","response_uri":"https://b.example""#,
        "Invalid parameter response_uri"
      ),
    ]
    for (members, expected) in rows { #expect(text { try mode(members) } == expected, "\(members)") }
  }

  @Test("v1 has no operation mode: whatever is sent is ignored")
  func version1() throws {
    for members in [#","operationMode":"A""#, #","operationMode":"X","validity_period":"soon","response_uri":5"#] {
      #expect(try mode(members, .v1) == .synchronous)
    }
  }

  @Test("signPolling's rows")
  func polling() throws {
    func request(_ text: String) throws -> SignPollingRequest {
      try SignPollingRequest(Fields(#require(JSONValue.parse(Array(text.utf8), limits: .own).object)))
    }
    for (body, expected) in [
      ("{}", "Missing (or invalid type) string parameter requestID"),
      (#"{"requestID":7}"#, "Missing (or invalid type) string parameter requestID"),
      (#"{"requestID":null}"#, "Missing (or invalid type) string parameter requestID"),
      (#"{"requestID":"r","clientData":7}"#, "Invalid parameter clientData"),
      (#"{"requestID":"r","userID":"alice","user_id":"bob"}"#, "Invalid parameter “userID”"),
    ] {
      #expect(text { try request(body) } == expected, "\(body)")
    }
    for userID in ["7", #""a b""#, "[]"] {
      #expect(
        text { try request(#"{"requestID":"r","userID":\#(userID)}"#).user(isUserSpecific: false) }
          == "Invalid parameter “userID”", "\(userID)")
      #expect(
        text { try request(#"{"requestID":"r","userID":\#(userID)}"#).user(isUserSpecific: true) }
          == "userID parameter SHALL be null", "\(userID)")
    }
    #expect(try request(#"{"requestID":"r","userID":"alice"}"#).user(isUserSpecific: false) == "alice")
    #expect(try request(#"{"requestID":"r","userID":null,"clientData":"x"}"#).user(isUserSpecific: true) == nil)
  }
}
