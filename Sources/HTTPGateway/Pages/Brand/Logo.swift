internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// The picture that `info.logo` points to: `Mark` in the service's own colour, 192×192 pixels, PNG.
enum Logo {
  static var response: Response {
    Response(
      status: .ok, headers: [.contentType: "image/png", .cacheControl: "max-age=86400"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: png)))
  }

  private static let png = [UInt8](
    Data(base64Encoded: encoded, options: .ignoreUnknownCharacters) ?? Data())

  private static let encoded = """
    iVBORw0KGgoAAAANSUhEUgAAAMAAAADACAMAAABlApw1AAAAYFBMVEXU3OcNT2MECn4lTYUaRYBKa5kaRoCFnLpxi64aRIOesMgAM5kaRH3+/v6j
    tMsAAAAdSIIMOXUjS4KZrMVaeKEFPn4aRH0AVaoYRHwZRH0AAP8Af38ZRH0aRH0aRH01WoxjRAs6AAAAIHRSTlP/BQffY/+x//8k/wX+//8A/v//
    //8FzwMtdQECVqeN/2sXAA4AAAXRSURBVHja7Z3ZevIqFEDJYNT/RCHWkFF9/7c8EIeqSRAS2GH3kwtvapu1GDYEKBCqSE0uP4NtW514Cpz4qWq3
    /8nn542KkYz/qKjFxzZOopR1CRL/9kR+iksBURcTBOTvlGcOTd7zSKPOoTAUEN8P4iRdEv5XIk3iYFRhUKCpaVBFPtDfHaIqp3WjKyBcY4/wbwrx
    cCH0BUJR9xO/8K8KSdnBfRIoaHj2D/+mEPYL4V0gl9mfeppkIeRqgYK2zFt+WQjtu8GrQEMrn/mlQUWbUYG6pmev8TuFs+QcFKjD/OQ9vzA45U09
    KFBQDPzS4DkWkaf4c0bB39WivC+Qi/abIkmiJefvAjJ+pmiSiKbFq0BDS4ZJgJX3aHoTCHKOiF8Y8Dx4FijQNOCnhlz8CgSiAqXIkqhEwUOgaTg+
    AR40dwFcEegtEkmBOkgxCqRBfRXA1IX1uzNZAjnHKcDzrgRylC3g0QqI6NE4VgEu4AnGPuCRtjQkObpO+LUZE6xN+N6MCeYaJMcTBGkn8KhDBMmL
    8OjrMUE5jPgdTuSkTFGnkrQMMz9rSYVboCIn3AInwnELcPwCPkXR69SUyQQVS4lP+Zll6eEgP1EKsCw77olI+2OW6RcC8Yf/Qna3RC76BsQb/tXu
    Ka20DYgv/MfdS7pkqAR6/DuCSqDPv9sdMzwCQ/y7vWYrIJ7y7wiaKjTMvyMHJAIj/GgEDiP8WKrQWP5jacSj+Y8kjCr4UXRk4/UHx1BCkf8oBnOq
    /D8iGE5b4l9MwBb/UgLW+BcSsMe/jIBF/kUEbPIvIWCVfwEBu/zwApb5wQVs80MLWOcHFrDPDyvggB9UwAU/pIATfkABN/xwAo74wQTU/IfUdwFX
    +Q8l4Cz/gQQc8psJmK/jOuc3EzBfx3XObyAwcR3XMb++wNR1XHfxx0xg6jqua35tgewy6eHO+fUFyJTHu+fXFRhcyGUe8GsKsGw/AQGCX7sKEXMI
    EH5dgQMxxoDhnyegAgHin1WFVChQ/HMasWowAMY/I4yqDOD4p3dkKgNA/slDCZUBJP/UwZzKAJTfZDitOayH5Td6odEyAOY3eaXUMoDmN3on1jAA
    5zeclfhkAM9vOC90UAMuwG86saVGXIDfeGZOuclnBc9vPrWoMliAf8Lc6AQDC/NXNid3jQ0c5v+02WlDA6f806bXjQzc8k9cHzAwcMw/dYFD28A1
    /+QVGk0D5/zTl5i0DNzzz1gj0zAA4J+zyPfRAIJ/1irlBwMQ/nnLrEoDGP6Z68RMNeEF83++Mxe6Rw2g+Gev1I/UIjD++VsNBssAjt/CXokBA0B+
    G5s9egaQ/FZ2q7wZgPLb2W7Dsuh3G0IEym9pvxDL0vtGkBSW396Gp2lbcTwSmLgZyh+BpdJX4CvwFfgKIBLoOivXybAzNBJYbdY/ztN6E7kRyC7r
    PVBaXzL7Atnl3x4s/dM30BaA5JcG1gXWe9C0tiyQrfbAaWX3YIxsAy2wsXyyxxpaYG23Ch1+oAV+Dl8BDFVIHlXIMDdiIaB3XKevYdTgvFHgItho
    zoVw7SNr/RxKsJP2ocFZBDmYizS7MVbpH9vs5XCatUYHZwO90KwMkEpicnq/d6+U8uhy9IfH4z++H/sFCnWB+gqLmuSI61B3iUhIEd9AUNIQ/0U6
    SC/zunbDNP8Ll0n9geu86gBjEcgY+leutKNBiPFSwTD4O9c6or9YE//Vpvgulw3fLpdFf70v/guW8V9xjf+ScfzXvMsL7P2vRaL+1E/8LwIymlZ+
    R1Mm2m/zgvwq0EVT5jN/+1z/BwRE8w4Tbw1YEj7Fn2EB8YUg8bMQGDv3+fsCNKS0jPxTYCwqO7iPArIh0NgzBYEf0/fqPypARZwNKo8UBH6V07qh
    ugKdaxAnqQ8OgiGJg+HsHxe4fr+MOWNLSsin83hLR/EVAuJ3ZIe3FeXQ/R1QkccDT3Ep40oxTqkQEG2hC1rbsq3OnMPmPefnqi23XWBvVIz/A5eT
    D3+bfWMXAAAAAElFTkSuQmCC
    """
}
