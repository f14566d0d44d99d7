import Foundation
import OpenSSLPKI
import SoleControl
import Testing

@testable import Conformance

@Suite("Distinguished names", .timeLimit(.minutes(2)))
struct DistinguishedNameTests {
  /// A certificate of pyca's whose subject has what is seldom: several values in one part, special characters, other
  /// string types, types without a name, values that are no strings.
  private static let certificate = """
    MIICnTCCAkOgAwIBAgIBBzAKBggqhkjOPQQDAjANMQswCQYDVQQDDAJDQTAeFw0yNjAxMDEwMDAwMDBaFw0zNTEyMzAwMDAwMDBaMIIBoTELMAkG
    A1UEBhMCQVQxFzAVBgoJkiaJk/IsZAEZFgdleGFtcGxlMSkwJwYDVQQKDCBNw7xsbGVyLCAiU8O2aG5lIiArIENvLiA8eD47eT16XDEOMAwGA1UE
    CQwFIGxlYWQxDzANBgNVBAcMBnRyYWlsIDEOMAwGA1UECAwFI2hhc2gxIDAMBgNVBAsMBVNhbGVzMBAGCgmSJomT8ixkAQEMAnUxMRIwEAYDVQQF
    EwlQTk9BVC0xMjMxEDAOBgNVBCoMB0rDvHJnZW4xEjAQBgNVBAQMCU8nRXhhbXBsZTENMAsGA1UEKwwESi5PLjEKMAgGA1UELhMBcTEMMAoGA1UE
    DAwDRHIuMREwDwYDVQRhDAhWQVRBVC1VMTELMAkGA1UEQQwCI3gxDDAKBgNVBCwMA0lJSTEVMBMGCSqGSIb3DQEJARYGYUBiLmF0MQswCQYDKgME
    DAJ6ejERMA8GA1UEAx4IAUEA8wBkAXoxFTATBgNVBAMMDEJlZm9yZQ1BZnRlcjEPMA0GA1UEAwMGAEFNUEVSMQswCQYDVQQtAwIApTBZMBMGByqG
    SM49AgEGCCqGSM49AwEHA0IABC5APnU35M5Y8yE1/kMd/iIO0LDc13B1rknoZV+Y3WnlwjTYv+FSpRlpUe6GX/oNeIX8s1/12Oi8FSFqhznOJaIw
    CgYIKoZIzj0EAwIDSAAwRQIgHbm+Vbkw7J8yCHWRd/xjXb53cT48ssUCwtpOfuGf3A4CIQCmzKP/Q/wBILxog/qgohhQ6MZ5spe6228fbSHRUckH
    fw==
    """

  @Test("RFC 4514 section 2: short names of section 3, else a dotted type with the DER in hexadecimal; escapes")
  func subject() throws {
    let der = try #require(Data(base64Encoded: Self.certificate, options: .ignoreUnknownCharacters))
    let subject = try Certificate(chain: [Array(der)]).subject
    // The JDK's X500Principal of such a text equals the certificate's, where it reads that right (not BMPString).
    let expected =
      "2.5.4.45=#030200A5,CN=#030600414D504552,CN=Before\\0DAfter,CN=Łódź,1.2.3.4=#0C027A7A,"
      + "1.2.840.113549.1.9.1=#16066140622E6174,2.5.4.44=#0C03494949,2.5.4.65=#0C022378,2.5.4.97=#0C0856415441542D5531,"
      + "2.5.4.12=#0C0344722E,2.5.4.46=#130171,2.5.4.43=#0C044A2E4F2E,2.5.4.4=#0C094F274578616D706C65,"
      + "2.5.4.42=#0C074AC3BC7267656E,2.5.4.5=#1309504E4F41542D313233,UID=u1+OU=Sales,ST=\\#hash,L=trail\\ ,"
      + #"STREET=\ lead,O=Müller\, \"Söhne\" \+ Co. \<x\>\;y=z\\,DC=example,C=AT"#
    #expect(subject == expected)
    #expect(DistinguishedName.isValid(subject))
  }
}
