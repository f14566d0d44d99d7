import Foundation
import Hummingbird
import Synchronization
import WireJSON

/// credentials/create and credentials/delete.
extension Call {
  func carryOut(_ order: [String: String], _ token: String, _ method: String) throws -> Response {
    let isCreation = order["scope"] == "credential-creation"
    guard method == (isCreation ? "credentials/create" : "credentials/delete") else { throw insufficient }
    guard isCreation else {
      let id = try deleted()
      guard id == order["credentialID"] else { throw invalid("credentialID") }
      service.state.withLock { state in
        state.orders[token] = nil
        if !has(.deletesNothing) { state.made.remove(id) }
      }
      return Response(status: .noContent)
    }
    guard fields["credentialCreationRequest"]?.object?["certificatePolicy"]?.string == order["certificatePolicy"] else {
      throw invalid("certificatePolicy")
    }
    if !has(.makesTwice) { service.state.withLock { $0.orders[token] = nil } }
    return Response(json: ["credentialID": .string(make())], status: .created)
  }

  func withoutOrder(_ method: String) throws -> Response {
    if method == "credentials/create", has(.makesForAnyToken) {
      return Response(json: ["credentialID": .string(make())])
    }
    if method == "credentials/delete", has(.deletesForAnyToken) {
      let id = try deleted()
      service.state.withLock { _ = $0.made.remove(id) }
      return Response(status: .noContent)
    }
    throw insufficient
  }

  private func deleted() throws -> String {
    guard let id = fields["credentialDeletionRequest"]?.object?["credentialID"]?.string else {
      throw TestService.Refusal(text: "Missing (or invalid type) string parameter “credentialID”")
    }
    return id
  }

  private var insufficient: TestService.Refusal {
    .init(status: 403, code: "insufficient_scope", text: "Not with this token")
  }

  private func make() -> String {
    let id = UUID().uuidString
    service.state.withLock { _ = $0.made.insert(id) }
    return id
  }
}
