import Foundation
import SelfSignedTLS
import TestSupport

extension TestService {
  struct CommandFailed: Error { let output: String }

  /// Runs `openssl` in a folder that holds `certificate` and `key`.
  func openssl(_ arguments: [String], input: [UInt8] = [], files: [String: [UInt8]] = [:]) async throws -> [UInt8] {
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    var all = files
    all["certificate"] = Array(pem.certificate.utf8)
    all["key"] = Array(pem.privateKey.utf8)
    for (name, octets) in all { try Data(octets).write(to: folder.appendingPathComponent(name)) }
    let result = try await run("/usr/bin/openssl", arguments, in: folder, input: input, withErrors: false)
    guard result.status == 0 else { throw CommandFailed(output: "openssl \(arguments.joined(separator: " "))") }
    return result.octets
  }

  /// A TimeStampToken by `openssl ts`, whose certificate is made for it.
  func timestampToken(digest: [UInt8], hash: String, nonce: String?) async throws -> [UInt8] {
    let settings = """
      [tsa]
      default_tsa = this
      [this]
      dir = .
      serial = serial
      signer_cert = tsa
      certs = tsa
      signer_key = tsakey
      signer_digest = sha256
      default_policy = 1.2.3.4
      digests = sha256, sha512
      [extensions]
      extendedKeyUsage = critical,timeStamping
      [req]
      distinguished_name = name
      [name]
      """
    let files = ["settings": Array(settings.utf8), "serial": Array("01".utf8)]
    let query = Self.query(digest: digest, hash: hash, nonce: nonce)
    let script = """
      openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tsakey -out tsa -days 2 \
        -subj /CN=TSA -config settings -extensions extensions 2>/dev/null
      openssl ts -reply -config settings -queryfile query -token_out -out token 2>/dev/null && cat token
      """
    return try await shell(script, files: files.merging(["query": query]) { $1 })
  }

  private func shell(_ script: String, files: [String: [UInt8]]) async throws -> [UInt8] {
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, octets) in files { try Data(octets).write(to: folder.appendingPathComponent(name)) }
    let result = try await run("/bin/sh", ["-c", script], in: folder, withErrors: false)
    guard result.status == 0, !result.octets.isEmpty else { throw CommandFailed(output: "openssl ts") }
    return result.octets
  }

  /// `TimeStampReq` (RFC 3161 §2.4.1), certificates wanted; `openssl ts -query` takes no nonce of ours.
  private static func query(digest: [UInt8], hash: String, nonce: String?) -> [UInt8] {
    func tagged(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
      content.count < 128 ? [tag, UInt8(content.count)] + content : [tag, 0x81, UInt8(content.count)] + content
    }
    let oid: [UInt8] = [0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, hash == "sha256" ? 1 : 3]
    var request: [UInt8] = [0x02, 0x01, 0x01] + tagged(0x30, tagged(0x30, oid + [0x05, 0x00]) + tagged(0x04, digest))
    if let nonce {
      let even = nonce.count % 2 == 0 ? nonce : "0" + nonce
      var octets = stride(from: 0, to: even.count, by: 2).compactMap { UInt8(even.dropFirst($0).prefix(2), radix: 16) }
      while octets.count > 1, octets[0] == 0 { octets.removeFirst() }
      if octets[0] & 0x80 != 0 { octets.insert(0, at: 0) }
      request += tagged(0x02, octets)
    }
    return tagged(0x30, request + [0x01, 0x01, 0xff])
  }
}
