import DocumentSigning
import Foundation
import OpenSSLPKI
import TestSupport
import Testing
import Vocabulary

/// A CA of the openssl program, which makes lists that ours does not make.
struct SmallAuthority {
  private let folder: URL

  init() async throws {
    folder = try temporaryFolder()
    try write(
      """
      [req]
      distinguished_name=name
      prompt=no
      [name]
      CN=Small CA
      [ca]
      basicConstraints=critical,CA:TRUE
      keyUsage=critical,keyCertSign,cRLSign
      subjectKeyIdentifier=hash
      [leaf]
      authorityKeyIdentifier=keyid
      """, to: "make.cnf")
    for name in ["ca", "other"] {
      try await openssl(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout \(name).key -out \(name).pem -days 2",
        "-config make.cnf -extensions ca")
    }
    try await openssl(
      "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout leaf.key -out leaf.csr -subj /CN=Signer",
      "-config make.cnf")
    try await openssl(
      "x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -set_serial 7 -days 1 -extfile make.cnf -extensions leaf",
      "-out leaf.pem")
    for name in ["ca", "leaf"] { try await openssl("x509 -in \(name).pem -outform DER -out \(name).der") }
  }

  private func certificate(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appendingPathComponent("\(name).der")))
  }

  /// Statement of a list with these extensions says of the certificate.
  ///
  /// - Parameters:
  ///   - extensions: a line of OpenSSL's configuration.
  ///   - key: the name of the CA's whose key signs.
  ///   - reason: for which the list names the certificate; nil if it does not.
  func status(extensions: String, key: String = "ca", revoking reason: String? = nil) async throws -> RevocationStatus {
    let name = UUID().uuidString
    let (point, line) = Self.section(extensions)
    try write(
      """
      [ca]
      default_ca=here
      [here]
      database=\(name).txt
      crlnumber=\(name).number
      default_md=sha256
      default_crl_days=1
      certificate=\(key).pem
      private_key=\(key).key
      [list]
      \(line)
      [point]
      \(point)
      """, to: "\(name).cnf")
    try write("", to: "\(name).txt")
    try write("05\n", to: "\(name).number")
    if let reason { try await openssl("ca -config \(name).cnf -revoke leaf.pem -crl_reason \(reason)") }
    try await openssl("ca -config \(name).cnf -gencrl -crlexts list -out \(name).crl")
    let path = folder.appendingPathComponent("\(name).crl").path
    return try await RevocationFiles(paths: [path]).status(
      of: certificate("leaf"), issuers: [certificate("leaf"), certificate("ca")],
      at: UnixTime(Date().timeIntervalSince1970))
  }

  /// The distribution point stands in a section of its own.
  private static func section(_ line: String) -> (point: String, line: String) {
    let start = "issuingDistributionPoint=critical,"
    guard line.hasPrefix(start) else { return ("", line) }
    let parts = line.dropFirst(start.count).split(separator: ":", maxSplits: 1)
    return (parts.joined(separator: "="), start + "@point")
  }

  private func write(_ text: String, to name: String) throws {
    try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
  }

  private func openssl(_ lines: String...) async throws {
    let result = try await run(
      "/usr/bin/openssl", lines.joined(separator: " ").split(separator: " ").map(String.init), in: folder)
    try #require(result.status == 0, "\(lines): \(result.output)")
  }
}

extension RevocationStatus {
  var isGood: Bool { if case .good = self { true } else { false } }
  var isRevoked: Bool { if case .revoked = self { true } else { false } }
}
