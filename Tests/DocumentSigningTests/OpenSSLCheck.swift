import Foundation
import OpenSSLPKI
import TestSupport

/// Verifies with the `openssl` program.
func isGood(_ cms: [UInt8], over text: String, isAttached: Bool = false) async throws -> Bool {
  let folder = try temporaryFolder()
  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
  try Data(cms).write(to: URL(fileURLWithPath: path("cms")))
  try Data(text.utf8).write(to: URL(fileURLWithPath: path("document")))
  try TestDevice.shared.authority.rootPEM.write(toFile: path("root"), atomically: true, encoding: .utf8)
  let result = try await run(
    "/usr/bin/openssl",
    [
      "cms", "-verify", "-binary", "-inform", "DER", "-in", path("cms"), "-CAfile", path("root"), "-out", path("out"),
    ] + (isAttached ? [] : ["-content", path("document")]))
  return result.status == 0 && FileManager.default.contents(atPath: path("out")) == Data(text.utf8)
}
