internal import Octets
internal import WireJSON

extension Session {
  /// Gets a service token if none was given, and finds out what the credentials are.
  func prepare(_ selection: ItemSelection) async {
    let types = info["authType"]?.array?.compactMap(\.string) ?? []
    api.needsToken = types.contains { !["external", "TLS"].contains($0) }
    if api.token == nil { api.token = await ownToken() }
    let ids = subject.credentials.isEmpty ? await listedCredentials() : subject.credentials
    for id in ids + subject.lockable where !ids.isEmpty || !subject.lockable.isEmpty { await learn(id) }
    if [134, 149, 203].contains(where: selection.contains) { await prepareExpiry() }
  }

  private func ownToken() async -> String? {
    if has("auth/login"), let header = basicHeader(),
      let answer = try? await api.call("auth/login", [:], .header(header)), answer.status == 200
    {
      return answer.json?["access_token"]?.string
    }
    return try? await grant().access
  }

  private func listedCredentials() async -> [String] {
    let answer = try? await api.call("credentials/list", [:])
    return answer?.json?["credentialIDs"]?.array?.compactMap(\.string) ?? []
  }

  private func learn(_ id: String) async {
    let body: JSONValue = [
      "credentialID": .string(id), "certificates": "chain", "certInfo": true, "authInfo": true,
    ]
    guard let answer = try? await api.call("credentials/info", body), answer.status == 200, let info = answer.json
    else { return }
    let index = run.credentials.firstIndex { $0.id == id } ?? run.credentials.endIndex
    if index == run.credentials.endIndex { run.credentials.append(CredentialFacts(id: id)) }
    run.credentials[index].read(info, version)
  }

  func basicHeader(password: String? = nil) -> String? {
    guard let username = subject.username, let password = password ?? subject.password else { return nil }
    return "Basic \(Base64.encode(Array("\(username):\(password)".utf8)))"
  }

  /// SADs that will have expired when the run ends, if they live so briefly.
  private func prepareExpiry() async {
    for purpose in ["signHash", "signDoc", "extendTransaction"] {
      guard let credential = try? inBandCredential() else { return }
      let hash = (try? algorithm(credential).hash) ?? .sha256
      let digest = purpose == "signDoc" ? documentDigest : Self.spareContent(hash)
      guard
        let activation = try? await authorize(
          credential, count: min(2, credential.multisign), digests: credential.scal == 2 ? [digest] : [], hash: hash)
      else { return }
      expiring[purpose] = activation
      guard let expires = activation.expires, expires - clock.now() <= subject.patience else { return }
    }
  }

  /// A SAD that has expired by now; waited for if that is not long.
  func expired(_ purpose: String) async throws -> Activation {
    guard let activation = expiring[purpose] ?? expiring.values.first, let expires = activation.expires else {
      throw Finding.missing("no SAD whose lifetime is known was obtained at the beginning")
    }
    let wait = expires - clock.now() + 1.5
    guard wait <= subject.patience, expiring[purpose] != nil else {
      throw Finding.missing(
        "SADs live longer than this run waits (\(Seconds.text(wait)) s more; --patience \(Seconds.text(subject.patience)))"
      )
    }
    if wait > 0 {
      run.note("waiting \(Seconds.text(wait)) s for a SAD to expire")
      await clock.sleep(seconds: wait)
    }
    return activation
  }
}
