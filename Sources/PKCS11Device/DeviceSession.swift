internal import CCryptoki

/// One session on the token, used by the one thread that owns it.
final class DeviceSession {
  let module: CryptokiModule
  let handle: CK_SESSION_HANDLE
  private var isClosed = false

  /// Opens a read/write session: making keys needs one. Login belongs to the application, not to the session,
  /// so it happens once, elsewhere, and there is no logout when a session closes.
  init(module: CryptokiModule, slot: CK_SLOT_ID) throws(CryptokiError) {
    var handle: CK_SESSION_HANDLE = 0
    try module.call("C_OpenSession") {
      $0.C_OpenSession?(slot, CK_FLAGS(CKF_SERIAL_SESSION | CKF_RW_SESSION), nil, nil, &handle)
    }
    self.module = module
    self.handle = handle
  }

  /// Once only: the module may give the number of a closed session to another.
  func close() {
    guard !isClosed else { return }
    isClosed = true
    try? module.call("C_CloseSession") { $0.C_CloseSession?(handle) }
  }

  func logIn(pin: [UInt8]) throws(CryptokiError) {
    var pin = pin
    do {
      try module.call("C_Login") { $0.C_Login?(handle, CK_USER_TYPE(CKU_USER), &pin, CK_ULONG(pin.count)) }
    } catch {
      // Another session of the application may have done it.
      guard error.code == UInt(CKR_USER_ALREADY_LOGGED_IN) else { throw error }
    }
  }

  /// Asks the module whether the user, and no other, is logged in: the answer "already logged in" does not say who.
  func requireLogIn() throws {
    var info = CK_SESSION_INFO()
    try module.call("C_GetSessionInfo") { $0.C_GetSessionInfo?(handle, &info) }
    guard info.state == CK_STATE(CKS_RW_USER_FUNCTIONS) else {
      throw TokenError("the token is not open for its user after the log-in (state \(info.state))")
    }
  }

  func random(count: Int) throws(CryptokiError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    try module.call("C_GenerateRandom") { $0.C_GenerateRandom?(handle, &bytes, CK_ULONG(count)) }
    return bytes
  }

  func sign(_ mechanism: Mechanism, key: CK_OBJECT_HANDLE, _ data: [UInt8]) throws(CryptokiError) -> [UInt8] {
    try mechanism.withCryptoki { (mechanism) throws(CryptokiError) in
      try module.call("C_SignInit") { $0.C_SignInit?(handle, mechanism, key) }
    }
    var data = data
    // 512 octets hold any signature of the keys that this service makes (RSA 4096).
    var signature = [UInt8](repeating: 0, count: 512)
    var length = CK_ULONG(signature.count)
    try module.call("C_Sign") { $0.C_Sign?(handle, &data, CK_ULONG(data.count), &signature, &length) }
    return Array(signature.prefix(Int(length)))
  }

  func find(_ template: Template) throws(CryptokiError) -> [CK_OBJECT_HANDLE] {
    try finish { () throws(CryptokiError) in
      try rethrowing {
        try withTemplate(template) { attributes, count in
          try module.call("C_FindObjectsInit") { $0.C_FindObjectsInit?(handle, attributes, count) }
        }
      }
      var found = [CK_OBJECT_HANDLE](repeating: 0, count: 16)
      var count: CK_ULONG = 0
      try module.call("C_FindObjects") { $0.C_FindObjects?(handle, &found, 16, &count) }
      return Array(found.prefix(Int(count)))
    }
  }

  private func finish<Result>(_ search: () throws(CryptokiError) -> Result) throws(CryptokiError) -> Result {
    let result = try search()
    try module.call("C_FindObjectsFinal") { $0.C_FindObjectsFinal?(handle) }
    return result
  }

