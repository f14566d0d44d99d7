internal import WireJSON

extension Section {
  private static let method = "signatures/signPolling"

  static let polling = Section(
    title: method,
    checks: [
      Check(205, needs: method) { session in
        // A job that takes long enough to be seen running, if there is one.
        for count in [1, 20, 100] {
          guard session.run.credentials.contains(where: { session.cost(of: $0) != nil && $0.multisign >= count }) else {
            break
          }
          let job = try await session.asynchronousHashJob(count: count, slow: true)
          let exchange = try await session.api.call(method, ["requestID": .string(job.id)])
          if exchange.status == 200 { continue }
          try exchange.require(exchange.status == 202, "202 while the job runs, or 200")
          return
        }
        throw Finding.unseen("every job was finished before it could be polled")
      },
      Check(206, needs: method) { session in
        let job = try await session.asynchronousHashJob(count: 1)
        let exchange = try await session.result(of: job.id)
        try session.verify(exchange, job.digests, job.algorithm, job.credential)
      },
      Check(207, needs: method, "signatures/signDoc") { session in
        let id = try await session.asynchronousDocumentJob()
        let exchange = try await session.result(of: id)
        try exchange.succeeded()
        try session.detachedSignature(exchange)
      },
      Check(208, 111502, needs: method) { session in
        for body: JSONValue in [[:], ["requestID": 5]] {
          try await session.api.call(method, body).refused("invalid_request", Row.missing("requestID"))
        }
      },
      Check(209, 111503, needs: method) { session in
        let unknown = try await session.api.call(method, ["requestID": .string("unknown-\(session.randomText())")])
        try unknown.refused("invalid_request", Row.invalid("requestID"))
      },
      Check(209, needs: method) { session in
        guard let stranger = session.subject.strangerToken else {
          throw Finding.missing("--stranger-token is not given")
        }
        let job = try await session.asynchronousHashJob(count: 1)
        let body: JSONValue = ["requestID": .string(job.id)]
        try await session.api.call(method, body, .bearer(stranger)).refused("invalid_request", Row.invalid("requestID"))
        try await session.result(of: job.id).succeeded()
      },
      Check(210, 111504, needs: method) { session in
        let body: JSONValue = [
          "requestID": .string("unknown-\(session.randomText())"),
          "userID": .string(session.subject.userID ?? "somebody"),
        ]
        try await session.api.call(method, body).refused("invalid_request", "userID parameter SHALL be null")
      },
      Check(111505, needs: method) { session in
        let token = try session.clientToken()
        // The form of a user's name is the service's own affair; one of these is malformed for any.
        for value: JSONValue in [.string("no user\u{1}\n" + String(repeating: "#", count: 5000)), "", 5] {
          let body: JSONValue = ["requestID": .string("unknown-\(session.randomText())"), "userID": value]
          _ = try await session.api.call(method, body, .bearer(token))
        }
      },
      Check(211, 111506, needs: method) { session in
        let body: JSONValue = ["requestID": .string("unknown-\(session.randomText())"), "clientData": 5]
        try await session.api.call(method, body).refused("invalid_request", Row.invalid("clientData"))
      },
      Check(212, 111501, needs: method) { try await $0.malformedHeader(method) },
    ])
}

extension Session {
  /// The answer when the job is no longer running.
  func result(of job: String) async throws -> Exchange {
    let end = clock.now() + subject.patience
    while true {
      let exchange = try await api.call("signatures/signPolling", ["requestID": .string(job)])
      if exchange.status != 202 { return exchange }
      try exchange.require(clock.now() < end, "a finished job within \(Seconds.text(subject.patience)) s")
      await clock.sleep(seconds: 0.2)
    }
  }
}
