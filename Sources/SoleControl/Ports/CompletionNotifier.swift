public import Vocabulary

/// Tells partners that jobs have ended (CSC v2 §11.13 `response_uri`).
public protocol CompletionNotifier: Sendable {
  /// Whether the partner may be told at this URI: the sender of a request must not choose any address for the gateway
  /// to call.
  ///
  /// - Throws: if that cannot be found out now.
  func accepts(_ uri: String, of partner: PartnerID) async throws -> Bool

  /// Makes one attempt. Returns when the receiver has confirmed.
  ///
  /// - Throws: also if the receiver may have got it all the same; so it can get a notification twice.
  func deliver(_ notification: CompletionNotification) async throws(DeliveryFailure)
}

public enum DeliveryFailure: Error, Equatable, Sendable {
  /// The partner may not be told there, or not any more.
  case notAccepted
  /// Another attempt can help. The reason is for the log.
  case failed(String)
}
