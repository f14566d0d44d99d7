internal import CCurl
internal import Foundation

/// One call in libcurl. Frees its easy handle when it goes.
///
/// `@unchecked`: made by the caller, then used by the client's thread alone.
final class Transfer: @unchecked Sendable {
  typealias Answer = Result<HTTPClient.Response, HTTPClientError>

  let handle: UnsafeMutableRawPointer
  let name: ObjectIdentifier
  private var headers: UnsafeMutablePointer<curl_slist>?
  private var body: [UInt8] = []
  private var head = ResponseHead()
  private var isTooLarge = false
  private var sawForbiddenAddress = false
  private let largestBody: Int
  private let allowsPlainHTTP: Bool
  private let continuation: CheckedContinuation<Answer, Never>

  /// Nil if libcurl refuses the request's parts.
  init?(
    _ request: HTTPClient.Request, _ settings: HTTPClient.Settings, name: ObjectIdentifier,
    _ continuation: CheckedContinuation<Answer, Never>
  ) {
    guard let handle = curl_easy_init() else { return nil }
    self.handle = handle
    self.name = name
    self.continuation = continuation
    largestBody = settings.largestBody
    allowsPlainHTTP = settings.allowsPlainHTTP
    for header in request.headers {
      // Without memory libcurl gives nothing back, and what was in the list would not be sent.
      guard let longer = curl_slist_append(headers, header) else { return nil }
      headers = longer
    }
    guard configure(request, settings) else { return nil }
  }

  deinit {
    curl_easy_cleanup(handle)
    curl_slist_free_all(headers)
  }

