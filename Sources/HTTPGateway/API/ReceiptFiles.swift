public import AuditLog
internal import CSCModel
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
public import Registry
internal import Vocabulary
internal import WireJSON

/// Receipts of signatures: where answers say that they are, and the files themselves, for those who may have them.
public struct ReceiptFiles: Sendable {
  private static let folder = "/receipts/"
  /// Octets of an id of an operation, in hexadecimal.
  private static let nameLength = 32

  private let maker: ReceiptMaker
  private let indexer: ReceiptIndexer
  private let partners: any PartnerDirectory
  private let base: String

  /// - Parameter base: URL of the gateway, without a trailing slash.
  public init(_ maker: ReceiptMaker, _ indexer: ReceiptIndexer, partners: any PartnerDirectory, base: String) {
    self.maker = maker
    self.indexer = indexer
    self.partners = partners
    self.base = base
  }

  /// Adds to an answer with signatures where their receipt is, if the partner wants that. The signatures are made, so
  /// nothing here fails.
  func name(_ operation: String, for principal: Principal, in response: inout Response) async {
    guard await isWanted(by: principal) else { return }
    response.headers[.receipt] = base + Self.folder + operation
    indexer.want()
  }

  private func isWanted(by principal: Principal) async -> Bool {
    (try? await partners.partner(principal.partner))?.receipts == true
  }

  /// The file of a signature, or the same answer for one of somebody else as for none.
  func answer(_ name: String, as principal: Principal) async throws -> Response {
    let isName = name.utf8.count == Self.nameLength && name.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
    guard isName, await isWanted(by: principal) else { return Self.nothing }
    let answer = try await maker.receipt(operation: name) { intended in
      intended["partner"]?.string == principal.partner.rawValue
        && (principal.signer == nil || intended["signer"]?.string == principal.signer?.rawValue)
    }
    switch answer {
    case .unknown: return Self.nothing
    case .notYet:
      // As all else that is there in a moment.
      var response = Response(CSCError.temporarilyUnavailable)
      response.headers[.retryAfter] = "1"
      return response
    case .receipt(let octets):
      return Response(
        status: .ok,
        headers: [
          .contentType: "text/plain; charset=utf-8", .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
          .contentDisposition: "attachment; filename=\"\(name).tlog-proof\"",
        ], body: ResponseBody(byteBuffer: ByteBuffer(bytes: octets)))
    }
  }

  static var nothing: Response { Response(invalid: "There is no receipt at this address", status: .notFound) }
}

extension HTTPField.Name {
  static let receipt = HTTPField.Name("X-Receipt")!
}
