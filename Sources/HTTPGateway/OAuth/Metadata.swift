internal import CSCModel
internal import Issuance
internal import OAuth
internal import Registry
internal import WireJSON

extension OAuthEndpoints {
  /// Authorization server metadata (RFC 8414 §2, RFC 9126 §5, RFC 9207 §3, RFC 9396 §10, RFC 8705 §3.3 and §5). The
  /// same document serves clients that look for OpenID metadata; no ID tokens are issued, so its key set is empty.
  var metadata: JSONValue {
    guard let mutualTLSURL, case .object(var metadata) = commonMetadata else { return commonMetadata }
    // Clients with certificates call these; all others, and browsers, are not asked for one.
    metadata["mtls_endpoint_aliases"] = [
      "token_endpoint": .string(mutualTLSURL + "/oauth2/token"),
      "revocation_endpoint": .string(mutualTLSURL + "/oauth2/revoke"),
      "pushed_authorization_request_endpoint": .string(mutualTLSURL + "/oauth2/pushed_authorize"),
    ]
    return .object(metadata)
  }

  private var commonMetadata: JSONValue {
    let base = oauth.rules.issuer
    let methods: JSONValue = .array(Client.AuthenticationMethod.allCases.map { .string($0.rawValue) })
    let algorithms: JSONValue = ["RS256", "PS256", "ES256", "ES384", "EdDSA"]
    return [
      "issuer": .string(base), "authorization_endpoint": .string(base + "/oauth2/authorize"),
      "token_endpoint": .string(base + "/oauth2/token"), "revocation_endpoint": .string(base + "/oauth2/revoke"),
      "pushed_authorization_request_endpoint": .string(base + "/oauth2/pushed_authorize"),
      "jwks_uri": .string(base + "/oauth2/jwks"),
      "response_types_supported": ["code"], "response_modes_supported": ["query"],
      "grant_types_supported": .array(Client.Grant.allCases.map { .string($0.rawValue) }),
      "scopes_supported": .array(offeredScopes.map { .string($0) }),
      "code_challenge_methods_supported": ["S256"],
      "token_endpoint_auth_methods_supported": methods,
      "token_endpoint_auth_signing_alg_values_supported": algorithms,
      "revocation_endpoint_auth_methods_supported": methods,
      "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
      "authorization_details_types_supported": .array(richTypes.map(JSONValue.string)),
      "authorization_response_iss_parameter_supported": true, "require_pushed_authorization_requests": false,
      "tls_client_certificate_bound_access_tokens": true, "ui_locales_supported": ["en", "de"],
      "prompt_values_supported": ["login"], "subject_types_supported": ["public"],
      "id_token_signing_alg_values_supported": ["ES256"],
    ]
  }

  /// Scopes that are on offer.
  private var offeredScopes: [String] {
    let offered = Scope.allCases.filter { scope in
      switch scope {
      case .credentialCreation: scopes.lifecycle.creation
      case .credentialDeletion: scopes.lifecycle.deletion
      default: true
      }
    }
    return offered.map(\.rawValue) + (offersPartnerAPI ? PartnerScope.allCases.map(\.rawValue) : [])
  }

  private var richTypes: [String] {
    ScopeReader.richTypes + (scopes.lifecycle.creation ? LifecycleRequest.creationTypes : [])
      + (scopes.lifecycle.deletion ? LifecycleRequest.deletionTypes : [])
  }
}
