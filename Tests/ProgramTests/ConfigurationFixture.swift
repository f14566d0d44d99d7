import Foundation
import TestSupport
import Testing
import WireJSON

@testable import Assembly
@testable import countersign_sandbox

/// A configuration with which a real service may run, and what tests change in it.
struct ConfigurationFixture {
  private let folder: URL
  let base: JSONObject

  init() throws {
    folder = try temporaryFolder()
    base = try #require(
      JSONValue.object(
        JSONObject([
          ("service", "sign"), ("database", .string(folder.appendingPathComponent("x.sqlite").path)),
          (
            "tls",
            [
              "host": "0.0.0.0", "port": 8443, "certificate": .string(try Self.file(folder, "certificate", "x", 0o644)),
              "privateKey": .string(try Self.file(folder, "key", "x", 0o600)),
            ]
          ),
          (
            "device",
            [
              "module": .string(try Self.file(folder, "module.so", "x", 0o755)), "tokenLabel": "t",
              "pinFile": .string(try Self.file(folder, "pin", "1234\n", 0o400)),
            ]
          ),
          ("info", ["name": "n", "description": "d", "region": "AT", "publicURL": "https://sign.example"]),
          (
            "eidProviders",
            [
              [
                "issuer": "https://eid.example", "clientID": "c", "levels": ["a": "high"],
                "clientAuthentication": [
                  "method": "client_secret_basic",
                  "secretFile": .string(try Self.file(folder, "eid", "0123456789abcdef\n", 0o600)),
                ],
              ]
            ]
          ),
          (
            "partners",
            [
              [
                "id": "portal", "name": "Portal",
                "webhooks": [
                  "secretFile": .string(try Self.file(folder, "hook", "0123456789abcdef\n", 0o600)),
                  "messenger": "https://sms.example/send",
                ],
                "clients": [
                  [
                    "id": "app", "name": "App", "authentication": ["none"], "grants": ["authorization_code"],
                    "redirectURIs": ["https://app.example/cb"],
                  ]
                ],
              ]
            ]
          ),
        ])
      ).object)
  }

  @discardableResult
  private static func file(_ folder: URL, _ name: String, _ text: String, _ mode: Int) throws -> String {
    let path = folder.appendingPathComponent(name).path
    _ = FileManager.default.createFile(atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: mode])
    return path
  }

  func file(_ name: String, _ text: String, _ mode: Int) throws -> String {
    try Self.file(folder, name, text, mode)
  }

  /// Nil if it is valid, else why not; and what is weak.
  func load(
    _ rules: ConfigRules = .realService, _ change: (inout JSONObject) throws -> Void
  ) throws -> (error: String?, weak: [String]) {
    var config = base
    try change(&config)
    let path = try file("config.json", String(decoding: JSONValue.object(config).compact(), as: UTF8.self), 0o600)
    let notes = ConfigNotes()
    do {
      _ = try Config.load(path, rules: rules, notes: notes)
      return (nil, notes.warnings)
    } catch let error as ConfigError { return (error.description, notes.warnings) }
  }

  typealias Change = @Sendable (inout JSONObject) -> Void

  static func set(_ path: String, _ value: JSONValue) -> Change {
    { config in
      func changed(_ old: JSONValue?, _ rest: ArraySlice<Substring>) -> JSONValue {
        guard let name = rest.first else { return value }
        if name == "0" { return .array([changed(old?.array?.first, rest.dropFirst())]) }
        var object = old?.object ?? JSONObject()
        object[String(name)] = changed(object[String(name)], rest.dropFirst())
        return .object(object)
      }
      if let result = changed(.object(config), path.split(separator: "/")[...]).object { config = result }
    }
  }
}
