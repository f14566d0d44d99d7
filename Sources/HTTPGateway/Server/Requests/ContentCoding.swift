internal import CSCModel
internal import HTTPTypes
internal import Hummingbird
internal import Octets

extension Request {
  /// Bodies are read as they are. A compressed one, which may become a thousand times longer, is refused before it is
  /// read.
  ///
  /// - Throws: `unsupportedCoding`.
  func checkCoding() throws {
    let codings = headers[values: .contentEncoding].flatMap { $0.parts(separatedBy: UInt8(ascii: ",")) }
      .map { $0.trimmed() }.filter { !$0.isEmpty }
    guard codings.allSatisfy({ $0.loweringASCII() == "identity" }) else {
      throw CSCError.unsupportedCoding
    }
  }
}
