/// Pages on which a person has a credential made or deleted.
extension PageTemplates {
  static let creation = #"""
    {{<layout}}
    {{$main}}
    <p class="lead">{{#lead}}{{>sentence}}{{/lead}}</p>
    {{>message}}
    <section class="card" aria-labelledby="request">
    <h2 id="request">{{t.creationHeading}}</h2>
    <dl>
    <div><dt>{{t.requestedBy}}</dt><dd><bdi>{{client}}</bdi></dd></div>
    <div><dt>{{t.loggedInAs}}</dt><dd><bdi>{{signer}}</bdi></dd></div>
    <div><dt>{{t.policy}}</dt><dd><bdi>{{policyName}}</bdi> <code>{{policyID}}</code></dd></div>
    <div><dt>{{t.issuedTo}}</dt><dd><bdi>{{subject}}</bdi></dd></div>
    <div><dt>{{t.givenName}}</dt><dd><bdi>{{givenName}}</bdi></dd></div>
    <div><dt>{{t.surname}}</dt><dd><bdi>{{surname}}</bdi></dd></div>
    <div><dt>{{t.country}}</dt><dd><bdi>{{country}}</bdi></dd></div>
    <div><dt>{{t.issuedBy}}</dt><dd><bdi>{{issuer}}</bdi></dd></div>
    <div><dt>{{t.validFor}}</dt><dd>{{days}}</dd></div>
    </dl>
    </section>
    {{>answer}}
    {{/main}}
    {{/layout}}
    """#

  static let deletion = #"""
    {{<layout}}
    {{$main}}
    <p class="lead">{{#lead}}{{>sentence}}{{/lead}}</p>
    {{>message}}
    <section class="card" aria-labelledby="request">
    <h2 id="request">{{t.deletionHeading}}</h2>
    <dl>
    <div><dt>{{t.requestedBy}}</dt><dd><bdi>{{client}}</bdi></dd></div>
    <div><dt>{{t.loggedInAs}}</dt><dd><bdi>{{signer}}</bdi></dd></div>
    <div><dt>{{t.issuedTo}}</dt><dd><bdi>{{certificate.subject}}</bdi></dd></div>
    <div><dt>{{t.issuedBy}}</dt><dd><bdi>{{certificate.issuer}}</bdi></dd></div>
    <div><dt>{{t.validUntil}}</dt><dd><time datetime="{{certificate.validToISO}}">{{certificate.validTo}}</time></dd></div>
    <div><dt>{{t.credential}}</dt><dd><bdi>{{credential}}</bdi></dd></div>
    </dl>
    <p class="notice care">{{t.deletionWarning}}</p>
    </section>
    {{>answer}}
    {{/main}}
    {{/layout}}
    """#
}
