internal import Octets
import Vocabulary
internal import WireJSON

/// The members that the output tables of the published text list. Every answer of the run is held against them
/// (`MemberLedger`); what is sent here is only what the run has not sent.
extension Section {
  static let members = Section(title: "members of the answers", checks: PublishedText.members.map(check))

  private static func check(_ member: PublishedText.Member) -> Check {
    Check(member.number) { session in
      // A right request of the kind shows it, once for all members of the section.
      if session.wire.members.outcome(member).isSkipped, session.provoked.insert(member.section).inserted {
        try await session.provokeAnswers(member.section)
      }
      switch session.wire.members.outcome(member) {
      case .passed: return
      case .failed(let evidence): throw Finding.failed(evidence)
      case .skipped(let skip): throw Finding.skipped(skip)
      }
    }
  }
}

extension Session {
  /// Right requests for every kind of answer that a section describes. What this service or subject does not have is
  /// left out, and found missing afterwards.
  fileprivate func provokeAnswers(_ section: String) async throws {
    switch section {
    case "8.2.2":
      _ = try? await grant()
      _ = try? await errorRedirect(try attempt().with("scope", "conformance"))
    case "8.2.4": try await provokeTokens()
    case "11.2": _ = try? await rememberedLogIn()
    case "11.4": try await provokeCreation()
    case "11.6":
      let all: JSONValue = [
        "credentialInfo": true, "certificates": "chain", "certInfo": true, "authInfo": true, "onlyValid": true,
      ]
      _ = try await api.call("credentials/list", all)
    case "11.7": try await provokeInfos()
    case "11.8":
      try await provokeInfos()
      _ = try? await spareActivation()
      _ = try? await outOfBand()
    case "11.9": try await provokeChecks()
    case "11.10": _ = try? await challenges()
    case "11.11": try await provokeExtension()
    case "11.13", "11.14", "11.15": try await provokeSignatures()
    case "11.16":
      let body: JSONValue = [
        "hash": .string(Base64.encode(digest())), "hashAlgo": .string(HashFunction.sha256.rawValue),
      ]
      _ = try await api.call("signatures/timestamp", body)
    default: break
    }
  }

  private func provokeInfos() async throws {
    for credential in run.credentials {
      let body: JSONValue = [
        "credentialID": .string(credential.id), "certificates": "chain", "certInfo": true, "authInfo": true,
      ]
      _ = try await api.call("credentials/info", body)
    }
  }

  private func provokeTokens() async throws {
    _ = try? await grant()
    guard let sample = PublishedText.sample("8.2.2", 7), let qualifier = try? qualifier() else { return }
    let attempt = try attempt(
      from: sample,
      ["signatureQualifier": [qualifier], "hashes": [.string(Base64.encodeURL(digest()))]])
    if let code = try? await code(attempt).code { _ = try await redeem(code, attempt) }
  }

  private func spareActivation() async throws -> Activation {
    let credential = try inBandCredential()
    return try await activate(credential, [digest()], hash: try algorithm(credential).hash)
  }

  private func provokeChecks() async throws {
    guard let pending = try? await outOfBand() else { return }
    _ = try await api.call("credentials/authorizeCheck", ["handle": .string(pending.handle)])
    if let link = pending.link { try await follow(link) }
    _ = try await outcome(of: pending)
  }

  private func provokeExtension() async throws {
    guard let credential = try? inBandCredential("multisign over 1", where: { $0.multisign > 1 }) else { return }
    let algorithm = try algorithm(credential)
    let digests = [digest(algorithm.hash), digest(algorithm.hash)]
    let activation = try await activate(credential, digests, hash: algorithm.hash)
    _ = try await extend(activation, digests, algorithm)
  }

  /// Both methods, at once and later, with and without what validates them.
  private func provokeSignatures() async throws {
    if let credential = try? credential(), let algorithm = try? algorithm(credential) {
      try await signAndVerify(credential, algorithm)
    }
    if let job = try? await asynchronousHashJob() { _ = try await result(of: job.id) }
    guard has("signatures/signDoc"), let credential = try? documentCredential() else { return }
    _ = try? await signWholeDocument { $0 }
    for mode: JSONValue in ["S", "A"] where mode == "S" || (try? requireAsynchronous()) != nil {
      let exchange = try await signDoc(credential) { $0.with(["returnValidationInfo": true, "operationMode": mode]) }
      if let id = exchange.json?["responseID"]?.string { _ = try await result(of: id) }
    }
    if (try? requireAsynchronous()) != nil {
      let exchange = try? await signWholeDocument { $0.with(["operationMode": "A"]) }
      if let id = exchange?.0.json?["responseID"]?.string { _ = try await result(of: id) }
    }
  }
}
