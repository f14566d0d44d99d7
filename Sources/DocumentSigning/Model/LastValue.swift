/// Computes a value once for neighbours that are the same, such as all digests of one entry of a request.
public struct LastValue<Key: Equatable, Value> {
  private var last: (key: Key, value: Value)?

  public init() {}

  public mutating func value<Failure>(
    for key: Key, _ compute: (Key) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    if let last, last.key == key { return last.value }
    let value = try compute(key)
    last = (key, value)
    return value
  }
}
