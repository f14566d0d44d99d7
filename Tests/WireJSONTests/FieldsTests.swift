import Testing
import WireJSON

@Suite("Typed fields", .timeLimit(.minutes(2)))
struct FieldsTests {
  private func fields(_ text: String) throws -> Fields {
    Fields(try #require(try JSONValue.parse(Array(text.utf8), limits: .call).object))
  }

  @Test("errors are the texts of the CSC tables")
  func texts() throws {
    let fields = try fields(#"{"credentialID":1,"numSignatures":"1","hash":"x"}"#)
    func text(_ body: () throws -> Void) -> String? {
      do { try body() } catch let error as FieldError { return error.description } catch { return "\(error)" }
      return nil
    }
    #expect(
      text { _ = try fields.string("credentialID") } == "Missing (or invalid type) string parameter credentialID")
    #expect(text { _ = try fields.string("SAD") } == "Missing (or invalid type) string parameter SAD")
    #expect(
      text { _ = try fields.integer("numSignatures") } == "Missing (or invalid type) integer parameter numSignatures")
    #expect(text { _ = try fields.array("hash") } == "Missing (or invalid type) array parameter hash")
    #expect(text { _ = try fields.optionalString("credentialID") } == "Invalid parameter credentialID")
  }

  @Test("null counts as absent")
  func null() throws {
    let fields = try fields(#"{"a":null,"b":null,"c":"x"}"#)
    #expect(try fields.optionalString("a") == nil)
    #expect(try fields.optionalBool("b") == nil)
    #expect(try fields.optionalArray("a") == nil)
    #expect(try fields.string("a", "c") == "x")
  }

  @Test("a parameter under two names is read, and refused if the values differ")
  func aliases() throws {
    #expect(try fields(#"{"auth_info":true}"#).optionalBool("authInfo", "auth_info") == true)
    #expect(try fields(#"{"auth_info":true,"authInfo":true}"#).optionalBool("authInfo", "auth_info") == true)
    #expect(try fields(#"{"auth_info":2,"authInfo":2.0}"#).value(["authInfo", "auth_info"])?.integer == 2)
    let both = try fields(#"{"auth_info":true,"authInfo":false}"#)
    #expect(throws: FieldError.contradiction(name: "authInfo")) { try both.optionalBool("authInfo", "auth_info") }
  }

  @Test(
    "a number without a fraction is an integer, however it is written", arguments: ["12", "12.0", "1.2e1", "120E-1"])
  func wholeNumbers(value: String) throws { #expect(try fields(#"{"n":\#(value)}"#).integer("n") == 12) }

  @Test(
    "an integer that 64 bits do not hold is the nearest one, however it is written",
    arguments: [("1e19", .max), ("1e300", .max), ("-1e300", .min), ("1e999", .max), ("9223372036854775808", .max)]
      as [(String, Int64)])
  func nearest(value: String, integer: Int64) throws {
    #expect(try fields(#"{"n":\#(value)}"#).integer("n") == integer)
  }

  @Test(
    "1.5, true and \"1\" are no integers",
    arguments: ["1.5", "1e-1", "-0.5", "true", "\"1\"", "[1]"])
  func integers(value: String) throws {
    let fields = try fields(#"{"n":\#(value)}"#)
    #expect(throws: FieldError.self) { try fields.integer("n") }
  }
}
