internal import Enrolment
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import Octets
internal import PartnerModel
internal import RecordedCalls
internal import Registry
internal import SoleControl
internal import Vocabulary
internal import WireJSON

extension PartnerEndpoints {
  /// `POST /signers`
  func openSigner(_ caller: PartnerCaller, _ request: Request, _ context: GatewayContext) async throws -> Response {
    let key = try IdempotencyKey(fields: request.headers[values: .idempotencyKey])
    let body = try await body(of: request)
    let creation = try SignerCreation(body)
    let call = api.calls.call(caller, to: Self.signers, key: key, body)
    let salt = try await api.signers.random(RecordedAnswers.saltLength)
    let answers = api.answers
    let outcome = try await api.signers.open(
      SignerService.New(
        kind: creation.kind, locale: creation.locale, representative: creation.representative,
        data: PersonalData(externalID: creation.externalID, email: creation.email, phone: creation.phone)),
      of: caller.partner,
      recording: CallRecording(call) { try answers.seal(Self.created($0), call.name, key, salt: salt) })
    switch outcome {
    case .done(let signer, _): return Self.created(signer).response(isRepeated: false)
    case .repeated(let octets): return try answers.open(octets, call.name, key).response(isRepeated: true)
    }
  }

  private static func created(_ known: KnownSigner) -> RecordedAnswer {
    RecordedAnswer(
      status: .created, location: "\(base)/signers/\(known.signer.id)", tag: EntityTag.text(known.signer.revision),
      body: answer(known, showsContact: true))
  }

  /// `GET /signers/{id}`
  func showSigner(_ caller: PartnerCaller, _ request: Request, _ context: GatewayContext) async throws -> Response {
    Self.response(try await api.signers.signer(Self.id(context), of: caller.partner), to: caller)
  }

  /// `PATCH /signers/{id}`
  func changeSigner(_ caller: PartnerCaller, _ request: Request, _ context: GatewayContext) async throws -> Response {
    let match = try EntityTag.Match(fields: request.headers[values: .ifMatch])
    let patch: Result<SignerPatch, Problem>
    let body = try await body(of: request)
    do throws(Problem) { patch = .success(try SignerPatch(body)) } catch {
      // Whether there is the signer comes before what the rules say of it, and after the form of the body.
      guard error.type == .identityIsProofed else { throw error }
      patch = .failure(error)
    }
    let id = try Self.id(context)
    let known = try await api.signers.change(id, of: caller.partner, if: match.isFulfilled) { locale, data in
      guard case .success(let patch) = patch else { return (locale, data) }
      return (
        patch.locale ?? locale,
        PersonalData(
          externalID: patch.externalID.applied(to: data.externalID), email: patch.contact.email.applied(to: data.email),
          phone: patch.contact.phone.applied(to: data.phone))
      )
    }
    _ = try patch.get()
    return Self.response(known, to: caller)
  }

  /// `GET /signers`
  func listSigners(_ caller: PartnerCaller, _ request: Request, _ context: GatewayContext) async throws -> Response {
    let query = try SignerQuery(query(of: request))
    // Each key of personal data costs the device.
    try api.rates.spend(Int64(query.list.limit / 16), of: caller.client, at: now())
    let place = try api.cursors.place(query.list, of: SignerQuery.name, for: caller.partner)
    var selection = SignerSelection(limit: query.list.limit)
    selection.state = query.state
    selection.isDescending = query.list.order == .descending
    selection.after = place.map { SignerSelection.Place(created: $0.created, id: SignerID($0.id)) }
    let found = try await api.signers.signers(of: caller.partner, externalID: query.externalID, selection)
    if !found.unreadable.isEmpty {
      callers.logger.error(
        "personal data cannot be read, and its signers are left out of a list",
        metadata: ["signers": "\(found.unreadable.map(\.rawValue).joined(separator: " "))"])
    }
    let next = found.next.map { place in
      api.cursors.text(
        ListPlace(created: place.created, id: place.id.rawValue), query.list, of: SignerQuery.name, for: caller.partner)
    }
    let items = found.signers.map { Self.answer($0, showsContact: caller.scopes.contains(.identify)) }
    var response = Response(json: PageAnswer.json(items, next: next))
    if let next {
      response.headers[.link] = "<\(Self.base)/signers?\(query.list.text(next: next))>; rel=\"next\""
    }
    return response
  }

  /// `GET /usage`
  func showUsage(_ caller: PartnerCaller, _ request: Request, _ context: GatewayContext) async throws -> Response {
    let period = try UsagePeriod(query(of: request))
    let opened = try await api.signers.countOpened(by: caller.partner, in: period.times)
    return Response(
      json: ["period": .string(period.text), "events": ["signer.opened": .integer(Int64(opened))]])
  }

  // MARK: Answers

  private static func id(_ context: GatewayContext) throws -> SignerID {
    SignerID(try context.parameters.require("id"))
  }

  private static func response(_ known: KnownSigner, to caller: PartnerCaller) -> Response {
    var response = Response(json: answer(known, showsContact: caller.scopes.contains(.identify)))
    response.headers[.eTag] = EntityTag.text(known.signer.revision)
    return response
  }

  private static func answer(_ known: KnownSigner, showsContact: Bool) -> JSONValue {
    let signer = known.signer
    return SignerAnswer(
      id: signer.id, kind: signer.kind, state: signer.state, externalID: known.data.externalID, locale: signer.locale,
      representative: signer.representative, created: signer.created,
      contact: showsContact ? SignerAnswer.Contact(email: known.data.email, phone: known.data.phone) : nil
    ).json
  }
}

extension HTTPField.Name {
  static let link = HTTPField.Name("Link")!
}
