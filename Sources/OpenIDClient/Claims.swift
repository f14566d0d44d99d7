internal import SoleControl
internal import Vocabulary
internal import WireJSON

/// The rules for claims that hold in whatever answer of the provider they stand.
struct ClaimRules {
  let settings: ProviderSettings
  let now: UnixTime

  func level(_ claims: JSONObject) throws(EIDTokenError) -> (acr: String, level: AssuranceLevel) {
    guard let acr = claims[settings.levelClaim]?.string, let level = settings.levels[acr] else { throw .refused("acr") }
    return (acr, level)
  }

  /// `exp`, `iat` and `nbf` (RFC 7519 §4.1).
  ///
  /// - Parameter isRequired: of `exp` and `iat`; what is there must be right in any case.
  /// - Returns: whole seconds, the earlier ones.
  func times(
    _ claims: JSONObject, isRequired: Bool = true
  ) throws(EIDTokenError) -> (expires: UnixTime?, issued: UnixTime?) {
    let expires = try time("exp", claims, isRequired)?.floor
    if let expires, now >= expires + settings.clockSkew { throw .refused("exp") }
    let issued = try time("iat", claims, isRequired)
    if let issued, issued.ceiling > now + settings.clockSkew { throw .refused("iat") }
    if let notBefore = try time("nbf", claims, false), notBefore.ceiling > now + settings.clockSkew {
      throw .refused("nbf")
    }
    return (expires, issued?.floor)
  }

  private func time(_ name: String, _ claims: JSONObject, _ isRequired: Bool) throws(EIDTokenError) -> NumericDate? {
    guard let value = claims[name] else {
      if isRequired { throw .refused(name) }
      return nil
    }
    guard let time = NumericDate(value) else { throw .refused(name) }
    return time
  }

  /// Time of the person's authentication, and whether that is only the time of issue.
  func authenticationTime(
    _ claims: JSONObject, issued: UnixTime?
  ) throws(EIDTokenError) -> (time: UnixTime, isTimeOfIssue: Bool) {
    // glewlwyd and others say 0 where they do not know.
    let told = try time("auth_time", claims, false).flatMap { $0.ceiling == 0 ? nil : $0 }
    if let told {
      guard told.ceiling <= now + settings.clockSkew else { throw .refused("auth_time") }
      return (told.floor, false)
    }
    guard settings.authenticationTime == .issuedAt, let issued else { throw .refused("auth_time") }
    return (issued, true)
  }

  /// RFC 8176; what is not a list of words is left out, as it decides nothing.
  func methods(_ claims: JSONObject) -> [String] { claims["amr"]?.array?.compactMap(\.string) ?? [] }

  /// The claims that the configuration asks for, as text.
  func taken(_ claims: JSONObject) -> [EIDStatement.Claim] {
    settings.claims.compactMap { name in
      claims[name].map { value in
        EIDStatement.Claim(name: name, value: value.string ?? String(decoding: value.canonical(), as: UTF8.self))
      }
    }
  }
}
