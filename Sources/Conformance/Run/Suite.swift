import Vocabulary
internal import WireJSON

/// Runs the checklist against a service.
public struct Suite: Sendable {
  /// Receiver of a run's progress.
  public struct Listener: Sendable {
    /// A part of the checklist begins.
    public var began: @Sendable (_ title: String) -> Void
    /// Nothing more will be found out about an item.
    public var finished: @Sendable (ItemResult) -> Void
    /// Something a person who watches should know, such as a wait.
    public var note: @Sendable (String) -> Void

    public init(
      began: @escaping @Sendable (String) -> Void, finished: @escaping @Sendable (ItemResult) -> Void,
      note: @escaping @Sendable (String) -> Void
    ) {
      self.began = began
      self.finished = finished
      self.note = note
    }

    public static let silent = Listener(began: { _ in }, finished: { _ in }, note: { _ in })
  }

  let subject: Subject
  let ports: Ports
  let selection: ItemSelection
  let listener: Listener
  let sections: [Section]

  public init(_ subject: Subject, _ ports: Ports, selection: ItemSelection = .all, listener: Listener = .silent) {
    self.init(subject, ports, selection: selection, listener: listener, sections: Section.all)
  }

  init(
    _ subject: Subject, _ ports: Ports, selection: ItemSelection, listener: Listener, sections: [Section]
  ) {
    self.subject = subject
    self.ports = ports
    self.selection = selection
    self.listener = listener
    self.sections = sections
  }

  public func run() async -> Report {
    let began = ports.clock.now()
    let line = RetryingHTTP(ports.http, note: listener.note)
    var ports = ports
    ports.http = line
    let run = Run(subject, ports, note: listener.note)
    var tally = Tally(selection, sections: sections)
    listener.began("preparation")
    let sessions = await open(run, &tally)
    for session in sessions { await session.prepare(selection) }
    for section in sections {
      listener.began(section.title)
      for session in sessions {
        for check in section.checks where tally.isWanted(check, in: session.version) {
          tally.record(await session.perform(check), session.version)
        }
      }
      for result in tally.takeFinished(sessions.map(\.version)) { listener.finished(result) }
    }
    // The rest is about versions that are not there; only errors about those are news.
    for result in tally.takeFinished(sessions.map(\.version), atEnd: true) where result.outcome.isFailed {
      listener.finished(result)
    }
    let versions = sessions.map { session in
      Report.TestedVersion(
        version: session.version, base: session.api.base, specs: session.info["specs"]?.string,
        name: session.info["name"]?.string)
    }
    return Report(
      base: subject.base, versions: versions, results: tally.results, duration: ports.clock.now() - began,
      requests: line.requests, lostConnections: line.losses)
  }

  /// A session for each version whose `info` answers. Items 1, 2 and 19 say that it should; a version that was not
  /// asked for by name need not be there if the other is.
  private func open(_ run: Run, _ tally: inout Tally) async -> [Session] {
    var sessions: [Session] = []
    var silent: [(CSCVersion, Finding)] = []
    for version in subject.versions {
      let wire = Wire(version: version, http: run.ports.http, masking: Masking(secrets: subject.secrets))
      let api = API(version: version, base: "\(subject.base)/csc/\(version.rawValue)", wire: wire)
      api.token = subject.token
      do {
        let exchange = try await api.call("info", [:], .none)
        sessions.append(try Session(version, api: api, info: exchange, run: run))
      } catch {
        silent.append((version, error as? Finding ?? .notOffered("\(error)")))
      }
    }
    if sessions.isEmpty || subject.versions.count == 1 {
      for (version, finding) in silent {
        tally.record(.init(finding), items: version == .v1 ? [1, 19] : [2, 19], version)
      }
    }
    return sessions
  }
}

extension Outcome {
  init(_ finding: Finding) {
    switch finding {
    case .failed(let evidence): self = .failed(evidence)
    case .skipped(let skip): self = .skipped(skip)
    }
  }
}

extension Session {
  /// Makes a check; gives its outcome for each of its items.
  func perform(_ check: Check) async -> [Int: Outcome] {
    if let method = check.needs.first(where: { !has($0) }) {
      let absent = Outcome(.notOffered("\(method) is not implemented in \(version.rawValue)"))
      return Dictionary(uniqueKeysWithValues: check.items.map { ($0, absent) })
    }
    wire.beginCheck()
    let outcome: Outcome
    do {
      try await check.run(self)
      outcome = .passed
    } catch let finding as Finding {
      outcome = .init(finding)
    } catch {
      outcome = .failed(Evidence(request: "–", expected: "a check that runs", received: "\(error)"))
    }
    return Dictionary(uniqueKeysWithValues: check.items.map { ($0, outcome.held(against: wire.refusals, item: $0)) })
  }
}

extension Outcome {
  /// A check passes a row of an error table only if an answer has said it in the words of the text.
  fileprivate func held(against refusals: [Observed], item: Int) -> Outcome {
    guard self == .passed, let row = PublishedText.rowsByNumber[item], !refusals.contains(where: row.isSaid) else {
      return self
    }
    let last = refusals.last?.exchange
    return .failed(
      Evidence(
        request: last?.request ?? "–", expected: row.expected, received: last?.received ?? "no error answer"))
  }
}
