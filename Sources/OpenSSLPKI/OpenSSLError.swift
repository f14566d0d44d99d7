internal import COpenSSL

/// Messages of OpenSSL's error queue of this thread, without data.
public struct OpenSSLError: Error, CustomStringConvertible {
  public let description: String

  init(_ what: String) {
    var reasons: [String] = []
    // The queue belongs to the thread: it is emptied before anything can suspend.
    while case let code = ERR_get_error(), code != 0 {
      var buffer = [CChar](repeating: 0, count: 256)
      ERR_error_string_n(code, &buffer, buffer.count)
      reasons.append(buffer.withUnsafeBufferPointer { String(cString: $0.baseAddress!) })
    }
    description = ([what] + reasons).joined(separator: ": ")
  }
}

/// A C function that returns 1 for success.
func check(_ result: Int32, _ what: String) throws {
  guard result > 0 else { throw OpenSSLError(what) }
}

func nonNil<Value>(_ value: Value?, _ what: String) throws -> Value {
  guard let value else { throw OpenSSLError(what) }
  return value
}