  func attribute(_ type: UInt, of object: CK_OBJECT_HANDLE) throws(CryptokiError) -> [UInt8] {
    var attribute = CK_ATTRIBUTE(type: CK_ATTRIBUTE_TYPE(type), pValue: nil, ulValueLen: 0)
    try module.call("C_GetAttributeValue") { $0.C_GetAttributeValue?(self.handle, object, &attribute, 1) }
    let value = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(attribute.ulValueLen), alignment: 1)
    defer { value.deallocate() }
    attribute.pValue = value.baseAddress
    try module.call("C_GetAttributeValue") { $0.C_GetAttributeValue?(self.handle, object, &attribute, 1) }
    return Array(value)
  }

  func generateKey(_ mechanism: UInt, _ template: Template) throws(CryptokiError) -> CK_OBJECT_HANDLE {
    var mechanism = CK_MECHANISM(mechanism: CK_MECHANISM_TYPE(mechanism), pParameter: nil, ulParameterLen: 0)
    var key: CK_OBJECT_HANDLE = 0
    try rethrowing {
      try withTemplate(template) { attributes, count in
        try module.call("C_GenerateKey") { $0.C_GenerateKey?(handle, &mechanism, attributes, count, &key) }
      }
    }
    return key
  }

  func generateKeyPair(
    _ mechanism: UInt, publicKey: Template, privateKey: Template
  ) throws(CryptokiError) -> (publicKey: CK_OBJECT_HANDLE, privateKey: CK_OBJECT_HANDLE) {
    var mechanism = CK_MECHANISM(mechanism: CK_MECHANISM_TYPE(mechanism), pParameter: nil, ulParameterLen: 0)
    var pair: (publicKey: CK_OBJECT_HANDLE, privateKey: CK_OBJECT_HANDLE) = (0, 0)
    try rethrowing {
      try withTemplate(publicKey) { publicAttributes, publicCount in
        try withTemplate(privateKey) { privateAttributes, privateCount in
          try module.call("C_GenerateKeyPair") {
            $0.C_GenerateKeyPair?(
              handle, &mechanism, publicAttributes, publicCount, privateAttributes, privateCount, &pair.publicKey,
              &pair.privateKey)
          }
        }
      }
    }
    return pair
  }

  func create(_ template: Template) throws(CryptokiError) -> CK_OBJECT_HANDLE {
    var object: CK_OBJECT_HANDLE = 0
    try rethrowing {
      try withTemplate(template) { attributes, count in
        try module.call("C_CreateObject") { $0.C_CreateObject?(handle, attributes, count, &object) }
      }
    }
    return object
  }

  func copy(_ object: CK_OBJECT_HANDLE, _ template: Template) throws(CryptokiError) -> CK_OBJECT_HANDLE {
    var copy: CK_OBJECT_HANDLE = 0
    try rethrowing {
      try withTemplate(template) { attributes, count in
        try module.call("C_CopyObject") { $0.C_CopyObject?(handle, object, attributes, count, &copy) }
      }
    }
    return copy
  }

  func destroy(_ object: CK_OBJECT_HANDLE) throws(CryptokiError) {
    try module.call("C_DestroyObject") { $0.C_DestroyObject?(handle, object) }
  }

  func wrap(_ key: CK_OBJECT_HANDLE, under wrappingKey: CK_OBJECT_HANDLE) throws(CryptokiError) -> [UInt8] {
    var mechanism = CK_MECHANISM(mechanism: CK_MECHANISM_TYPE(CKM_AES_KEY_WRAP_PAD), pParameter: nil, ulParameterLen: 0)
    var length: CK_ULONG = 0
    try module.call("C_WrapKey") { $0.C_WrapKey?(handle, &mechanism, wrappingKey, key, nil, &length) }
    var wrapped = [UInt8](repeating: 0, count: Int(length))
    try module.call("C_WrapKey") { $0.C_WrapKey?(handle, &mechanism, wrappingKey, key, &wrapped, &length) }
    return Array(wrapped.prefix(Int(length)))
  }

  func unwrap(
    _ wrapped: [UInt8], under wrappingKey: CK_OBJECT_HANDLE, _ template: Template
  ) throws(CryptokiError) -> CK_OBJECT_HANDLE {
    var mechanism = CK_MECHANISM(mechanism: CK_MECHANISM_TYPE(CKM_AES_KEY_WRAP_PAD), pParameter: nil, ulParameterLen: 0)
    var wrapped = wrapped
    var key: CK_OBJECT_HANDLE = 0
    try rethrowing {
      try withTemplate(template) { attributes, count in
        try module.call("C_UnwrapKey") {
          $0.C_UnwrapKey?(
            handle, &mechanism, wrappingKey, &wrapped, CK_ULONG(wrapped.count), attributes, count, &key)
        }
      }
    }
    return key
  }
}

/// `rethrows` functions forget the type of the error; only `CryptokiError` is thrown inside.
private func rethrowing(_ body: () throws -> Void) throws(CryptokiError) {
  do { try body() } catch let error as CryptokiError { throw error } catch {
    preconditionFailure("only Cryptoki calls are made here")
  }
}
