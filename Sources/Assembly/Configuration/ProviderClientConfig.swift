import OpenIDClient
import Foundation
import JOSE
import OutboundHTTP

extension ProviderAuthentication {
  /// `clientAuthentication` of a provider (`Config.EIDProviderConfig`).
  init(of provider: ConfigReader) throws {
    let secretFile = try provider.optionalSecretFile("clientSecretFile")
    guard let reader = try provider.optional("clientAuthentication") else {
      self = try secretFile.map { .secretBasic(try ConfigReader.firstLine(of: $0)) } ?? .none
      return
    }
    guard secretFile == nil else {
      throw provider.error("clientSecretFile", "cannot be combined with clientAuthentication")
    }
    switch try reader.string("method") {
    case "none": self = .none
    case "client_secret_basic": self = .secretBasic(try ConfigReader.firstLine(of: try reader.secretFile("secretFile")))
    case "client_secret_post": self = .secretPost(try ConfigReader.firstLine(of: try reader.secretFile("secretFile")))
    case "private_key_jwt": self = try Self.signed(reader)
    case "tls_client_auth", "self_signed_tls_client_auth":
      self = .mutualTLS(
        HTTPClient.Identity(
          certificate: try reader.file("certificateFile"), privateKey: try reader.secretFile("keyFile")))
    default:
      throw reader.error(
        "method", "must be none, client_secret_basic, client_secret_post, private_key_jwt or tls_client_auth")
    }
    try reader.finish()
  }

  private static func signed(_ reader: ConfigReader) throws -> ProviderAuthentication {
    guard let algorithm = TokenAlgorithm(rawValue: try reader.string("algorithm", default: "ES256")) else {
      throw reader.error("algorithm", "is not one of \(TokenAlgorithm.allCases.map(\.rawValue))")
    }
    guard let audience = Audience(rawValue: try reader.string("audience", default: "endpoint")) else {
      throw reader.error("audience", "must be endpoint or issuer")
    }
    let file = try reader.secretFile("keyFile")
    let keyID = try reader.optionalString("keyID")
    do {
      let pem = try String(contentsOfFile: file, encoding: .utf8)
      return .privateKeyJWT(try AssertionKey(pem: pem, algorithm: algorithm, keyID: keyID), audience: audience)
    } catch {
      throw reader.error("keyFile", "holds no private key for \(algorithm.rawValue)")
    }
  }
}
