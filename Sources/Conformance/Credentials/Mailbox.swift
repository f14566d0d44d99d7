internal import WireJSON

/// The messages that the service sends to the user: a JSON array of `{id, credentialID, code, url, text}`,
/// newest last, with a code to tell or an address to open.
struct Mailbox {
  struct Message: Equatable {
    let id: String
    let credentialID: String?
    let code: String?
    let link: String?
  }

  let url: String
  let http: any HTTPPort
  let clock: any ClockPort

  func messages() async -> [Message] {
    let request = HTTPRequest(method: "GET", url: url, headers: [], body: nil)
    guard let answer = try? await http.send(request), answer.status == 200,
      let entries = try? JSONValue.parse(answer.body, limits: Exchange.limits).array
    else { return [] }
    return entries.compactMap(\.object).compactMap { entry in
      let words = (entry["text"]?.string ?? "").split(whereSeparator: \.isWhitespace)
      let link = entry["url"]?.string ?? words.first { $0.hasPrefix("https://") }.map(String.init)
      let code = entry["code"]?.string
      guard let id = entry["id"]?.string ?? entry["id"]?.integer.map({ "\($0)" }) ?? code ?? link else { return nil }
      return Message(id: id, credentialID: entry["credentialID"]?.string, code: code, link: link)
    }
  }

  /// The code that came for the credential and was not there before; awaited for a few seconds.
  func newCode(for credential: String, since before: [Message]) async -> String? {
    await new(\.code, for: credential, since: before)
  }

  /// The same for an address to open.
  func newLink(for credential: String, since before: [Message]) async -> String? {
    await new(\.link, for: credential, since: before)
  }

  private func new(
    _ content: (Message) -> String?, for credential: String, since before: [Message]
  ) async -> String? {
    for _ in 0..<40 {
      let new = await messages().filter { message in
        !before.contains(message) && (message.credentialID ?? credential) == credential
      }
      if let last = new.compactMap(content).last { return last }
      await clock.sleep(seconds: 0.25)
    }
    return nil
  }
}
