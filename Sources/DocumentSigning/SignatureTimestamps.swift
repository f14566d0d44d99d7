public import SoleControl
public import TimestampAuthority
import Vocabulary

/// The authority at the service of sole control.
extension TimestampService: SignatureTimestamping {
  public func timestamp(overSHA256 digest: [UInt8]) async throws(SignatureTimestampError) -> [UInt8] {
    guard let request = TimestampRequest(hash: .sha256, digest: digest) else { throw .failed("digest length") }
    do { return try await token(for: request) } catch TimestampError.busy { throw .busy } catch {
      throw .failed("\(error)")
    }
  }

  public func isTimestamp(_ token: [UInt8], overSHA256 digest: [UInt8]) async -> Bool {
    guard let request = TimestampRequest(hash: .sha256, digest: digest) else { return false }
    return await isGenuine(token, for: request)
  }
}
