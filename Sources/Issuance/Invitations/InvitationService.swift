import SoleControl

/// Invitations: links by which persons set the PINs of credentials that trusted clients ordered. They are sent,
/// answered on a page, or end.
public struct InvitationService: Sendable {
  let issuance: IssuanceService

  var soleControl: SoleControlServices { issuance.soleControl }
  var store: any IssuanceStore { issuance.store }
  var rules: IssuanceService.Rules { issuance.rules }
  var clock: ServiceContext.Clock { issuance.clock }
}

extension IssuanceService {
  public var invitations: InvitationService { InvitationService(issuance: self) }
}