  private func configure(_ request: HTTPClient.Request, _ settings: HTTPClient.Settings) -> Bool {
    var codes = [
      ccurl_set_string(handle, CURLOPT_URL, request.url),
      ccurl_set_string(handle, CURLOPT_PROTOCOLS_STR, settings.allowsPlainHTTP ? "https,http" : "https"),
      ccurl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0),
      ccurl_set_string(handle, CURLOPT_PROXY, ""),
      ccurl_set_long(handle, CURLOPT_NOSIGNAL, 1),
      ccurl_set_long(handle, CURLOPT_SSL_VERIFYPEER, 1),
      ccurl_set_long(handle, CURLOPT_SSL_VERIFYHOST, 2),
      ccurl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, settings.connectTimeout.milliseconds),
      ccurl_set_long(handle, CURLOPT_TIMEOUT_MS, settings.timeout.milliseconds),
      ccurl_set_string(handle, CURLOPT_USERAGENT, "countersign"),
      ccurl_set_headers(handle, headers),
      ccurl_set_pointer(handle, CURLOPT_WRITEDATA, Unmanaged.passUnretained(self).toOpaque()),
      ccurl_set_write(handle) { data, size, count, transfer in
        guard let data, let transfer else { return 0 }
        let octets = UnsafeRawBufferPointer(start: data, count: size * count)
        return Unmanaged<Transfer>.fromOpaque(transfer).takeUnretainedValue().receive(octets)
      },
      ccurl_set_pointer(handle, CURLOPT_HEADERDATA, Unmanaged.passUnretained(self).toOpaque()),
      ccurl_set_header(handle) { data, size, count, transfer in
        guard let data, let transfer else { return 0 }
        let line = UnsafeRawBufferPointer(start: data, count: size * count)
        return Unmanaged<Transfer>.fromOpaque(transfer).takeUnretainedValue().receive(headerLine: line)
      },
    ]
    if settings.publicAddressesOnly {
      codes += [
        ccurl_set_pointer(handle, CURLOPT_OPENSOCKETDATA, Unmanaged.passUnretained(self).toOpaque()),
        ccurl_set_open_socket(handle) { transfer, _, address in
          guard let transfer, let address else { return CURL_SOCKET_BAD }
          return Unmanaged<Transfer>.fromOpaque(transfer).takeUnretainedValue().openSocket(address)
        },
      ]
    }
    if let folder = settings.systemAnchors { codes.append(ccurl_set_string(handle, CURLOPT_CAPATH, folder)) }
    if let anchors = settings.trustAnchors {
      codes += [
        ccurl_set_string(handle, CURLOPT_CAINFO, anchors),
        // A libcurl built with a folder of the system's roots would trust those too.
        ccurl_set_string(handle, CURLOPT_CAPATH, nil),
        // Without a folder libcurl keeps the file for a day; a root that was taken out of it must be out at once.
        ccurl_set_long(handle, CURLOPT_CA_CACHE_TIMEOUT, 0),
      ]
    }
    if let identity = settings.identity {
      codes += [
        ccurl_set_string(handle, CURLOPT_SSLCERT, identity.certificate),
        ccurl_set_string(handle, CURLOPT_SSLKEY, identity.privateKey),
      ]
    }
    // The least version that libcurl and the system's OpenSSL would take is not relied on.
    let versions = settings.onlyTLS12 ? CURL_SSLVERSION_TLSv1_2 | CURL_SSLVERSION_MAX_TLSv1_2 : CURL_SSLVERSION_TLSv1_2
    codes.append(ccurl_set_long(handle, CURLOPT_SSLVERSION, versions))
    if let method = request.method { codes.append(ccurl_set_string(handle, CURLOPT_CUSTOMREQUEST, method)) }
    if let body = request.body {
      codes.append(ccurl_set_long(handle, CURLOPT_POSTFIELDSIZE, body.count))
      // Copied by libcurl, so the array need not outlive this call.
      codes.append(
        body.withUnsafeBytes { bytes in
          ccurl_set_string(handle, CURLOPT_COPYPOSTFIELDS, bytes.baseAddress?.assumingMemoryBound(to: CChar.self))
        })
    }
    return codes.allSatisfy { $0 == CURLE_OK }
  }

  /// - Returns: number of octets taken; anything but all of it makes libcurl break off.
  private func receive(_ octets: UnsafeRawBufferPointer) -> Int {
    guard body.count + octets.count <= largestBody else {
      isTooLarge = true
      return 0
    }
    body.append(contentsOf: octets)
    return octets.count
  }

  /// The socket for a connection to a public address.
  private func openSocket(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
    let target = address.pointee
    // The structure declares room for the shortest kind of address; what is there may be longer.
    guard let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr),
      let octets = PublicAddress.octets(
        (UnsafeRawPointer(address) + offset).assumingMemoryBound(to: sockaddr.self), length: Int(target.addrlen)),
      PublicAddress.isPublic(octets)
    else {
      sawForbiddenAddress = true
      return CURL_SOCKET_BAD
    }
    return socket(target.family, target.socktype | Int32(SOCK_CLOEXEC.rawValue), target.protocol)
  }

  private func receive(headerLine octets: UnsafeRawBufferPointer) -> Int {
    guard head.size + octets.count <= largestBody else {
      isTooLarge = true
      return 0
    }
    head.read(String(decoding: octets, as: UTF8.self))
    return octets.count
  }

  func finish(_ code: CURLcode) {
    guard code == CURLE_OK else { return finish(.failure(error(code))) }
    guard keptPromises else { return finish(.failure(.untrusted)) }
    var status = 0
    _ = ccurl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
    finish(
      .success(HTTPClient.Response(status: status, version: head.version, headers: head.headers, body: body)))
  }

  /// Reads back what can be: that the peer's certificate was verified, and without error, unless the call was to be
  /// plain.
  private var keptPromises: Bool {
    var verification = -1
    guard ccurl_get_long(handle, CURLINFO_SSL_VERIFYRESULT, &verification) == CURLE_OK else { return false }
    var scheme: UnsafePointer<CChar>?
    guard ccurl_get_string(handle, CURLINFO_SCHEME, &scheme) == CURLE_OK, let scheme else { return false }
    return switch String(cString: scheme).lowercased() {
    case "https": verification == 0
    case "http": allowsPlainHTTP
    default: false
    }
  }

  func finish(_ answer: Answer) { continuation.resume(returning: answer) }

  private func error(_ code: CURLcode) -> HTTPClientError {
    switch code {
    case CURLE_WRITE_ERROR where isTooLarge: .tooLarge
    case CURLE_COULDNT_CONNECT where sawForbiddenAddress: .forbiddenAddress
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: .badAddress
    case CURLE_OPERATION_TIMEDOUT where wasSent: .timedOut
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM:
      .untrusted
    default: wasSent ? .lost : .unreachable
    }
  }

  /// Whether anything of the request went out.
  private var wasSent: Bool {
    var size = 0
    return ccurl_get_long(handle, CURLINFO_REQUEST_SIZE, &size) == CURLE_OK && size > 0
  }
}

extension Duration {
  var milliseconds: Int {
    Int(components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000)
  }
}
