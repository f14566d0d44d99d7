internal import Mustache

/// The pages' HTML. In the program itself, so that there are no files to lose.
///
/// Values stand in double braces, which escape; `t` are the texts (`PageTexts`). No script, no style: the
/// Content-Security-Policy allows neither.
enum PageTemplates {
  /// Compiled once. The templates are ours and tested, so one that cannot be read is a mistake of ours.
  static let library: MustacheLibrary = {
    MustacheContentTypes.register(OctetEscaping(), named: OctetEscaping.name)
    var library = MustacheLibrary()
    for (name, text) in all {
      // Each partial begins with the library's own escaping again.
      let text = "{{% CONTENT_TYPE: \(OctetEscaping.name)}}\n" + text
      do { try library.register(text, named: name) } catch { preconditionFailure("template \(name): \(error)") }
    }
    return library
  }()

  static let all = [
    "layout": layout, "sentence": sentence, "message": message, "field": field, "logIn": logIn, "service": service,
    "signing": signing, "documents": documents, "answer": answer, "creation": creation, "deletion": deletion,
    "error": error, "done": done, "forward": forward,
  ]

  private static let layout = #"""
    <!DOCTYPE html>
    <html lang="{{language}}">
    <head>
    <meta charset="utf-8">
    <title>{{#isWrong}}{{t.errorPrefix}}: {{/isWrong}}{{title}} – {{brand.name}}</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="format-detection" content="telephone=no">
    <meta name="robots" content="noindex">
    {{#forwardTo}}
    <meta http-equiv="refresh" content="0; url={{forwardTo}}">
    {{/forwardTo}}
    <link rel="stylesheet" href="{{style}}">
    <link rel="stylesheet" href="{{brand.style}}">
    <link rel="icon" href="{{brand.icon}}" type="image/svg+xml">
    </head>
    <body{{#isNarrow}} class="narrow"{{/isNarrow}}>
    <header>
    <div class="width">
    {{#brand.logo}}
    <img class="logo" src="{{brand.logo}}" alt="{{brand.name}}">
    {{/brand.logo}}
    {{^brand.logo}}
    <img class="mark" src="{{brand.icon}}" alt="" width="36" height="36">
    <span class="name">{{brand.name}}</span>
    {{/brand.logo}}
    </div>
    </header>
    <main class="width">
    <h1>{{title}}</h1>
    {{$main}}{{/main}}
    </main>
    <footer>
    <div class="width">
    {{#hasLinks}}
    <ul>
    {{#links}}
    <li><a href="{{.url}}" target="_blank" rel="noopener noreferrer">{{.label}}<span class="hidden"> {{t.newTab}}</span></a></li>
    {{/links}}
    </ul>
    {{/hasLinks}}
    <p>{{serviceLine}}</p>
    </div>
    </footer>
    </body>
    </html>

    """#

  /// A text with values in it. They are isolated, so that they cannot turn the direction of the text around them.
  private static let sentence = #"{{.text}}{{#.value}}<bdi>{{.}}</bdi>{{/.value}}"#

  private static let message = #"""
    {{#error}}
    <div class="notice bad" role="alert" id="message">
    <h2>{{t.problemHeading}}</h2>
    <p>{{#target}}<a href="#{{target}}">{{error}}</a>{{/target}}{{^target}}{{error}}{{/target}}</p>
    </div>
    {{/error}}
    {{#information}}
    <p class="notice good" role="status" id="message">{{information}}</p>
    {{/information}}

    """#

  private static let field = #"""
    <div class="field{{#.problem}} bad{{/.problem}}">
    <label for="{{.id}}">{{.label}}{{#.isOptional}} <span class="quiet">{{t.optional}}</span>{{/.isOptional}}</label>
    {{#.hasHint}}
    <p class="hint" id="{{.id}}-hint">{{#.hint}}{{>sentence}}{{/.hint}}</p>
    {{/.hasHint}}
    {{#.problem}}
    <p class="problem" id="{{id}}-problem">{{.}}</p>
    {{/.problem}}
    <input id="{{.id}}" name="{{.id}}" type="{{.type}}" autocomplete="{{.autocomplete}}" maxlength="{{.longest}}"{{#.inputmode}} inputmode="{{.}}"{{/.inputmode}}{{#.value}} value="{{.}}"{{/.value}}{{#.describedBy}} aria-describedby="{{.}}"{{/.describedBy}}{{#.problem}} aria-invalid="true"{{/.problem}}{{#.isFixed}} readonly{{/.isFixed}}{{^.isOptional}} required{{/.isOptional}}{{#.isFocused}} autofocus{{/.isFocused}} autocapitalize="none" spellcheck="false">
    </div>

    """#

  private static let logIn = #"""
    {{<layout}}
    {{$main}}
    {{#welcome}}
    <p class="welcome">{{welcome}}</p>
    {{/welcome}}
    <p class="lead">{{#lead}}{{>sentence}}{{/lead}}</p>
    {{>message}}
    <form class="card" method="post" action="/oauth2/login">
    <input type="hidden" name="transaction" value="{{transaction}}">
    <input type="hidden" name="csrf" value="{{csrf}}">
    {{#fields}}
    {{>field}}
    {{/fields}}
    <div class="buttons">
    <button class="main" type="submit">{{t.logIn}}</button>
    </div>
    </form>
    {{/main}}
    {{/layout}}
    """#

  private static let service = #"""
    {{<layout}}
    {{$main}}
    <p class="lead">{{#lead}}{{>sentence}}{{/lead}}</p>
    {{>message}}
    <section class="card" aria-labelledby="allowed">
    <h2 id="allowed">{{t.serviceHeading}}</h2>
    <ul class="plain">
    <li>{{t.serviceSeeing}}</li>
    <li>{{t.serviceAsking}}</li>
    </ul>
    <dl>
    <div><dt>{{t.requestedBy}}</dt><dd><bdi>{{client}}</bdi></dd></div>
    <div><dt>{{t.loggedInAs}}</dt><dd><bdi>{{signer}}</bdi></dd></div>
    </dl>
    <form method="post" action="/oauth2/consent">
    <input type="hidden" name="transaction" value="{{transaction}}">
    <input type="hidden" name="csrf" value="{{csrf}}">
    <div class="buttons">
    <button class="main" type="submit" name="decision" value="approve">{{t.allow}}</button>
    <button type="submit" name="decision" value="deny" formnovalidate>{{t.deny}}</button>
    </div>
    </form>
    </section>
    {{/main}}
    {{/layout}}
    """#

  private static let signing = #"""
    {{<layout}}
    {{$main}}
    <p class="lead">{{#lead}}{{>sentence}}{{/lead}}</p>
    {{>message}}
    <section class="card" aria-labelledby="request">
    <h2 id="request">{{t.summaryHeading}}</h2>
    <dl>
    <div><dt>{{t.requestedBy}}</dt><dd><bdi>{{client}}</bdi></dd></div>
    {{#purpose}}
    <div><dt>{{t.purpose}}</dt><dd><bdi>{{purpose}}</bdi></dd></div>
    {{/purpose}}
    <div><dt>{{t.signatures}}</dt><dd>{{numSignatures}}</dd></div>
    {{#signer}}
    <div><dt>{{t.loggedInAs}}</dt><dd><bdi>{{signer}}</bdi></dd></div>
    {{/signer}}
    </dl>
    </section>
    <section class="card" aria-labelledby="documents">
    <h2 id="documents">{{t.documentsHeading}}</h2>
    {{#hasDocuments}}
    <ol class="documents">
    {{#documents}}
    {{>documents}}
    {{/documents}}
    </ol>
    {{#more}}
    <details>
    <summary>{{more}}</summary>
    <ol class="documents" start="{{moreStart}}">
    {{#moreDocuments}}
    {{>documents}}
    {{/moreDocuments}}
    </ol>
    </details>
    {{/more}}
    {{/hasDocuments}}
    {{#hasUnnamed}}
    <p class="notice care">{{#unnamed}}{{>sentence}}{{/unnamed}}</p>
    {{/hasUnnamed}}
    {{#hasDocuments}}
    <p class="hint">{{t.digestHelp}}{{#hasLabels}} {{t.namesHelp}}{{/hasLabels}}</p>
    {{/hasDocuments}}
    </section>
    <section class="card" aria-labelledby="certificate">
    <h2 id="certificate">{{t.certificateHeading}}</h2>
    <dl>
    <div><dt>{{t.issuedTo}}</dt><dd><bdi>{{certificate.subject}}</bdi></dd></div>
    <div><dt>{{t.issuedBy}}</dt><dd><bdi>{{certificate.issuer}}</bdi></dd></div>
    <div><dt>{{t.validUntil}}</dt><dd><time datetime="{{certificate.validToISO}}">{{certificate.validTo}}</time></dd></div>
    <div><dt>{{t.credential}}</dt><dd><bdi>{{credential}}</bdi></dd></div>
    </dl>
    <details>
    <summary>{{t.fullNames}}</summary>
    <dl class="names">
    <div><dt>{{t.issuedTo}}</dt><dd><bdi>{{certificate.fullSubject}}</bdi></dd></div>
    <div><dt>{{t.issuedBy}}</dt><dd><bdi>{{certificate.fullIssuer}}</bdi></dd></div>
    </dl>
    </details>
    </section>
    {{>answer}}
    {{/main}}
    {{/layout}}
    """#

  /// What a person gives to confirm, and the buttons.
  private static let answer = #"""
    <section class="card" aria-labelledby="confirm">
    <h2 id="confirm">{{confirmHeading}}</h2>
    {{#proof}}
    <p>{{t.creationProof}} <bdi>{{credential}}</bdi></p>
    {{/proof}}
    {{#hasAlternatives}}
    <p>{{t.alternatives}}</p>
    {{/hasAlternatives}}
    {{#eidDone}}
    <p class="notice good">{{t.eidDone}}</p>
    {{/eidDone}}
    {{#eidOpen}}
    <form class="step" method="post" action="/oauth2/eid">
    <input type="hidden" name="transaction" value="{{transaction}}">
    <input type="hidden" name="csrf" value="{{csrf}}">
    {{#shown}}
    <input type="hidden" name="shown" value="{{.}}">
    {{/shown}}
    <p id="EID-hint">{{t.eidText}}</p>
    <div class="buttons">
    <button class="{{#eidAlone}}main{{/eidAlone}}" id="EID" type="submit" aria-describedby="EID-hint">{{t.eidButton}}</button>
    </div>
    </form>
    {{/eidOpen}}
    {{#sendCode}}
    <form class="step" method="post" action="{{action}}">
    <input type="hidden" name="transaction" value="{{transaction}}">
    <input type="hidden" name="csrf" value="{{csrf}}">
    {{#shown}}
    <input type="hidden" name="shown" value="{{.}}">
    {{/shown}}
    <div class="buttons">
    <button type="submit" name="decision" value="send-code">{{sendCode}}</button>
    </div>
    </form>
    {{/sendCode}}
    <form method="post" action="{{action}}">
    <input type="hidden" name="transaction" value="{{transaction}}">
    <input type="hidden" name="csrf" value="{{csrf}}">
    {{#shown}}
    <input type="hidden" name="shown" value="{{.}}">
    {{/shown}}
    {{#fields}}
    {{>field}}
    {{/fields}}
    <div class="buttons">
    {{^eidAlone}}
    <button class="main" type="submit" name="decision" value="approve">{{approveText}}</button>
    {{/eidAlone}}
    <button type="submit" name="decision" value="deny" formnovalidate>{{t.refuse}}</button>
    </div>
    </form>
    </section>

    """#

  private static let documents = #"""
    <li>
    {{#.label}}
    <p class="label"><bdi>{{.}}</bdi></p>
    {{/.label}}
    {{^.label}}
    <p class="label none">{{t.noLabel}}</p>
    <p class="hint">{{t.noLabelHelp}}</p>
    {{/.label}}
    <p class="digest"><span class="quiet">{{digestName}}</span> <code>{{#.digest}}<span>{{.}}</span><wbr>{{/.digest}}</code></p>
    </li>

    """#

  private static let error = #"""
    {{<layout}}
    {{$main}}
    <div class="card" role="alert">
    <p>{{text}}</p>
    {{#hasFacts}}
    <dl>
    {{#detail}}
    <div><dt>{{t.detail}}</dt><dd><bdi lang="en">{{detail}}</bdi></dd></div>
    {{/detail}}
    {{#reference}}
    <div><dt>{{t.reference}}</dt><dd><code>{{reference}}</code></dd></div>
    {{/reference}}
    </dl>
    {{/hasFacts}}
    </div>
    {{/main}}
    {{/layout}}
    """#

  private static let done = #"""
    {{<layout}}
    {{$main}}
    <div class="card" role="status">
    <p>{{text}}</p>
    {{#continueURL}}
    <p class="buttons"><a class="button main" href="{{continueURL}}"><span>{{#continueText}}{{>sentence}}{{/continueText}}</span></a></p>
    {{/continueURL}}
    </div>
    {{/main}}
    {{/layout}}
    """#

  private static let forward = #"""
    {{<layout}}
    {{$main}}
    <div class="card">
    <p>{{t.forwardText}}</p>
    <p class="buttons"><a class="button main" href="{{forwardTo}}" rel="noreferrer">{{forwardLink}}</a></p>
    </div>
    {{/main}}
    {{/layout}}
    """#
}
