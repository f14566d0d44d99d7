/// UTC, whole seconds since 1970-01-01.
public typealias UnixTime = Int64
/// UTC, milliseconds since 1970-01-01.
public typealias UnixMilliseconds = Int64
