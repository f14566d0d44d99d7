import CSCModel

extension Config {
  /// The content of `info`.
  var serviceInfo: ServiceInfo {
    var result = ServiceInfo(
      name: info.name, logo: info.publicURL + "/logo.png", region: info.region, language: info.language,
      description: info.description, authTypes: ["basic", "oauth2code", "oauth2client"],
      authorizationServer: info.publicURL)
    result.specs.merge(info.specs) { $1 }
    result.translations = info.translations
    result.servers = info.servers
    result.methods = info.methods
    return result
  }
}
