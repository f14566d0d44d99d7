import Octets

/// What a partner is told when a job has ended, until it is delivered. It tells no more than that: the result is had by
/// polling, with a bearer.
public struct CompletionNotification: Sendable, Equatable {
  /// The same at every attempt, so that the receiver knows a repetition.
  public let id: String
  /// The gateway process that delivers it.
  public let instance: String
  public let partner: PartnerID
  /// CSC v2 `response_uri`.
  public let uri: String
  public let job: JobID
  /// False: the job has failed.
  public let isCompleted: Bool
  /// That were made and failed.
  public let attempts: Int
  /// When the next one is to be made.
  public let due: UnixMilliseconds

  public init(
    id: String, instance: String, partner: PartnerID, uri: String, job: JobID, isCompleted: Bool, attempts: Int,
    due: UnixMilliseconds
  ) {
    self.id = id
    self.instance = instance
    self.partner = partner
    self.uri = uri
    self.job = job
    self.isCompleted = isCompleted
    self.attempts = attempts
    self.due = due
  }
}

extension CompletionNotification {
  /// The notification of a job that ends now; nil if nobody wants one. A job ends once, so its id gives the
  /// notification's.
  init?(of job: SigningJob, instance: String, isCompleted: Bool, now: UnixMilliseconds) {
    guard let uri = job.responseURI else { return nil }
    let digest = OctetDigest.sha256("ended \(job.id)")
    self.init(
      id: Hex.encode(digest.prefix(16)), instance: instance, partner: job.partner, uri: uri, job: job.id,
      isCompleted: isCompleted, attempts: 0, due: now)
  }
}
