import Octets
import Synchronization
import Conformance
import Crypto
import DocumentSigning
import Foundation
import HTTPTypes
import Hummingbird
import OpenSSLPKI
import SoleControl
import Vocabulary
import WireJSON

@testable import Conformance

extension Call {
  private static let ecdsaWithSHA256 = "1.2.840.10045.4.3.2"

  func signHash() throws -> JSONValue {
    let credential = try credential()
    let sad = try warrant()
    let name = isV1 ? "hash" : "hashes"
    guard let values = try value(name)?.array else {
      throw TestService.Refusal(text: "Missing (or invalid type) array parameter \(name)")
    }
    guard !values.isEmpty else { throw TestService.Refusal(text: "Empty \(name) array") }
    let texts = values.compactMap(\.string)
    let digests = try texts.map { text in
      guard let data = Data(base64Encoded: text) else {
        throw TestService.Refusal(text: "Invalid Base64 hash string parameter")
      }
      guard data.count == 32 else { throw TestService.Refusal(text: "Invalid digest value length") }
      return Array(data)
    }
    guard try string("signAlgo") == Self.ecdsaWithSHA256 else { throw invalid("signAlgo") }
    if let data = try value("clientData"), data.string == nil { throw invalid("clientData") }
    let isLater = try operationMode()
    try spend(sad, credential, texts)
    var signatures = try digests.map { JSONValue.string(Data(try service.sign($0)).base64EncodedString()) }
    if has(.turnsOrderAround) { signatures.reverse() }
    return isLater ? later(["signatures": .array(signatures)]) : ["signatures": .array(signatures)]
  }

  /// From the body, or in v2 a credential token from the header.
  private func warrant() throws -> String {
    if !isV1, fields["SAD"] == nil, let bearer, service.state.withLock({ $0.warrants[bearer] }) != nil { return bearer }
    return try string("SAD")
  }

  private func operationMode() throws -> Bool {
    let mode = try value("operationMode")?.string ?? "S"
    guard ["S", "A"].contains(mode) else { throw invalid("operationMode") }
    if let period = try value("validity_period") {
      guard let number = period.integer else { throw invalid("validity_period") }
      guard number < 1_000_000_000 else { throw TestService.Refusal(text: "Out of bounds parameter validity_period") }
    }
    if let uri = try value("response_uri")?.string, !uri.hasPrefix("https://") { throw invalid("response_uri") }
    return mode == "A"
  }

  /// A job is seen running once, then finished.
  private func later(_ result: JSONValue) -> JSONValue {
    let id = UUID().uuidString
    service.state.withLock { $0.jobs[id] = [[:], result] }
    return ["responseID": .string(id)]
  }

  func poll(_ token: TestService.Token) throws -> Response {
    let id = try string("requestID")
    if token.user != "alice", !has(.givesJobsToAnybody) { throw invalid("requestID") }
    if try value("userID") != nil { throw TestService.Refusal(text: "userID parameter SHALL be null") }
    if let data = try value("clientData"), data.string == nil { throw invalid("clientData") }
    let answer = service.state.withLock { state -> JSONValue? in
      guard let answers = state.jobs[id] else { return nil }
      if answers.count > 1 { state.jobs[id]?.removeFirst() }
      return answers[0]
    }
    guard let answer else {
      if has(.knowsEveryJob) { return Response(json: ["signatures": []]) }
      throw invalid("requestID")
    }
    return Response(json: answer, status: answer == [:] ? .accepted : .ok)
  }

  private func spend(_ sad: String, _ credential: TestService.Credential, _ texts: [String]) throws {
    let authority = isV1 ? "the SAD." : "neither SAD nor an access token with scope “credential”."
    try service.state.withLock { state in
      guard let warrant = state.warrants[sad], !warrant.isDead, warrant.credential == credential.id else {
        throw invalid("SAD")
      }
      guard service.clock.now() < warrant.expires || has(.forgetsExpiry) else {
        throw TestService.Refusal(text: "SAD expired")
      }
      guard warrant.left > 0 || has(.neverSpends) else { throw invalid("SAD") }
      guard texts.count <= warrant.left || has(.neverSpends) else {
        throw TestService.Refusal(text: "Numbers of signatures is too high")
      }
      if let allowed = warrant.digests, !has(.signsAnything) {
        guard texts.allSatisfy(allowed.contains) else {
          throw TestService.Refusal(text: "Hash is not authorized by \(authority)")
        }
      }
      state.warrants[sad]?.left -= texts.count
    }
  }

  // MARK: Documents and time-stamps, by OpenSSL's own commands

