import OutboundHTTP

extension HTTPClient.Settings {
  /// Wait as long as it takes: all tests share two threads, and an answer can come late.
  static var patient: Self {
    var settings = Self()
    settings.timeout = .seconds(300)
    settings.connectTimeout = .seconds(300)
    return settings
  }
}

/// A client for receivers on this machine.
func patientClient() -> HTTPClient {
  var settings = HTTPClient.Settings.patient
  settings.allowsPlainHTTP = true
  return HTTPClient(settings)
}
