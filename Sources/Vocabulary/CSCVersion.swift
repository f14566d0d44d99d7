/// The major version of the CSC API: what a base URI ends with, and whose rules a request follows.
public enum CSCVersion: String, Sendable, CaseIterable, Comparable {
  case v1, v2

  public static func < (left: CSCVersion, right: CSCVersion) -> Bool { left.rawValue < right.rawValue }
}
