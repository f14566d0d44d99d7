internal import CCryptoki
internal import SoleControl
internal import Vocabulary

/// The service's own keys: token objects with fixed labels, made by `countersign init`.
struct TokenKeys {
  static let wrappingLabel = "countersign-wrap"
  static func label(_ key: MACKey) -> String { "countersign-mac-\(key.rawValue)" }

  let wrapping: CK_OBJECT_HANDLE
  let mac: [MACKey: CK_OBJECT_HANDLE]

  /// Finds every key; exactly one object must have each label.
  init(_ session: DeviceSession) throws {
    wrapping = try Self.workingCopy(session, Self.wrappingLabel, .wrapping)
    var mac: [MACKey: CK_OBJECT_HANDLE] = [:]
    for key in MACKey.allCases { mac[key] = try Self.workingCopy(session, Self.label(key), .mac) }
    self.mac = mac
  }

  /// Makes the keys that are missing. None of them can ever leave the device.
  static func makeMissing(_ session: DeviceSession) throws {
    let common: Template = [
      (UInt(CKA_TOKEN), .flag(true)), (UInt(CKA_PRIVATE), .flag(true)), (UInt(CKA_SENSITIVE), .flag(true)),
      (UInt(CKA_EXTRACTABLE), .flag(false)), (UInt(CKA_VALUE_LEN), .number(32)),
    ]
    if try matches(session, wrappingLabel).isEmpty {
      _ = try session.generateKey(
        UInt(CKM_AES_KEY_GEN),
        common + [
          (UInt(CKA_LABEL), .bytes(Array(wrappingLabel.utf8))), (UInt(CKA_WRAP), .flag(true)),
          (UInt(CKA_UNWRAP), .flag(true)), (UInt(CKA_ENCRYPT), .flag(false)), (UInt(CKA_DECRYPT), .flag(false)),
        ])
    }
    for key in MACKey.allCases where try matches(session, label(key)).isEmpty {
      _ = try session.generateKey(
        UInt(CKM_GENERIC_SECRET_KEY_GEN),
        common + [
          (UInt(CKA_LABEL), .bytes(Array(label(key).utf8))), (UInt(CKA_SIGN), .flag(true)),
          (UInt(CKA_VERIFY), .flag(true)),
        ])
    }
  }

  /// Makes a P-256 key pair for a certificate authority, unless there is one of this label.
  static func makeAuthorityKey(_ session: DeviceSession, label: String) throws {
    let name: Template = [
      (UInt(CKA_LABEL), .bytes(Array(label.utf8))), (UInt(CKA_ID), .bytes(Array(label.utf8))),
      (UInt(CKA_TOKEN), .flag(true)),
    ]
    guard try session.find(name + [(UInt(CKA_CLASS), .number(UInt(CKO_PRIVATE_KEY)))]).isEmpty else { return }
    _ = try session.generateKeyPair(
      UInt(CKM_EC_KEY_PAIR_GEN),
      publicKey: name + [
        (UInt(CKA_VERIFY), .flag(true)), (UInt(CKA_EC_PARAMS), .bytes(try Encodings.ecParameters(.p256))),
      ],
      privateKey: name + [
        (UInt(CKA_PRIVATE), .flag(true)), (UInt(CKA_SENSITIVE), .flag(true)), (UInt(CKA_EXTRACTABLE), .flag(false)),
        (UInt(CKA_SIGN), .flag(true)),
      ])
  }

  private static func matches(_ session: DeviceSession, _ label: String) throws(CryptokiError) -> [CK_OBJECT_HANDLE] {
    try session.find([
      (UInt(CKA_CLASS), .number(UInt(CKO_SECRET_KEY))), (UInt(CKA_TOKEN), .flag(true)),
      (UInt(CKA_LABEL), .bytes(Array(label.utf8))),
    ])
  }

  private static func find(_ session: DeviceSession, _ label: String) throws -> CK_OBJECT_HANDLE {
    let found = try matches(session, label)
    guard let key = found.first, found.count == 1 else {
      throw TokenError(
        found.isEmpty
          ? "the token has no key \"\(label)\"; 'countersign init' makes it"
          : "the token has \(found.count) keys \"\(label)\"; keep the right one")
    }
    return key
  }

  /// SoftHSM reads a token object's file again for every use. A session object of the same key, as little
  /// extractable as the original, avoids that; a device that does not copy keeps the original.
  private static func workingCopy(
    _ session: DeviceSession, _ label: String, _ promises: KeyPromises
  ) throws -> CK_OBJECT_HANDLE {
    let key = try find(session, label)
    try check(key, label, promises, session)
    guard let copy = try? session.copy(key, [(UInt(CKA_TOKEN), .flag(false))]) else { return key }
    try check(copy, label, promises, session)
    return copy
  }

  /// Reads back what the keys of authorities are promised to be, which OpenSSL does not ask for.
  static func checkAuthorityKeys(_ labels: [String], _ session: DeviceSession) throws {
    for label in labels {
      let keys = try session.find([
        (UInt(CKA_CLASS), .number(UInt(CKO_PRIVATE_KEY))), (UInt(CKA_LABEL), .bytes(Array(label.utf8))),
      ])
      for key in keys { try check(key, label, .authority, session) }
    }
  }

  private static func check(
    _ key: CK_OBJECT_HANDLE, _ label: String, _ promises: KeyPromises, _ session: DeviceSession
  ) throws {
    do { try promises.check(key, in: session) } catch let error as BrokenKeyPromise {
      throw TokenError("the token's key \"\(label)\" cannot be used: \(error)")
    }
  }
}
