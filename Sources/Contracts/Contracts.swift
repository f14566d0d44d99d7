// Contracts with partners: who may change them, under whose key, and what needs two persons. Knows records and the log,
// and nothing of what is signed because of them.
//
// Begin with `ContractService`; `ContractAct` has all that an operator can do.
