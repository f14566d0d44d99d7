internal import CCryptoki

/// Attributes that a key in the device is promised to have. They are part of the template that the key is made with,
/// and read back from the object itself: a module may ignore an attribute, or find a key that another tool made under
/// our label.
struct KeyPromises {
  typealias Flag = (type: UInt, name: String, value: Bool)

  /// Must be there, with this value.
  let flags: [Flag]
  /// Uses that the key must not have. A module that does not know the attribute for this type of key keeps the promise
  /// too.
  let lacking: [Flag]

  /// An unwrapped key of a customer: lives in the session, stays in the device, and only signs.
  static let live = KeyPromises(
    flags: [
      (CKA_TOKEN, "CKA_TOKEN", false), (CKA_PRIVATE, "CKA_PRIVATE", true), (CKA_SENSITIVE, "CKA_SENSITIVE", true),
      (CKA_EXTRACTABLE, "CKA_EXTRACTABLE", false), (CKA_SIGN, "CKA_SIGN", true),
    ],
    lacking: [
      (CKA_DECRYPT, "CKA_DECRYPT", false), (CKA_UNWRAP, "CKA_UNWRAP", false), (CKA_DERIVE, "CKA_DERIVE", false),
    ])

  /// A key of a customer between its making and its wrapping.
  static let made = KeyPromises(
    flags: [
      (CKA_TOKEN, "CKA_TOKEN", false), (CKA_PRIVATE, "CKA_PRIVATE", true), (CKA_SENSITIVE, "CKA_SENSITIVE", true),
      (CKA_EXTRACTABLE, "CKA_EXTRACTABLE", true),
    ], lacking: [])

  /// The key under which all others are wrapped. With CKA_DECRYPT it would give them away.
  static let wrapping = KeyPromises(
    flags: service + [(CKA_WRAP, "CKA_WRAP", true), (CKA_UNWRAP, "CKA_UNWRAP", true)],
    lacking: [(CKA_ENCRYPT, "CKA_ENCRYPT", false), (CKA_DECRYPT, "CKA_DECRYPT", false)])

  static let mac = KeyPromises(flags: service + [(CKA_SIGN, "CKA_SIGN", true)], lacking: [])

  /// A key of a certificate or time-stamping authority, which OpenSSL uses.
  static let authority = KeyPromises(
    flags: service + [(CKA_TOKEN, "CKA_TOKEN", true), (CKA_SIGN, "CKA_SIGN", true)], lacking: [])

  private static let service: [Flag] = [
    (CKA_PRIVATE, "CKA_PRIVATE", true), (CKA_SENSITIVE, "CKA_SENSITIVE", true),
    (CKA_EXTRACTABLE, "CKA_EXTRACTABLE", false),
  ]

  var template: Template { (flags + lacking).map { ($0.type, .flag($0.value)) } }

  /// Reads every promise back, in one call.
  ///
  /// - Throws: `BrokenKeyPromise`, which names the attribute.
  func check(_ key: CK_OBJECT_HANDLE, in session: DeviceSession) throws {
    let all = flags + lacking
    let found = try session.flags(all.map { $0.type }, of: key)
    for (index, (flag, value)) in zip(all, found).enumerated() {
      guard value == flag.value || value == nil && index >= flags.count else {
        throw BrokenKeyPromise(attribute: flag.name, found: value)
      }
    }
  }
}

/// The module did not do what it was told about a key.
struct BrokenKeyPromise: Error, CustomStringConvertible {
  let attribute: String
  let found: Bool?

  var description: String {
    "a key in the device is not what it must be: \(attribute) is \(found.map { "\($0)" } ?? "unknown")"
  }
}

extension DeviceSession {
  /// Attributes that are one octet, true or false; nil where the module does not know one.
  func flags(_ types: [UInt], of object: CK_OBJECT_HANDLE) throws(CryptokiError) -> [Bool?] {
    var octets = [CK_BBOOL](repeating: 0, count: types.count)
    var lengths: [CK_ULONG] = []
    do {
      try octets.withUnsafeMutableBufferPointer { octets throws(CryptokiError) in
        var attributes = types.enumerated().map { index, type in
          CK_ATTRIBUTE(type: CK_ATTRIBUTE_TYPE(type), pValue: octets.baseAddress?.advanced(by: index), ulValueLen: 1)
        }
        defer { lengths = attributes.map(\.ulValueLen) }
        try module.call("C_GetAttributeValue") {
          $0.C_GetAttributeValue?(handle, object, &attributes, CK_ULONG(attributes.count))
        }
      }
    } catch {
      // The others are filled in all the same (PKCS #11 v2.40, §5.7).
      guard error.code == UInt(CKR_ATTRIBUTE_TYPE_INVALID) else { throw error }
    }
    return zip(octets, lengths).map { octet, length in length == 1 ? octet != 0 : nil }
  }
}
