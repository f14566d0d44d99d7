/// Type of a document, as far as its octets show it.
enum MediaType: String {
  case pdf = "application/pdf"
  case unknown = "application/octet-stream"

  init(of content: [UInt8]?) {
    self = content?.starts(with: Array("%PDF-".utf8)) == true ? .pdf : .unknown
  }

  /// As `cty` has it: without "application/" (RFC 7515 §4.1.10).
  var short: String { String(rawValue.dropFirst("application/".count)) }
}
