/// Rows of §10.1 that no rule of the checklist is about.
extension Section {
  static let commonRows = Section(
    title: "errors of all methods",
    checks: [
      Check(100101) { session in
        let client = try session.client()
        // A parameter more than once.
        let form: Form.Fields = [
          ("grant_type", "authorization_code"), ("grant_type", "authorization_code"), ("client_id", client.id),
          ("code", session.randomText()), ("redirect_uri", client.redirectURI),
        ]
        _ = try await session.wire.post(
          try await session.server().token, "oauth2/token", form: form,
          authorization: session.clientAuthorization(client))
      },
      Check(100102) { session in
        guard let client = session.subject.publicClient else {
          throw Finding.missing("--public-client-id is not given")
        }
        let form: Form.Fields = [
          ("grant_type", "client_credentials"), ("scope", "service"), ("client_id", client.id),
        ]
        _ = try await session.wire.post(
          try await session.server().token, "oauth2/token", form: form, authorization: nil)
      },
      .unseen(100106, because: "it is for unexpected conditions, which no request brings about"),
      .unseen(100107, because: "it is for temporary overloading or maintenance, which no request brings about"),
    ])
}
