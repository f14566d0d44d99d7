internal import CSCModel
internal import Hummingbird
internal import OAuth
internal import SoleControl
internal import WireJSON

extension Gateway {
  /// `credentials/create`: the answer is that of `credentials/info` for the new credential.
  func createCredential(_ fields: Fields, _ version: APIVersion, as caller: Caller) async throws -> Response {
    guard case .order(let bearer) = caller, bearer.order.isCreation else { throw CSCError.insufficientScope }
    let request = try CredentialsCreateRequest(fields)
    let credential = try await signing.create(
      policy: request.certificatePolicy, claim: SubjectClaim(request.subject), by: bearer)
    return Response(json: .object(wire(credential).json(request.detail, version)))
  }

  /// `credentials/delete`
  func deleteCredential(_ fields: Fields, as caller: Caller) async throws -> Response {
    guard case .order(let bearer) = caller, !bearer.order.isCreation else { throw CSCError.insufficientScope }
    let request = try CredentialsDeleteRequest(fields)
    try await signing.delete(CredentialID(request.credentialID), by: bearer)
    return Response(status: .noContent)
  }

  /// A token that has the form of an order's.
  static func order(_ token: String) -> OrderToken? {
    guard token.utf8.count == OrderToken.textLength else { return nil }
    return Base64.decode(token).flatMap(OrderToken.init(octets:))
  }
}

extension SubjectClaim {
  init(_ data: SubjectData) {
    self.init(
      commonName: data.commonName, givenName: data.givenName, surname: data.surname, country: data.country)
  }
}
