internal import Foundation
internal import GRDB
internal import Issuance
internal import SoleControl
internal import Vocabulary

extension InvitationReading where Self: SQLiteReader {
  func invitation(_ link: [UInt8]) throws -> Invitation? {
    try one(tables.lifecycle.invitation, "link = ?", [Self.data(link)]).map(Self.invitation)
  }

  func dueInvitations(instance: String, by time: UnixTime, perPartner: Int, limit: Int) throws -> [Invitation] {
    try dueRows(
      tables.lifecycle.invitation, instance: instance, by: time, perPartner: perPartner, limit: limit,
      where: "is_done = 0"
    ).map(Self.invitation)
  }

  func expiredInvitations(by time: UnixTime, limit: Int) throws -> [Invitation] {
    try fitting(
      tables.lifecycle.invitation, "expires <= ? ORDER BY expires, id", [time], limit: limit
    ).map(Self.invitation)
  }

  private static func invitation(_ row: StoredRow) throws -> Invitation {
    Invitation(
      id: row["id"], link: bytes(row["link"]), instance: row["instance"], partner: PartnerID(row["partner"]),
      credential: CredentialID(row["credential"]), issuer: row["issuer"], serialNumber: row["serial"],
      certificateExpires: row["certificate_expires"],
      recipient: MessageRecipient(name: row["recipient"], language: row["language"]), expires: row["expires"],
      state: (row["is_done"] as Bool) ? .done : .waiting, attempts: row["attempts"], due: row["due"])
  }
}

extension InvitationWriting where Self: SQLiteWriter {
  func add(_ invitation: Invitation) throws {
    try insert(
      tables.lifecycle.invitation,
      [
        Self.data(invitation.link), invitation.id, invitation.instance, invitation.partner.rawValue,
        invitation.credential.rawValue, invitation.issuer, invitation.serialNumber, invitation.certificateExpires,
        invitation.recipient.name, invitation.recipient.language, invitation.expires, invitation.state == .done,
        invitation.attempts, invitation.due,
      ])
  }

  func put(_ invitation: Invitation) throws {
    guard let row = try one(tables.lifecycle.invitation, "link = ?", [Self.data(invitation.link)]) else {
      throw StoreError.corrupt
    }
    try change(
      tables.lifecycle.invitation, row,
      ["is_done": invitation.state == .done, "attempts": invitation.attempts, "due": invitation.due])
  }

  func removeInvitation(_ link: [UInt8]) throws -> Bool {
    try remove(tables.lifecycle.invitation, "link = ?", [Self.data(link)]) == 1
  }
}
