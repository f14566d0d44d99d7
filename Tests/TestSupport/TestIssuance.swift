public import Foundation
public import Issuance
public import OpenSSLPKI
import SoleControl
import Vocabulary

/// Credentials from the test CA.
public enum TestIssuance {
  /// Of a credential for the authorization server, and of one for `credentials/authorize`.
  public static let policies = (oauth2code: "1.3.6.1.4.1.32473.8", explicit: "1.3.6.1.4.1.32473.9")

  /// Authentication contexts that the proof for the second one reaches.
  public static let levels = ["urn:test:substantial", "urn:test:high"]

  public static let profiles = [
    CredentialProfile(
      policy: policies.oauth2code, names: ["en": "Test certificate", "de": "Testzertifikat"], keyType: .ec(.p256),
      mode: .oauth2code, qualifier: "eu_eidas_aes", scal: .two, multisign: 2, days: 30),
    CredentialProfile(
      policy: policies.explicit, names: ["en": "Plain certificate"], keyType: .ec(.p256), mode: .explicit,
      qualifier: nil, scal: .one, multisign: 2, days: 30),
  ].map { profile in
    var profile = profile
    if profile.policy == policies.explicit { profile.acrValues = levels }
    return profile
  }

  /// - Parameter list: file for the CA's CRL.
  public static func issuer(list: URL) throws -> AuthorityIssuer {
    try AuthorityIssuer(
      TestDevice.shared.authority, list: .init(path: list.path, life: 3600),
      now: { UnixTime(Date().timeIntervalSince1970) })
  }

  public static func authority(_ issuer: any CertificateIssuer) -> IssuingAuthority {
    IssuingAuthority(issuer: issuer, keys: TestDevice.shared.device, profiles: profiles)
  }

  public static func make(list: URL) throws -> IssuingAuthority { authority(try issuer(list: list)) }
}
