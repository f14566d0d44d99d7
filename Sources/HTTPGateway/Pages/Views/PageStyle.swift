/// The pages' stylesheet, and the colours that differ by brand.
enum PageStyle {
  /// What text stands on, and the text, by day and by night. A test holds that each can be read on each.
  struct Palette: Sendable {
    let page, card, soft: BrandColour
    let text, quiet, bad, care, good: BrandColour
    let line, edge: BrandColour

    var surfaces: [BrandColour] { [page, card, soft] }

    fileprivate var variables: String {
      let named = [
        ("page", page), ("card", card), ("soft", soft), ("text", text), ("quiet", quiet), ("bad", bad), ("care", care),
        ("good", good), ("line", line), ("edge", edge),
      ]
      return named.map { "--\($0): \($1.hex);" }.joined(separator: " ")
    }
  }

  static let day = Palette(
    page: BrandColour(0xf2, 0xf4, 0xf7), card: .white, soft: BrandColour(0xf6, 0xf8, 0xfa),
    text: BrandColour(0x16, 0x1d, 0x27), quiet: BrandColour(0x52, 0x5d, 0x6b), bad: BrandColour(0xad, 0x12, 0x1b),
    care: BrandColour(0x7a, 0x45, 0x00), good: BrandColour(0x0f, 0x66, 0x3d),
    line: BrandColour(0xdc, 0xe1, 0xe8), edge: BrandColour(0x72, 0x7d, 0x8b))

  static let night = Palette(
    page: BrandColour(0x10, 0x15, 0x1c), card: BrandColour(0x1a, 0x21, 0x2b), soft: BrandColour(0x22, 0x2b, 0x37),
    text: BrandColour(0xe8, 0xec, 0xf2), quiet: BrandColour(0xa8, 0xb3, 0xc1), bad: BrandColour(0xff, 0x9d, 0x97),
    care: BrandColour(0xf2, 0xc4, 0x6c), good: BrandColour(0x7f, 0xd6, 0xa6),
    line: BrandColour(0x33, 0x3e, 0x4c), edge: BrandColour(0x86, 0x93, 0xa4))

  /// The brand's colour for surfaces, what is written on it, and what it is as text.
  static func colours(of colour: BrandColour) -> String {
    """
    :root { --brand: \(colour.hex); --on-brand: \(colour.textOnIt.hex); \
    --brand-text: \(colour.readable(on: day.surfaces).hex); }
    @media (prefers-color-scheme: dark) { :root { --brand-text: \(colour.readable(on: night.surfaces).hex); } }

    """
  }

  static let text = """
    :root { color-scheme: light dark; \(day.variables) }
    @media (prefers-color-scheme: dark) { :root { \(night.variables) } }

    """ + rules

