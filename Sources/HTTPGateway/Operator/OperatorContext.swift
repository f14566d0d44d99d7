internal import AuditLog
internal import Texts
internal import Throttling
internal import Vocabulary

/// The values that the template of the operator's page needs.
struct OperatorContext {
  private(set) var values: [String: Any] = [:]
  private let figures: OperatorFigures
  private let texts: OperatorTexts
  private let write: OperatorWriting

  /// Seconds after which entries that wait for the tree are a fault.
  private static let longestLag: UnixMilliseconds = 60_000
  /// Outages that are over and shown.
  private static let mostOutages = 20

  init(_ figures: OperatorFigures, _ language: Language) {
    self.figures = figures
    texts = OperatorTexts.of(language)
    write = OperatorWriting(language, now: figures.now)
    values["title"] = texts.title
    values["isWide"] = true
    values["asOf"] = texts.asOf.filled(["time": write.time(figures.now)])
    let faults = faults
    values["faults"] = faults
    values["hasFaults"] = !faults.isEmpty
    values["faultsHeading"] = texts.faults
    values["well"] = texts.well
    values["sections"] = [log, activity, outages, holds, device, process]
    values["languageLink"] = texts.languageLink
    values["otherLanguage"] = (language == .english ? Language.german : .english).rawValue
  }

  // MARK: Faults

  private var faults: [[String: Any]] {
    var faults: [[String: Any]] = []
    if let stopped = figures.stopped {
      faults.append(fault(figures.isForked ? texts.isForked : texts.hasStopped, stopped))
    }
    for outage in figures.outages where outage.ended == nil {
      faults.append(
        fault(
          texts.fault.filled(["part": name(outage.part), "time": write.time(outage.began)]), outage.reason))
    }
    if let log = figures.log {
      let since = log.waitingSince ?? log.signed
      if log.entries > log.size, let since, since < figures.now - Self.longestLag {
        faults.append(fault(texts.isLate.filled(["time": write.time(since)]), nil))
      }
    } else {
      faults.append(fault("\(texts.log): \(texts.unreadable)", nil))
    }
    return faults
  }

  /// - Parameter reason: in English, whatever the page's language.
  private func fault(_ text: String, _ reason: String?) -> [String: Any] {
    ["text": text, "reasons": reason.map { [$0] } ?? []]
  }

  private func name(_ part: OperatorFigures.Part) -> String {
    switch part {
    case .reading: texts.reading
    case .writing: texts.writing
    case .rows: texts.rows
    case .tree: texts.tree
    case .checkpointFile: texts.checkpointFile
    case .stamps: texts.stamps
    case .device: texts.device
    case .clock: texts.clock
    case .provider(let name): texts.provider.filled(["name": name])
    case .witness(let name): "\(texts.witness) \(name)"
    }
  }

  private func running(_ part: OperatorFigures.Part) -> OperatorFigures.Outage? {
    figures.outages.first { $0.part == part && $0.ended == nil }
  }

  // MARK: Sections

  private var log: [String: Any] {
    var rows: [(String, String)] = []
    if let log = figures.log {
      rows = [
        (texts.entries, write.number(log.entries)), (texts.inTree, write.number(log.size)),
        (texts.lag, write.number(max(0, log.entries - log.size))),
        (
          texts.checkpoint,
          log.signed.map {
            texts.checkpointOf.filled([
              "size": write.number(log.size), "time": write.time($0), "age": write.age(of: $0),
            ])
          } ?? texts.noCheckpoint
        ),
      ]
    } else {
      rows = [(texts.entries, texts.unreadable)]
    }
    let wait = figures.stopped == nil ? running(.tree) : nil
    let tree =
      if figures.stopped != nil { figures.isForked ? texts.treeForked : texts.treeStopped } else if wait != nil {
        texts.treeWaits
      } else {
        texts.treeGrows
      }
    rows.append((texts.tree, tree))
    let fails = running(.checkpointFile)
    rows.append((texts.checkpointFile, figures.checkpointFile + (fails == nil ? "" : " – \(texts.fileFails)")))
    let witnesses = figures.witnesses.map { witness in
      let fails = running(.witness(witness.name))
      return line(
        witness.name,
        [
          witness.size.map { write.number($0) } ?? "–", witness.time.map { write.time($0) } ?? "–",
          fails?.reason
            ?? (!witness.isReadable
              ? texts.unreadable : witness.size == nil ? texts.witnessNew : texts.witnessCosigns),
        ], english: fails == nil ? nil : 2)
    }
    var section = section(
      "log", texts.log, rows, reasons: [texts.tree: wait, texts.checkpointFile: fails].compactMapValues { $0?.reason },
      parts: [
        part(
          "witnesses", texts.witnesses, note: witnesses.isEmpty ? texts.noWitnesses : nil,
          columns: [texts.witness, texts.witnessSize, texts.witnessTime, texts.witnessState], lines: witnesses)
      ])
    section["isBroad"] = true
    return section
  }

