import Vocabulary
public import WireJSON

extension Report {
  /// The report for programs.
  public var json: JSONValue {
    [
      "base": .string(base), "conforms": .bool(conforms), "seconds": .integer(Int64(duration.rounded())),
      "requests": requests.json, "lostConnections": lostConnections.json,
      "versions": .array(
        versions.map { tested in
          var object = JSONObject([("version", .string(tested.version.rawValue)), ("base", .string(tested.base))])
          object["specs"] = tested.specs.map(JSONValue.string)
          object["name"] = tested.name.map(JSONValue.string)
          return .object(object)
        }),
      "counts": .object(
        JSONObject(
          Level.allCases.map { level in
            (
              level.rawValue,
              [
                "passed": count(level) { $0 == .passed }.json, "failed": count(level, where: \.isFailed).json,
                "skipped": count(level, where: \.isSkipped).json,
              ]
            )
          })),
      "sections": .array(
        sections.map { line in
          var object = JSONObject([("method", .string(line.method))])
          object["section"] = line.section.map(JSONValue.string)
          for kind in Item.Kind.allCases { object[kind.rawValue + "s"] = line.counts[kind]?.json }
          return .object(object)
        }),
      "items": .array(results.map(\.json)),
    ]
  }
}

extension Int {
  fileprivate var json: JSONValue { .integer(Int64(self)) }
}

extension Counts {
  fileprivate var json: JSONValue { ["passed": passed.json, "failed": failed.json, "skipped": skipped.json] }
}

extension ItemResult {
  fileprivate var json: JSONValue {
    [
      "item": item.number.json, "kind": .string(item.kind.rawValue),
      "section": item.section.map(JSONValue.string) ?? .null, "level": .string(item.level.rawValue),
      "versions": .array(item.versions.map { .string($0.rawValue) }), "method": .string(item.method),
      "statement": .string(item.statement), "expected": .string(item.expected), "result": .string(outcome.word),
      "outcomes": .array(
        outcomes.map { found in
          var object = JSONObject([
            ("version", .string(found.version.rawValue)), ("result", .string(found.outcome.word)),
          ])
          switch found.outcome {
          case .passed: break
          case .failed(let evidence):
            object["request"] = .string(evidence.request)
            object["expected"] = .string(evidence.expected)
            object["received"] = .string(evidence.received)
          case .skipped(let skip):
            object["kind"] = .string(skip.kind.rawValue)
            object["reason"] = .string(skip.reason)
          }
          if !found.unmade.isEmpty {
            object["unmade"] = .array(
              found.unmade.map { ["kind": .string($0.kind.rawValue), "reason": .string($0.reason)] })
          }
          return .object(object)
        }),
    ]
  }
}

extension Outcome {
  fileprivate var word: String {
    switch self {
    case .passed: "passed"
    case .failed: "failed"
    case .skipped: "skipped"
    }
  }
}
