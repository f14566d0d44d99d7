internal import CCryptoki
internal import Foundation
internal import Synchronization

/// A loaded PKCS #11 module. A module can be initialised once per process, so it stays for the process's life.
///
/// `@unchecked`: the function list is written once, by the module; the module is told to lock for itself.
final class CryptokiModule: @unchecked Sendable {
  private let functions: UnsafeMutablePointer<CK_FUNCTION_LIST>

  /// - Parameter path: the module's shared library.
  init(path: String) throws {
    guard let library = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
      throw TokenError("cannot load the PKCS #11 module \(path); is it installed?")
    }
    guard let symbol = dlsym(library, "C_GetFunctionList") else {
      throw TokenError("\(path) is not a PKCS #11 module: it has no C_GetFunctionList")
    }
    typealias GetFunctionList =
      @convention(c) (UnsafeMutablePointer<UnsafeMutablePointer<CK_FUNCTION_LIST>?>) -> CK_RV
    var list: UnsafeMutablePointer<CK_FUNCTION_LIST>?
    guard unsafeBitCast(symbol, to: GetFunctionList.self)(&list) == CK_RV(CKR_OK), let list else {
      throw TokenError("the PKCS #11 module \(path) gives no function list")
    }
    functions = list
    var arguments = CK_C_INITIALIZE_ARGS()
    arguments.flags = CK_FLAGS(CKF_OS_LOCKING_OK)
    try Self.ours.withLock { ours throws(TokenError) in
      do throws(CryptokiError) {
        try call("C_Initialize") { $0.C_Initialize?(&arguments) }
        ours.insert(UInt(bitPattern: list))
      } catch {
        guard error.code == UInt(CKR_CRYPTOKI_ALREADY_INITIALIZED) else {
          throw TokenError(
            "the PKCS #11 module \(path) does not start (\(error)); check its own configuration (for SoftHSM, SOFTHSM2_CONF must name a file that this user can read)"
          )
        }
        // The module was told by its first user in the process whether several threads will call it, and it cannot be
        // asked.
        guard ours.contains(UInt(bitPattern: list)) else {
          throw TokenError(
            "another part of the process has initialised the PKCS #11 module \(path), perhaps without thread support"
          )
        }
      }
    }
  }

  /// The function lists of the modules that were initialised here, with locks.
  private static let ours = Mutex<Set<UInt>>([])

  /// Calls one Cryptoki function; a missing entry or any value but CKR_OK becomes an error that names it.
  func call(_ name: StaticString, _ body: (CK_FUNCTION_LIST) -> CK_RV?) throws(CryptokiError) {
    guard let value = body(functions.pointee) else {
      throw CryptokiError(code: UInt(CKR_FUNCTION_NOT_SUPPORTED), function: name)
    }
    guard value == CK_RV(CKR_OK) else { throw CryptokiError(code: UInt(value), function: name) }
  }

  /// The one slot whose token has this label.
  func slot(tokenLabel: String) throws -> CK_SLOT_ID {
    let matching = try slots().filter { try label(of: $0) == tokenLabel }
    guard let slot = matching.first, matching.count == 1 else {
      throw TokenError(
        matching.isEmpty
          ? "no token is labelled \"\(tokenLabel)\"; restore it if there was one, else 'countersign init' makes one (SoftHSM finds its tokens through SOFTHSM2_CONF)"
          : "\(matching.count) tokens are labelled \"\(tokenLabel)\"; give them different labels")
    }
    return slot
  }

  /// Refuses a token that shows private objects to everybody.
  func requirePIN(of slot: CK_SLOT_ID) throws {
    var info = CK_TOKEN_INFO()
    try call("C_GetTokenInfo") { $0.C_GetTokenInfo?(slot, &info) }
    guard info.flags & CK_FLAGS(CKF_LOGIN_REQUIRED) != 0 else {
      throw TokenError("the token needs no PIN, so any program that reaches it can use its keys; set a user PIN")
    }
  }

  private func slots() throws(CryptokiError) -> [CK_SLOT_ID] {
    var count: CK_ULONG = 0
    try call("C_GetSlotList") { $0.C_GetSlotList?(1, nil, &count) }
    var slots = [CK_SLOT_ID](repeating: 0, count: Int(count))
    try call("C_GetSlotList") { $0.C_GetSlotList?(1, &slots, &count) }
    return Array(slots.prefix(Int(count)))
  }

  private func label(of slot: CK_SLOT_ID) throws(CryptokiError) -> String {
    var info = CK_TOKEN_INFO()
    try call("C_GetTokenInfo") { $0.C_GetTokenInfo?(slot, &info) }
    guard info.flags & CK_FLAGS(CKF_TOKEN_INITIALIZED) != 0 else { return "" }
    let text = withUnsafeBytes(of: info.label) { String(decoding: $0, as: UTF8.self) }
    return text.trimmingCharacters(in: .whitespaces)
  }

  /// Between the look for a free token and its initialisation another thread must not take it: it would be initialised
  /// twice, or there would be none.
  private static let initialising = NSLock()

  /// Initialises the first token that has no label yet. For SoftHSM, which always offers one.
  func makeToken(label: String, securityOfficerPIN: String, pin: String) throws {
    Self.initialising.lock()
    defer { Self.initialising.unlock() }
    if try slots().contains(where: { try self.label(of: $0) == label }) { return }
    guard let slot = try slots().first(where: { try self.label(of: $0).isEmpty }) else {
      throw TokenError("the module has no free token to initialise; make one with the vendor's tool")
    }
    var officerPIN = Array(securityOfficerPIN.utf8)
    var paddedLabel = Array(label.utf8.prefix(32))
    paddedLabel += [UInt8](repeating: UInt8(ascii: " "), count: 32 - paddedLabel.count)
    try call("C_InitToken") { $0.C_InitToken?(slot, &officerPIN, CK_ULONG(officerPIN.count), &paddedLabel) }
    let session = try DeviceSession(module: self, slot: try self.slot(tokenLabel: label))
    defer { session.close() }
    var userPIN = Array(pin.utf8)
    try call("C_Login") {
      $0.C_Login?(session.handle, CK_USER_TYPE(CKU_SO), &officerPIN, CK_ULONG(officerPIN.count))
    }
    try call("C_InitPIN") { $0.C_InitPIN?(session.handle, &userPIN, CK_ULONG(userPIN.count)) }
    try call("C_Logout") { $0.C_Logout?(session.handle) }
  }
}

extension DeviceSession {
  /// Logs the security officer in and out.
  func confirmSecurityOfficer(pin: String) throws {
    do { try visitAsSecurityOfficer(pin: pin) } catch {
      guard error.code == UInt(CKR_PIN_INCORRECT) else { throw error }
      throw TokenError("the security officer's PIN is wrong; the first operators are put in only by who has it")
    }
  }

  private func visitAsSecurityOfficer(pin: String) throws(CryptokiError) {
    var octets = Array(pin.utf8)
    try module.call("C_Login") { $0.C_Login?(handle, CK_USER_TYPE(CKU_SO), &octets, CK_ULONG(octets.count)) }
    try module.call("C_Logout") { $0.C_Logout?(handle) }
  }
}
