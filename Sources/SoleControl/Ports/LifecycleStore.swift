/// The part of the store that keeps who signers are, what they ordered, and which certificates are revoked; read and
/// written in the transactions of `SoleControlStore`.
public protocol OrderReading {
  /// Text and seal of the enrolled identity.
  func identity(of signer: SignerID) throws -> SealedRow?
  /// - Parameter digest: SHA-256 of the order's token.
  func order(_ digest: [UInt8]) throws -> StoredOrder?
  /// Those of an issuer whose certificates have not ended at `time`, in order of serial number.
  func revocations(issuer: String, at time: UnixTime) throws -> [Revocation]
}

public protocol OrderWriting: OrderReading {
  /// Adds the identity, or replaces the signer's.
  func put(_ identity: SealedRow, of signer: SignerID) throws
  /// `StoreError.corrupt` if there is one of this digest.
  func add(_ order: StoredOrder) throws
  /// `StoreError.corrupt` if there is none.
  func put(_ state: StoredOrder.State, ofOrder digest: [UInt8]) throws
  /// False if it was not there.
  func remove(order digest: [UInt8]) throws -> Bool
  /// Removes open orders that expired before `time`.
  func removeOrders(expiredBefore time: UnixTime) throws
  /// Takes the orders out of the store that this process had reserved, in order of digest.
  func takeReservedOrders(instance: String) throws -> [StoredOrder]
  /// Adds it; the first of a certificate counts. Removes those whose certificates ended before its time.
  func add(_ revocation: Revocation) throws
  /// Removes a credential with the state of its factors, its open challenges and one-time codes, and what waits for its
  /// owner. False if it was not there.
  func remove(_ credential: CredentialID) throws -> Bool
}
