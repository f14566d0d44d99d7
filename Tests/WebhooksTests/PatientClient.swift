import OutboundHTTP

/// A client that waits as long as it takes: all tests share two threads, and an answer can come late.
func patientClient(publicOnly: Bool = false) -> HTTPClient {
  var settings = HTTPClient.Settings()
  settings.allowsPlainHTTP = !publicOnly
  settings.publicAddressesOnly = publicOnly
  settings.timeout = .seconds(300)
  settings.connectTimeout = .seconds(300)
  return HTTPClient(settings)
}
