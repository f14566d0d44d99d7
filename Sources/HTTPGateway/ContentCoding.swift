internal import CSCModel
internal import HTTPTypes
internal import Hummingbird

extension Gateway {
  /// Bodies are read as they are. A compressed one, which may become a thousand times longer, is refused before it is read.
  ///
  /// - Throws: `unsupportedCoding`.
  func checkCoding(_ request: Request) throws {
    let codings = request.headers[values: .contentEncoding].flatMap { $0.split(separator: ",") }
    guard codings.allSatisfy({ $0.filter { $0 != " " && $0 != "\t" }.lowercased() == "identity" }) else {
      throw CSCError.unsupportedCoding
    }
  }
}
