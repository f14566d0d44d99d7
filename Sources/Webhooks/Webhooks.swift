// Signed calls to partners: messages for their customers, and word of completed jobs. The signature covers time,
// id and body; a receiver that fails is tried again with growing pauses.
//
// Begin with `WebhookSender`.