  private static let rules = #"""
    *, *::before, *::after { box-sizing: border-box; }
    html { font-size: 100%; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
    body {
      margin: 0; min-height: 100vh; display: flex; flex-direction: column; background: var(--page); color: var(--text);
      font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif;
      line-height: 1.5; overflow-wrap: break-word;
    }
    .width { width: 100%; max-width: 42rem; margin-inline: auto; padding-inline: 1rem; }
    .narrow .width { max-width: 30rem; }
    .hidden {
      position: absolute; width: 1px; height: 1px; margin: -1px; padding: 0; border: 0; overflow: hidden;
      clip-path: inset(50%); white-space: nowrap;
    }

    header { background: var(--card); border-top: 4px solid var(--brand); border-bottom: 1px solid var(--line); }
    header .width { display: flex; align-items: center; gap: 0.75rem; min-height: 4rem; padding-block: 0.75rem; }
    .logo { display: block; max-width: min(100%, 15rem); max-height: 3rem; }
    .mark { display: block; border-radius: 8px; }
    .name { font-size: 1.125rem; font-weight: 600; }
    @media (prefers-color-scheme: dark) {
      .logo { padding: 0.375rem 0.625rem; background: #ffffff; border-radius: 8px; max-height: 3.75rem; }
    }

    main { flex: 1; padding-block: 2rem 2.5rem; }
    h1 { margin: 0 0 0.5rem; font-size: 1.75rem; line-height: 1.2; letter-spacing: -0.01em; }
    h1 + .card { margin-top: 1.25rem; }
    h2 { margin: 0 0 0.75rem; font-size: 1.125rem; line-height: 1.3; }
    p { margin: 0 0 0.75rem; }
    a { color: var(--brand-text); text-underline-offset: 0.15em; }
    .lead { margin-bottom: 1.5rem; }
    .lead bdi { font-weight: 600; }
    .welcome { margin-bottom: 0.25rem; color: var(--quiet); }
    .quiet, .hint { color: var(--quiet); }
    .hint { font-size: 0.9375rem; }

    .card {
      background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.5rem;
      margin-bottom: 1rem; box-shadow: 0 1px 2px rgb(16 24 40 / 6%);
    }
    .card > :last-child { margin-bottom: 0; }

    .notice {
      border: 1px solid currentColor; border-left-width: 6px; border-radius: 8px; background: var(--card);
      padding: 0.875rem 1rem; margin-bottom: 1.25rem;
    }
    .notice h2 { margin-bottom: 0.25rem; font-size: 1rem; }
    .notice p { margin: 0; }
    .notice a { color: inherit; }
    .notice.bad { color: var(--bad); }
    .notice.care { color: var(--care); font-weight: 600; }
    .notice.good { color: var(--good); }

    dl { margin: 0; }
    dl div { padding: 0.5rem 0; border-top: 1px solid var(--line); }
    dl div:first-child { border-top: 0; padding-top: 0; }
    dl div:last-child { padding-bottom: 0; }
    dt { color: var(--quiet); font-size: 0.9375rem; }
    dd { margin: 0; overflow-wrap: anywhere; }
    @media (min-width: 36rem) {
      dl div { display: grid; grid-template-columns: 12rem 1fr; gap: 1rem; }
      dt { font-size: 1rem; }
    }
    dl + form, dl + .notice { margin-top: 1.5rem; }
    ul.plain { margin: 0 0 1.25rem; padding-left: 1.25rem; }
    ul.plain li { margin-bottom: 0.375rem; }

    .documents { margin: 0 0 1rem; padding: 0 0 0 1.75rem; }
    .documents li { padding: 0.75rem 0; border-top: 1px solid var(--line); }
    .documents li:first-child { border-top: 0; padding-top: 0; }
    details .documents { padding-left: 2.75rem; }
    .documents li::marker { color: var(--quiet); }
    /* Nothing in a label can paint outside its own box. */
    .label { margin-bottom: 0.25rem; font-weight: 600; overflow-wrap: anywhere; overflow: clip; contain: paint; }
    .label.none { color: var(--care); }
    .documents .hint { margin-bottom: 0.25rem; }
    .digest { margin: 0; font-size: 0.875rem; }
    .digest .quiet { display: block; }
    code { font-family: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "Liberation Mono", monospace; }
    .digest code { display: block; max-width: calc(32ch + 3em); line-height: 1.6; -webkit-user-select: all; user-select: all; }
    .digest code span { margin-right: 0.6em; }

    details { margin-bottom: 1rem; }
    .card > details:last-child { margin: 0.75rem 0 0; }
    summary { padding: 0.5rem 0; color: var(--brand-text); font-weight: 600; cursor: pointer; }
    details[open] > summary { margin-bottom: 0.5rem; }
    .names div { display: block; }

    .step { padding-bottom: 1.25rem; margin-bottom: 1.25rem; border-bottom: 1px solid var(--line); }
    .field { margin-bottom: 1.25rem; max-width: 24rem; }
    label { display: block; margin-bottom: 0.25rem; font-weight: 600; }
    label .quiet { font-weight: 400; }
    .narrow .field { max-width: none; }
    .field .hint { margin-bottom: 0.375rem; }
    .problem { margin-bottom: 0.375rem; color: var(--bad); font-weight: 600; }
    input {
      display: block; width: 100%; min-height: 3rem; padding: 0.5rem 0.75rem; border: 1px solid var(--edge);
      border-radius: 8px; background: var(--card); color: var(--text); font: inherit;
    }
    input[inputmode] { letter-spacing: 0.12em; }
    input[readonly] { background: var(--soft); }
    .field.bad input { border: 2px solid var(--bad); }

    .buttons { display: flex; flex-wrap: wrap; gap: 0.75rem; margin: 0; }
    button, .button {
      display: inline-flex; align-items: center; justify-content: center; min-height: 3rem; padding: 0.625rem 1.5rem;
      border: 1px solid var(--edge); border-radius: 8px; background: var(--card); color: var(--text); font: inherit;
      font-weight: 600; text-align: center; text-decoration: none; cursor: pointer;
    }
    button:hover, .button:hover { border-color: var(--text); }
    .main:is(button, .button) { background: var(--brand); border-color: var(--brand-text); color: var(--on-brand); }
    .main:is(button, .button):hover { text-decoration: underline; text-underline-offset: 0.2em; }
    @media (max-width: 30rem) {
      .buttons > * { width: 100%; }
      .card { padding: 1.25rem 1rem; }
      main { padding-block: 1.5rem; }
      h1 { font-size: 1.5rem; }
    }

    :focus-visible { outline: 3px solid var(--brand-text); outline-offset: 3px; border-radius: 4px; }
    input:focus-visible { outline-offset: 1px; border-radius: 8px; }
    button:focus-visible, .button:focus-visible { border-radius: 8px; }

    footer { padding: 0 0 2rem; color: var(--quiet); font-size: 0.9375rem; }
    footer ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; margin: 0 0 0.5rem; padding: 0; list-style: none; }
    footer a { display: inline-block; padding: 0.25rem 0; color: inherit; }
    footer p { margin: 0; }

    @media (forced-colors: active) { .main:is(button, .button) { border-width: 3px; } }
    @media print { form, header .mark { display: none; } .card { box-shadow: none; break-inside: avoid; } }

    """#
}
