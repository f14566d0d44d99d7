internal import Hummingbird
internal import OAuth

/// The authorization server's pages and their paths.
struct ConsentRoutes: Sendable {
  let logIn: LogInPages
  let consent: ConsentPages
  let eid: EIDPages
  let errors: PageErrors

  func add(to routes: Routes) {
    for (base, version) in OAuthEndpoints.bases {
      let authorize = logIn.authorize(version)
      routes.add(
        "\(base)oauth2/authorize", through: CallName("oauth2/authorize"), errors, get: authorize, post: authorize)
    }
    routes.add("oauth2/login", through: CallName("oauth2/login"), errors, post: logIn.logIn)
    routes.add("oauth2/consent", through: CallName("oauth2/consent"), errors, post: consent.decide)
    routes.add("oauth2/eid", through: CallName("oauth2/eid"), errors, post: eid.begin)
    routes.add("oauth2/eid/callback", through: CallName("oauth2/eid/callback"), errors, get: eid.end)
  }
}
