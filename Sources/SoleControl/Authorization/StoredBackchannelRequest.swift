import Octets
public import Vocabulary
package import WireJSON

/// A request to an eID provider for an approval in its app (OpenID Connect CIBA Core §7), as the store keeps it.
public struct StoredBackchannelRequest: Sendable, Equatable {
  /// Id of the authorization that waits.
  public let pending: String
  /// SHA-256 of the provider's id of the request (`auth_req_id`).
  public let request: [UInt8]
  /// Canonical text of an `BackchannelBinding`, and the device's MAC over it.
  public let row: ProtectedRow
  /// The provider's id, encrypted under a key derived from the handle.
  public let sealed: [UInt8]
  public var schedule: PollSchedule

  public init(pending: String, request: [UInt8], row: ProtectedRow, sealed: [UInt8], schedule: PollSchedule) {
    self.pending = pending
    self.request = request
    self.row = row
    self.sealed = sealed
    self.schedule = schedule
  }
}

/// Times at which a provider may be asked for the result (CIBA Core §7.3 `interval`).
public struct PollSchedule: Sendable, Equatable {
  /// Seconds between two polls.
  public var interval: UnixTime
  /// Not before this. `atOnce` if the provider said that there is news.
  public var due: UnixTime
  /// End of the time in which a call that asks keeps the others from asking; in the past if none asks.
  public var lease: UnixTime

  public static let atOnce: UnixTime = 0

  public init(interval: UnixTime, due: UnixTime, lease: UnixTime = 0) {
    self.interval = interval
    self.due = due
    self.lease = lease
  }
}

/// Binds a request at a provider to an authorization. Protected by a MAC of the device: an editor of the store cannot
/// put the approval of one thing under another.
package struct BackchannelBinding: DeviceProtected, CanonicalObject, Equatable {
  package static var macKey: MACKey { .pending }

  let pending: String
  let issuer: String
  /// SHA-256 of the provider's id.
  let request: [UInt8]
  /// SHA-256 of the token with which the provider may say that there is news.
  let notification: [UInt8]
  let began: UnixTime

  package var object: JSONObject {
    JSONObject([
      ("kind", "app request"), ("pending", .string(pending)), ("issuer", .string(issuer)),
      ("request", .octets(request)), ("notification", .octets(notification)),
      ("began", .integer(began)),
    ])
  }
}

extension BackchannelBinding {
  package init?(object: JSONObject) {
    guard object["kind"] == "app request",
      let pending = object["pending"]?.string, let issuer = object["issuer"]?.string,
      let request = object.octets("request"),
      let notification = object.octets("notification"), let began = object["began"]?.integer
    else { return nil }
    self.init(pending: pending, issuer: issuer, request: request, notification: notification, began: began)
  }
}

extension AuthorizationService {
  /// The provider says that there is news of a request (CIBA Core §10.2): the next `authorizeCheck` asks it at once.
  ///
  /// - Returns: false if the token is not the one of that request; then nothing has changed. An unknown request is not
  ///   told apart from a wrong token.
  public func receivePing(request id: String, token: String) async throws -> Bool {
    let digest = OctetDigest.sha256(id)
    let presented = OctetDigest.sha256(token)
    let stored = try await read(reading: [.backchannelRequestNamed(digest)]) {
      try $0.backchannelRequest(digest)
    }
    // Before the device works: anybody may call this.
    guard let stored, let check = Unverified<BackchannelBinding>(stored.row, where: { $0.request == digest }),
      ConstantTime.isEqual(presented, check.value.notification)
    else { return false }
    guard check.isRight(try await context.macs([check.message])[0]) else { return false }
    let pending = check.value.pending
    try await write(reading: [.backchannelRequest(pending, .exclusive)]) { transaction in
      guard let current = try transaction.backchannelRequest(ofPending: pending), current.request == digest else {
        return
      }
      var schedule = current.schedule
      schedule.due = PollSchedule.atOnce
      try transaction.put(schedule, ofPending: current.pending)
    }
    return true
  }
}
