/// The sign of the service, in any colour: a tick above the line to sign on. `Logo` is the same as PNG.
enum Mark {
  static func svg(_ colour: BrandColour) -> String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96">
    <rect width="96" height="96" rx="22" fill="\(colour.hex)"/>
    <g fill="none" stroke="\(colour.textOnIt.hex)" stroke-width="9" stroke-linecap="round" stroke-linejoin="round">
    <path d="M24 46l14 14 34-34"/>
    <path d="M24 74h48" stroke-opacity="0.6"/>
    </g>
    </svg>

    """
  }
}
