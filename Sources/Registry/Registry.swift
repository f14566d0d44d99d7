// Partners, the organisations under contract: their names and look, their software, where they may be called and what
// their statements are worth. Knows who they are and nothing of what is done for them.
//
// Begin with `PartnerDirectory`, the port, and `Partner`, its values.
