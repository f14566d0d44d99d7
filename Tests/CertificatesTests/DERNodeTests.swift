import Certificates
import Testing

@Suite("Distinguished encoding as it is read", .timeLimit(.minutes(1)))
struct DERNodeTests {
  private func fault(_ octets: [UInt8]) -> DERFault? {
    do {
      _ = try DERNode(reading: octets)
      return nil
    } catch { return error }
  }

  @Test("one element, and nothing before its end or after it")
  func whole() throws {
    #expect(fault([0x05, 0x00]) == nil)
    #expect(fault([0x05, 0x00, 0x00]) == .trailing)
    for octets: [UInt8] in [
      [], [0x04], [0x04, 0x01], [0x30, 0x02, 0x04, 0x01], [0x04, 0x82, 0x01], [0x30, 0x01, 0x05],
    ] {
      #expect(fault(octets) == .truncated, "\(octets)")
    }
    #expect(fault([0x30, 0x80, 0x00, 0x00]) == .length)
    #expect(fault([0x04, 0x85, 0, 0, 0, 0, 1, 0]) == .length)
    #expect(fault([0x04, 0x84, 0xFF, 0xFF, 0xFF, 0xFF]) == .truncated)
    #expect(fault([0x1F, 0x81, 0x01, 0x00]) == .longTag)
  }

  @Test("elements within elements end at a depth, all of them at a number, and octets at a size")
  func bounds() {
    func nested(_ depth: Int) -> [UInt8] {
      (1..<depth).reduce([0x05, 0x00]) { octets, _ in DERWriter.sequence(octets) }
    }
    #expect(fault(nested(16)) == nil)
    #expect(fault(nested(17)) == .tooDeep)
    #expect(fault(DERWriter.sequence(Array(repeating: DERWriter.null, count: 4095))) == nil)
    #expect(fault(DERWriter.sequence(Array(repeating: DERWriter.null, count: 4096))) == .tooMany)
    #expect(fault(DERWriter.octetString([UInt8](repeating: 0, count: 65532))) == nil)
    #expect(fault(DERWriter.octetString([UInt8](repeating: 0, count: 65533))) == .tooLarge)
  }

  @Test("other encodings are read, and known as such")
  func canonical() throws {
    let distinguished: [[UInt8]] = [
      [0x05, 0x00], [0x01, 0x01, 0xFF], [0x01, 0x01, 0x00], [0x02, 0x01, 0x00], [0x02, 0x02, 0x00, 0x80],
      [0x02, 0x01, 0x80], [0x31, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x02],
      DERWriter.octetString(Array(repeating: 1, count: 300)),
    ]
    for octets in distinguished { #expect(try DERNode(reading: octets).isCanonical, "\(octets)") }
    let other: [[UInt8]] = [
      [0x05, 0x81, 0x00], [0x04, 0x82, 0x00, 0x01, 0x07], [0x01, 0x01, 0x01], [0x02, 0x02, 0x00, 0x7F],
      [0x02, 0x02, 0xFF, 0x80], [0x31, 0x06, 0x02, 0x01, 0x02, 0x02, 0x01, 0x01], [0x30, 0x81, 0x02, 0x05, 0x00],
      [0x30, 0x03, 0x05, 0x81, 0x00],
    ]
    for octets in other { #expect(try !DERNode(reading: octets).isCanonical, "\(octets)") }
  }
}
