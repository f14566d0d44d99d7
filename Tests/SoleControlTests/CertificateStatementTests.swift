import Octets
import SoleControl
import TestSupport
import Testing

@Suite("Statements of certificates", .timeLimit(.minutes(2)))
struct CertificateStatementTests {
  /// Version 1, without extensions.
  private static let plain =
    "MIIBJDCBywIUCaQi0Je5dVix1pMJOdGYyPffPr0wCgYIKoZIzj0EAwIwFTETMBEGA1UEAwwKVEVTVCBBbGljZTAeFw0yNjExMzAwMzExMDBaFw0zNjExMjcwMzExMDBaMBUxEzARBgNVBAMMClRFU1QgQWxpY2UwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATdV53VZKJtBIjldLOIeaGMyT+qC5GeA6OTPDodw0zPyfRehpkhTxH0+B8gWWur+apVmYtLpyxDt0JI2jnrf/fVMAoGCCqGSM49BAMCA0gAMEUCIDX1tbOkcU6Y8rcAXqXO7mEt/1YVoaX75ZTcxxII+usWAiEA07eoUXGQxM1QwwzKt+E9sglLGUniBcrYUQ/l6yXb4jA="

  private func octets(_ text: String) throws -> [UInt8] { try #require(Base64.decode(text)) }

  @Test("policies and statements in the certificate's order; QcType as the types that it names")
  func qualified() throws {
    let statements = try #require(CertificateStatements(certificate: octets(TestCertificates.qualified)))
    #expect(statements.policies == ["0.4.0.194112.1.2", "1.3.6.1.4.1.32473.1"])
    #expect(statements.qualified == ["0.4.0.1862.1.1", "0.4.0.1862.1.4", "0.4.0.1862.1.6.1", "0.4.0.1862.1.3"])
  }

  @Test("a certificate without extensions says nothing")
  func plain() throws {
    let statements = try #require(CertificateStatements(certificate: octets(Self.plain)))
    #expect(statements.policies.isEmpty && statements.qualified.isEmpty && statements.isWhole)
  }

  @Test("no certificate at all, one that is cut off; an extension that is none tells nothing, and that is said")
  func unreadable() throws {
    let whole = try octets(TestCertificates.qualified)
    #expect(CertificateStatements(certificate: []) == nil)
    #expect(CertificateStatements(certificate: Array("certificate".utf8)) == nil)
    #expect(CertificateStatements(certificate: Array(whole.dropLast())) == nil)
    // id-etsi-qcs-QcCompliance, whose tag becomes that of an INTEGER.
    let statement: [UInt8] = [0x06, 0x06, 0x04, 0x00, 0x8e, 0x46, 0x01, 0x01]
    let place = try #require(whole.indices.first { whole[$0...].starts(with: statement) })
    var broken = whole
    broken[place] = 0x02
    let readable = try #require(CertificateStatements(certificate: broken))
    #expect(!readable.isWhole)
    #expect(readable.qualified.isEmpty && readable.policies == ["0.4.0.194112.1.2", "1.3.6.1.4.1.32473.1"])
  }
}
