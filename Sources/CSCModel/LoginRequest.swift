internal import Octets
public import WireJSON

/// `auth/login` (CSC v1 §11.2, v2 §11.2).
public struct LoginRequest: Sendable {
  public enum Proof: Sendable, Equatable {
    case password(username: String, password: String)
    case refreshToken(String)
  }

  public let proof: Proof
  public let rememberMe: Bool

  /// - Parameter authorization: the request's Authorization header. A refresh token replaces it.
  public init(_ fields: Fields, authorization: String?) throws {
    rememberMe = try fields.optionalBool("rememberMe") ?? false
    switch try fields.value(["refresh_token"]) {
    case .string(let token)? where !token.isEmpty: proof = .refreshToken(token)
    case nil: proof = try Self.password(authorization)
    default: throw CSCError.malformedRefreshToken
    }
  }

  private static func password(_ header: String?) throws -> Proof {
    guard let header, let bytes = BasicCredentials.octets(header) else { throw CSCError.malformedAuthentication }
    guard let (name, password) = BasicCredentials.halves(bytes) else { throw CSCError.malformedUsernamePassword }
    return .password(username: name, password: password)
  }
}

/// `auth/revoke` (CSC v1 §11.3, v2 §11.3).
public struct RevokeRequest: Sendable {
  public let token: String

  public init(_ fields: Fields) throws {
    token = try fields.string("token")
    switch try fields.value(["token_type_hint"]) {
    case nil, "access_token"?, "refresh_token"?: break
    default: throw CSCError.invalidTokenTypeHint
    }
  }
}
