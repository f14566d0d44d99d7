/// The forms of an HTML page, read as leniently as browsers do, as far as a log-in needs.
struct HTMLForm: Equatable {
  struct Control: Equatable {
    /// `text`, `password`, `hidden`, `submit`, `checkbox`, …; `select` and `textarea` for those elements.
    var type: String
    var name: String
    var value: String
    var id: String
    var autocomplete: String
    var inputMode: String
    /// Visible words of a button.
    var label = ""
    var isChecked = false
    var isDisabled = false
    var isRequired = false
    /// A button that submits elsewhere.
    var formAction: String?
    var skipsValidation = false
  }

  var action: String
  var method: String
  var controls: [Control] = []

  var buttons: [Control] { controls.filter { ["submit", "image"].contains($0.type) && !$0.isDisabled } }

  static func all(in html: String) -> [HTMLForm] {
    var reader = Reader()
    for token in HTMLToken.all(in: html) { reader.read(token) }
    return reader.forms
  }

  private struct Reader {
    var forms: [HTMLForm] = []
    private var ids: [String: Int] = [:]
    private var isInForm = false
    /// The open button, to which words are added, and the open select.
    private var button: (form: Int, control: Int)?
    private var select: (form: Int, control: Int, hasChoice: Bool)?

    mutating func read(_ token: HTMLToken) {
      switch token {
      case .text(let text):
        if let button { forms[button.form].controls[button.control].label += text }
      case .close(let name): close(name)
      case .open(let name, let attributes): open(name, attributes)
      }
    }

    private mutating func close(_ name: String) {
      switch name {
      case "form": isInForm = false
      case "button": button = nil
      case "select": select = nil
      default: break
      }
    }

    private mutating func open(_ name: String, _ attributes: [String: String]) {
      switch name {
      case "form":
        forms.append(HTMLForm(action: attributes["action"] ?? "", method: (attributes["method"] ?? "get").lowercased()))
        if let id = attributes["id"] { ids[id] = forms.count - 1 }
        isInForm = true
      case "input", "button", "select", "textarea":
        guard let form = attributes["form"].flatMap({ ids[$0] }) ?? (isInForm ? forms.count - 1 : nil) else { return }
        forms[form].controls.append(Control(name, attributes))
        let position = (form, forms[form].controls.count - 1)
        if name == "button" { button = position }
        if name == "select" { select = (position.0, position.1, false) }
      case "option":
        guard let open = select, !open.hasChoice || attributes["selected"] != nil else { return }
        forms[open.form].controls[open.control].value = attributes["value"] ?? ""
        select?.hasChoice = true
      default: break
      }
    }
  }
}

extension HTMLForm.Control {
  fileprivate init(_ element: String, _ attributes: [String: String]) {
    let type =
      switch element {
      case "button": attributes["type"]?.lowercased() ?? "submit"
      case "input": attributes["type"]?.lowercased() ?? "text"
      default: element
      }
    self.init(
      type: type, name: attributes["name"] ?? "", value: attributes["value"] ?? (type == "checkbox" ? "on" : ""),
      id: attributes["id"] ?? "", autocomplete: attributes["autocomplete"]?.lowercased() ?? "",
      inputMode: attributes["inputmode"]?.lowercased() ?? "")
    isChecked = attributes["checked"] != nil
    isDisabled = attributes["disabled"] != nil
    isRequired = attributes["required"] != nil
    formAction = attributes["formaction"]
    skipsValidation = attributes["formnovalidate"] != nil
  }
}
