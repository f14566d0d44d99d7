internal import Mustache
internal import Texts

/// The pages' HTML: the files `*.mustache` of `Sources/CResources/pages`. Pages fill the block `main` of `layout`; the
/// others are partials.
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

  private static let fileExtension = ".mustache"

  /// By name, without the end of the file's name.
  static let all = Dictionary(
    uniqueKeysWithValues: EmbeddedFiles.all.keys.filter { $0.hasSuffix(fileExtension) }.map { file in
      (String(file.dropLast(fileExtension.count)), template(EmbeddedFiles.text(file)))
    })

  /// A template of one line stands within a line, so the end of the line is not part of it.
  private static func template(_ file: String) -> String {
    let lines = file.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.count == 2 ? String(lines[0]) : file
  }
}