  func signDoc() async throws -> JSONValue {
    let credential = try credential()
    let sad = try warrant()
    let (documents, digests) = (try value("documents"), try value("documentDigests"))
    if let documents, documents.array == nil { throw TestService.Refusal(text: "Invalid array parameter documents") }
    if let digests, digests.array == nil {
      throw TestService.Refusal(text: "Invalid object parameter documentDigests")
    }
    let entries = (documents?.array ?? []) + (digests?.array ?? [])
    guard let entry = entries.first?.object else {
      throw TestService.Refusal(text: "Empty documentDigests and documents objects")
    }
    if documents != nil, digests != nil, !has(.takesDocumentsTwice) {
      throw TestService.Refusal(text: "Both documentDigests and documents parameters passed")
    }
    let isLater = try operationMode()
    try check(entry)
    var content = Session.documentContent
    if let text = entry["document"]?.string {
      guard let data = Data(base64Encoded: text) else {
        throw TestService.Refusal(text: "Invalid Base64 documents string parameter")
      }
      content = Array(data)
    }
    if has(.signsOtherContent) { content = Array("Order 4712".utf8) }
    let hash = Data(SHA256.hash(data: content)).base64EncodedString()
    do { try spend(sad, credential, [hash]) } catch let refusal as TestService.Refusal
      where refusal.text.hasPrefix("Hash")
    {
      throw TestService.Refusal(text: "documentDigests or documents are not authorized by the SAD.")
    }
    let isDetached = entry["signed_envelope_property"]?.string == "Detached"
    let wantsType = entry["signed_props"] != nil && !has(.dropsProperties)
    let cms =
      wantsType
      ? try service.signedDataWithType(content)
      : try await service.openssl(
        ["cms", "-sign", "-binary", "-cades", "-outform", "DER", "-signer", "certificate", "-inkey", "key"]
          + (isDetached ? [] : ["-nodetach"]), input: content)
    var result: JSONValue = ["SignatureObject": [.string(Data(cms).base64EncodedString())]]
    if try value("returnValidationInfo")?.bool == true {
      result = result.with([
        "validationInfo": ["certificates": [.string(Data(service.certificate).base64EncodedString())]]
      ])
    }
    return isLater ? later(result) : result
  }

  /// The rows of signDoc's table about one document.
  private func check(_ entry: JSONObject) throws {
    guard let format = entry["signature_format"]?.string else {
      throw TestService.Refusal(text: "Missing (or invalid type) string parameter signature_format")
    }
    guard format == "C" else { throw invalid("signature_format") }
    guard (entry["conformance_level"]?.string ?? "AdES-B-B").lowercased() == "ades-b-b" else {
      throw invalid("conformance_level")
    }
    let names = (entry["signed_props"]?.array ?? []).compactMap { $0.object?["attribute_name"]?.string }
    let unknown = names.filter { $0 != "mime-type" }
    guard unknown.isEmpty else {
      throw TestService.Refusal(text: "Invalid parameter signed_props (\(unknown.joined(separator: ", ")))")
    }
    guard let algorithm = entry["signAlgo"]?.string else {
      throw TestService.Refusal(text: "Missing (or invalid type) string parameter signAlgo")
    }
    guard algorithm == Self.ecdsaWithSHA256 else { throw invalid("signAlgo") }
    if let hash = fields["hashAlgorithmOID"]?.string, hash != "2.16.840.1.101.3.4.2.1" {
      throw TestService.Refusal(
        text: "String parameter hashAlgorithmOID contradicts with signAlgo or signAlgoParams parameter")
    }
    for text in (entry["hashes"]?.array ?? []).compactMap(\.string) {
      guard let data = Data(base64Encoded: text) else {
        throw TestService.Refusal(text: "Invalid Base64 hashes string parameter")
      }
      guard data.count == 32 else { throw TestService.Refusal(text: "Invalid digest value length") }
    }
  }

  func timestamp() async throws -> JSONValue {
    let text = try string("hash")
    guard !text.isEmpty else { throw TestService.Refusal(text: "Empty hash parameter") }
    guard let data = Data(base64Encoded: text) else {
      throw TestService.Refusal(text: "Invalid Base64 hash string parameter")
    }
    let names = ["2.16.840.1.101.3.4.2.1": ("sha256", 32), "2.16.840.1.101.3.4.2.3": ("sha512", 64)]
    guard let (name, length) = names[try string("hashAlgo")] else { throw invalid("hashAlgo") }
    guard data.count == length else { throw TestService.Refusal(text: "Invalid digest value length") }
    let nonce = try value("nonce")?.string
    if let nonce, !nonce.allSatisfy(\.isHexDigit) { throw invalid("nonce") }
    if has(.stampsRubbish) { return ["timestamp": .string(data.base64EncodedString())] }
    let token = try await service.timestampToken(
      digest: Array(data), hash: name, nonce: has(.dropsNonce) ? nil : nonce)
    return ["timestamp": .string(Data(token).base64EncodedString())]
  }
}

extension TestService {
  /// Detached, with mime-type among the signed attributes; OpenSSL's command has no way to add one.
  func signedDataWithType(_ content: [UInt8]) throws -> [UInt8] {
    let maker = CMSMaker()
    let digest = OctetDigest.sha256(content)
    let type = Array("text/plain".utf8)
    let attributes = try maker.signedAttributes(
      CMSAttributes(
        messageDigest: digest, hash: .sha256, certificate: certificate, signingTime: nil,
        others: [("0.4.0.1733.2.1", [0x0c, UInt8(type.count)] + type)]))
    let signature = try key.signature(for: SHA256.hash(data: attributes)).derRepresentation
    return try maker.signedData(
      CMSSignature(
        signedAttributes: attributes, messageDigest: digest, signature: Array(signature), algorithm: .ecdsa(.sha256),
        certificates: [certificate], timestamp: nil, content: .detached))
  }

  func sign(_ digest: [UInt8]) throws -> [UInt8] {
    let signature = try key.signature(for: RawDigest(octets: digest))
    return Array(has(.signsRaw) ? signature.rawRepresentation : signature.derRepresentation)
  }
}
