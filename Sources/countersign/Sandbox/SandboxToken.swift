import Foundation
import PKCS11Device

/// The sandbox's SoftHSM token, made once.
///
/// At every log-in SoftHSM empties the token's file and writes it again (2.6.1; Specs/decisions/0009). Killed in between, it
/// leaves an empty file, and the keys could never be used again. So a copy of the file is kept beside it. A token that was
/// not finished when the process was killed holds nothing yet, and is made anew.
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

  /// Makes token and keys the first time only: a token that has gone must not be replaced by an empty one.
  func provision(_ settings: Device.Settings, seed: SandboxSeed) throws {
    guard !FileManager.default.fileExists(atPath: folder.path(Self.mark)) else { return }
    try Device.provision(settings, securityOfficerPIN: seed.officerPIN, authorityKeys: SandboxAuthority.keys)
    for name in try tokenFolders() {
      let original = "\(name)/\(Self.file)"
      try FileManager.default.copyItem(atPath: original, toPath: original + ".kept")
    }
    try folder.write(text: "", to: Self.mark)
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