  private var activity: [String: Any] {
    let count = figures.activity.count
    var notes = [texts.activityNote]
    if figures.activity.isCounting { notes.append(texts.isCounting) }
    if let since = figures.activity.since { notes.append(texts.countedSince.filled(["time": write.time(since)])) }
    typealias Spans = (
      id: String, heading: String, column: String, most: String, spans: [ActivityCount.Span],
      name: (UnixMilliseconds) -> String
    )
    let all: [Spans] = [
      (
        "hours", texts.lastHours, texts.hour, texts.mostInHour, count.lastHours(24, at: figures.now), { write.hour($0) }
      ),
      ("days", texts.lastDays, texts.day, texts.mostInDay, count.lastDays(at: figures.now), { write.day($0) }),
    ]
    let parts = all.map { id, heading, column, most, spans, name in
      let (signed, refused) = ("\(texts.signedChart), \(most)", "\(texts.refusedChart), \(most)")
      var part = part(
        id, heading, note: nil, columns: [column, texts.signed, texts.refused, texts.failed],
        lines: spans.reversed().map { span in
          let numbers = [span.numbers.signed, span.numbers.refused, span.numbers.failed]
          return line(name(span.start), numbers.map { write.number(Int64($0)) })
        })
      part["summary"] = texts.asTable
      part["charts"] = [
        ActivityChart(
          "\(id)-signed", signed, spans, name: name, [("signed", { $0.signed })]),
        ActivityChart(
          "\(id)-refused", refused, spans, name: name,
          [("refused", { $0.refused }), ("failed", { $0.failed })]),
      ].map { $0.values(texts, write) }
      return part
    }
    var section = section("activity", texts.activity, [], parts: parts)
    section["notes"] = notes
    section["isBroad"] = true
    return section
  }

  private var outages: [String: Any] {
    let lines = figures.outages.prefix(Self.mostOutages).map { outage in
      line(
        name(outage.part),
        [write.time(outage.began), outage.ended.map { write.time($0) } ?? texts.isOn, outage.reason],
        english: 2)
    }
    var section = section("outages", texts.outages, [], parts: [])
    section["isBroad"] = true
    guard !lines.isEmpty else {
      section["notes"] = [texts.noOutages]
      return section
    }
    // The section's own heading names the table.
    var part = part(
      "outages-table", texts.outages, note: nil, columns: [texts.part, texts.began, texts.ended, texts.reason],
      lines: lines)
    (part["isQuiet"], part["label"]) = (true, "outages")
    section["parts"] = [part]
    return section
  }

  private var holds: [String: Any] {
    guard let holds = figures.holds else {
      return section("holds", texts.holds, [(texts.lockedFactors, texts.unreadable)], parts: [])
    }
    func sum(_ kinds: [ThrottleKind]) -> Int { kinds.reduce(0) { $0 + (holds.waiting[$1] ?? 0) } }
    let numbers = [
      (texts.lockedFactors, holds.lockedFactors),
      (texts.heldNames, sum([.logInPair, .logInName])),
      (texts.heldSigners, sum([.factorSigner, .statementSigner, .codeSigner, .creationSigner])),
      (
        texts.heldClients,
        sum([.logInClient, .clientPair, .client, .factorClient, .codeClient, .deletionClient, .creationClient])
      ),
      (
        texts.heldAddresses,
        sum([
          .logInAddress, .clientAddress, .factorPerson, .factorServer, .codePerson, .codeServer, .linkAddress,
        ])
      ),
    ]
    return section(
      "holds", texts.holds,
      numbers.map { label, number in
        let text = write.number(Int64(number))
        return (label, holds.isCut ? texts.orMore.filled(["count": text]) : text)
      }, parts: [])
  }

  private var device: [String: Any] {
    let device = figures.device
    func of(_ count: Int, _ most: Int) -> String {
      texts.ofMost.filled(["count": write.number(Int64(count)), "most": write.number(Int64(most))])
    }
    return section(
      "device", texts.device,
      [
        (texts.module, device.module), (texts.token, device.token),
        (texts.sessions, of(device.busy, device.sessions)), (texts.waiting, of(device.waiting, device.mostWaiting)),
        (texts.liveKeys, of(device.liveKeys, device.mostLiveKeys)),
      ], parts: [])
  }

  private var process: [String: Any] {
    let process = figures.process
    var rows = [
      (texts.service, process.service), (texts.instance, process.instance),
      (
        texts.started,
        texts.startedAt.filled(["time": write.time(process.started), "age": write.age(of: process.started)])
      ),
    ]
    if let built = process.built { rows.append((texts.built, write.time(built))) }
    return section("process", texts.process, rows, parts: [])
  }

  // MARK: Forms

  private func section(
    _ id: String, _ heading: String, _ rows: [(String, String)], reasons: [String: String] = [:],
    parts: [[String: Any]]
  ) -> [String: Any] {
    [
      "id": id, "heading": heading, "hasRows": !rows.isEmpty, "isBroad": false, "parts": parts, "notes": [String](),
      "rows": rows.map {
        ["label": $0.0, "value": $0.1, "reasons": reasons[$0.0].map { [$0] } ?? []] as [String: Any]
      },
    ]
  }

  private func part(
    _ id: String, _ heading: String, note: String?, columns: [String], lines: [[String: Any]]
  ) -> [String: Any] {
    var part: [String: Any] = [
      "id": id, "label": id, "heading": heading, "isQuiet": false, "charts": [[String: Any]](),
      "hasTable": !lines.isEmpty,
      "columns": columns, "lines": lines, "summary": [String](),
    ]
    part["note"] = note.map { [$0] } ?? []
    return part
  }

  /// - Parameter english: place of the cell that is in English, whatever the page's language.
  private func line(_ name: String, _ cells: [String], english: Int? = nil) -> [String: Any] {
    let cells = cells.enumerated().map { ["value": $1, "isEnglish": $0 == english] as [String: Any] }
    return ["name": name, "cells": cells]
  }
}
