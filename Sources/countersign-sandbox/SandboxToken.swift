import Foundation
import PKCS11Device
import SoleControl

/// The sandbox's SoftHSM token, made once.
///
/// At every log-in SoftHSM empties the token's file and writes it again (2.6.1; Specs/decisions/0009). Killed in
/// between, it leaves an empty file, and the keys could never be used again. So a copy of the file is kept next to it.
/// A token that was not finished when the process was killed holds nothing yet, and is made again.
struct SandboxToken {
  private static let mark = "token-made"
  private static let file = "token.object"

  let folder: SandboxFolder

  /// SoftHSM finds its tokens through a file that the environment names.
  func prepare() throws {
    let tokens = folder.path("softhsm")
    if FileManager.default.fileExists(atPath: folder.path(Self.mark)) {
      try restoreEmptied()
    } else {
      folder.remove("softhsm")
    }
    try FileManager.default.createDirectory(atPath: tokens, withIntermediateDirectories: true)
    try folder.write(
      text: "directories.tokendir = \(tokens)\nobjectstore.backend = file\nlog.level = ERROR\n", to: "softhsm2.conf")
    setenv("SOFTHSM2_CONF", folder.path("softhsm2.conf"), 1)
  }

  /// Makes token and keys the first time, and later only keys that an earlier program did not know: a token that has
  /// gone must not be replaced by an empty one.
  func provision(_ settings: Device.Settings, seed: SandboxSeed) throws {
    let keys = (MACKey.allCases.map(\.rawValue) + SandboxAuthority.keyLabels).joined(separator: " ") + "\n"
    let made = FileManager.default.contents(atPath: folder.path(Self.mark)).map { String(decoding: $0, as: UTF8.self) }
    guard made != keys else { return }
    if made == nil {
      try Device.provision(settings, securityOfficerPIN: seed.officerPIN, authorityKeys: SandboxAuthority.keyLabels)
    } else {
      try Device.makeMissingKeys(settings, authorityKeys: SandboxAuthority.keyLabels)
    }
    for name in try tokenFolders() {
      let original = "\(name)/\(Self.file)"
      let whole = try Data(contentsOf: URL(fileURLWithPath: original))
      try whole.write(to: URL(fileURLWithPath: original + ".kept"), options: .atomic)
    }
    try folder.write(text: keys, to: Self.mark)
  }

  private func restoreEmptied() throws {
    for name in try tokenFolders() {
      let original = "\(name)/\(Self.file)"
      let kept = original + ".kept"
      let size = try FileManager.default.attributesOfItem(atPath: original)[.size] as? Int
      guard let whole = FileManager.default.contents(atPath: kept), size != whole.count else { continue }
      try whole.write(to: URL(fileURLWithPath: original))
    }
  }

  private func tokenFolders() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path("softhsm"))
      .map { folder.path("softhsm/\($0)") }
      .filter { FileManager.default.fileExists(atPath: "\($0)/\(Self.file)") }
  }
}
