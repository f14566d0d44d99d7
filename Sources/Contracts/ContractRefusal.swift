/// A refusal to do as an operator wanted. Nothing was changed.
public enum ContractRefusal: Error, Equatable, Sendable, CustomStringConvertible {
  /// No active operator has the key, or the signature is not the key's over this act.
  case unknownOperator
  /// There is none yet.
  case noOperators
  /// The one who proposed the change is an operator no more.
  case proposerGone(String)
  /// The operator has not the role that it takes.
  case roleMissing(Operator.Role)
  /// The one who proposed a change does not approve it.
  case samePerson
  /// The statement is not of now.
  case statementTooOld
  /// Another act came in between: what the operator saw is not what there is.
  case outdated
  /// There is, or was, one of this id.
  case idTaken(String)
  /// No name for an operator (`Operator.isID`).
  case badName(String)
  /// Another operator has, or had, the key.
  case keyTaken
  /// There is none of this id.
  case unknown(String)
  /// It is as it should become already.
  case nothingToDo(String)
  /// The change was approved or rejected, or its time is up.
  case decided
  /// The remaining operators could not change anything any more.
  case tooFewOperators
  /// Too many changes wait.
  case tooManyChanges
  /// Operators are there already; others are proposed and approved.
  case alreadyFounded

  public var description: String {
    switch self {
    case .unknownOperator: "no active operator has this key, or it did not sign this act"
    case .noOperators:
      "there are no operators; 'countersign init --operator NAME=KEY.pem', with the option twice, makes the first ones"
    case .proposerGone(let id): "\(id) is an operator no more; reject the change, and have another one propose it"
    case .roleMissing(let role):
      "the operator has not the role \(role.rawValue); 'countersign operator list' shows who has"
    case .samePerson: "a second person has to approve what one has proposed"
    case .statementTooOld: "the signature is not of now; is the clock right?"
    case .outdated: "the contracts were changed meanwhile; look at them and try again"
    case .idTaken(let id): "\(id) is taken, or was; choose another id"
    case .badName(let id):
      "\(id) is no name for an operator: lower-case letters, digits, dots and hyphens, a letter first, 64 at most"
    case .keyTaken: "another operator has, or had, this key; make a new one"
    case .unknown(let id): "there is no \(id)"
    case .nothingToDo(let id): "\(id) is so already"
    case .decided: "the change was decided, or its time is up"
    case .tooFewOperators: "the operators that remain could not change anything any more"
    case .tooManyChanges: "too many changes wait; approve or reject some first"
    case .alreadyFounded: "there are operators already; add others with 'countersign operator add'"
    }
  }

  /// Whether it was about who may do it: the log tells of such attempts.
  var isOfAccess: Bool {
    switch self {
    case .unknownOperator, .roleMissing, .samePerson, .statementTooOld: true
    default: false
    }
  }

  /// Its name in the log.
  var code: String {
    switch self {
    case .unknownOperator: "unknown"
    case .roleMissing: "role"
    case .samePerson: "same-person"
    case .statementTooOld: "time"
    default: "other"
    }
  }
}
