extension Migration {
  /// The tables of the first build.
  static let firstTables = Migration("0001", [credentials, ledger, waiting, authorizationServer, audit, process])

  /// A MAC of the device over `text` proves the rows of `credential` and `certificate_subject`; `row_mac` all others
  /// (`ProtectedTable`).
  private static let credentials = """
    CREATE TABLE credential (
      id TEXT PRIMARY KEY, signer TEXT NOT NULL, text BLOB NOT NULL, mac BLOB NOT NULL) WITHOUT ROWID;
    CREATE INDEX credential_signer ON credential (signer, id);
    CREATE TABLE factor_state (
      credential TEXT NOT NULL, factor TEXT NOT NULL, failures INTEGER NOT NULL, last_step INTEGER NOT NULL,
      row_mac BLOB NOT NULL, PRIMARY KEY (credential, factor)) WITHOUT ROWID;
    CREATE TABLE challenge (
      digest BLOB PRIMARY KEY, credential TEXT NOT NULL, factor TEXT NOT NULL, expires INTEGER NOT NULL,
      made INTEGER NOT NULL, row_mac BLOB NOT NULL) WITHOUT ROWID;
    CREATE INDEX challenge_credential ON challenge (credential, factor, made);
    CREATE TABLE one_time_code (
      credential TEXT NOT NULL, factor TEXT NOT NULL, id TEXT NOT NULL UNIQUE, mac BLOB NOT NULL,
      expires INTEGER NOT NULL, row_mac BLOB NOT NULL, PRIMARY KEY (credential, factor)) WITHOUT ROWID;
    CREATE TABLE message (
      id TEXT PRIMARY KEY, partner TEXT NOT NULL, credential TEXT NOT NULL, factor TEXT NOT NULL,
      time INTEGER NOT NULL, failed INTEGER NOT NULL, row_mac BLOB NOT NULL) WITHOUT ROWID;
    CREATE INDEX message_credential ON message (credential, factor, time);
    CREATE INDEX message_partner ON message (partner, time);
    CREATE INDEX message_time ON message (time);
    CREATE TABLE used_tokens (digest BLOB PRIMARY KEY, expires INTEGER NOT NULL, row_mac BLOB NOT NULL) WITHOUT ROWID;
    CREATE INDEX used_tokens_expires ON used_tokens (expires);
    CREATE TABLE certificate_subject (signer TEXT PRIMARY KEY, text BLOB NOT NULL, mac BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE lifecycle_grant (
      digest BLOB PRIMARY KEY, text BLOB NOT NULL, mac BLOB NOT NULL, expires INTEGER NOT NULL,
      instance TEXT, serial TEXT, issuer TEXT, row_mac BLOB NOT NULL) WITHOUT ROWID;
    CREATE INDEX lifecycle_grant_open ON lifecycle_grant (expires) WHERE instance IS NULL;
    CREATE INDEX lifecycle_grant_reserved ON lifecycle_grant (instance) WHERE instance IS NOT NULL;
    CREATE TABLE revocation (
      issuer TEXT NOT NULL, serial TEXT NOT NULL, time INTEGER NOT NULL, expires INTEGER NOT NULL,
      reason INTEGER NOT NULL, row_mac BLOB NOT NULL, PRIMARY KEY (issuer, serial)) WITHOUT ROWID;
    CREATE INDEX revocation_expires ON revocation (expires);
    CREATE TABLE owner_notice (
      id TEXT PRIMARY KEY, instance TEXT NOT NULL, partner TEXT NOT NULL, credential TEXT NOT NULL,
      serial TEXT NOT NULL, recipient TEXT NOT NULL, language TEXT, attempts INTEGER NOT NULL, due INTEGER NOT NULL,
      row_mac BLOB NOT NULL) WITHOUT ROWID;
    CREATE INDEX owner_notice_due ON owner_notice (instance, due);
    """

  private static let ledger = """
    CREATE TABLE activation (
      digest BLOB PRIMARY KEY, binding BLOB NOT NULL, expires INTEGER NOT NULL, replaced INTEGER NOT NULL DEFAULT 0,
      revoked INTEGER NOT NULL DEFAULT 0, row_mac BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE successor (
      extended BLOB PRIMARY KEY, activation BLOB NOT NULL, request BLOB NOT NULL, sealed BLOB NOT NULL,
      row_mac BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE slot (
      activation BLOB NOT NULL, number INTEGER NOT NULL, state INTEGER NOT NULL, operation TEXT,
      PRIMARY KEY (activation, number)) WITHOUT ROWID;
    CREATE TABLE operation (
      id TEXT PRIMARY KEY, activation BLOB NOT NULL, request BLOB NOT NULL, instance TEXT NOT NULL,
      state INTEGER NOT NULL, signatures BLOB, work BLOB, row_mac BLOB NOT NULL) WITHOUT ROWID;
    CREATE INDEX operation_request ON operation (activation, request);
    CREATE INDEX operation_reserved ON operation (instance) WHERE state = 0;
    CREATE TABLE job (
      id TEXT PRIMARY KEY, operation TEXT NOT NULL, instance TEXT NOT NULL, text BLOB NOT NULL, mac BLOB NOT NULL,
      state INTEGER NOT NULL, failure TEXT, expires INTEGER, row_mac BLOB NOT NULL) WITHOUT ROWID;
    CREATE INDEX job_operation ON job (operation);
    CREATE INDEX job_open ON job (instance) WHERE state = 0;
    CREATE INDEX job_expires ON job (expires) WHERE expires IS NOT NULL;
    CREATE TABLE completion_notification (
      id TEXT PRIMARY KEY, instance TEXT NOT NULL, partner TEXT NOT NULL, url TEXT NOT NULL, job TEXT NOT NULL,
      completed INTEGER NOT NULL, attempts INTEGER NOT NULL, due INTEGER NOT NULL, row_mac BLOB NOT NULL) WITHOUT ROWID;
    CREATE INDEX completion_notification_due ON completion_notification (instance, due);
    """

  /// Authorizations that wait for their customer.
  private static let waiting = """
    CREATE TABLE pending (
      id TEXT PRIMARY KEY, handle BLOB NOT NULL UNIQUE, link BLOB UNIQUE, credential TEXT NOT NULL, text BLOB NOT NULL,
      mac BLOB NOT NULL, expires INTEGER NOT NULL, state INTEGER NOT NULL, number INTEGER NOT NULL, approval BLOB,
      approval_mac BLOB, sealed BLOB, row_mac BLOB NOT NULL) WITHOUT ROWID;
    CREATE INDEX pending_credential ON pending (credential, expires) WHERE state = 0;
    CREATE INDEX pending_expires ON pending (expires);
    CREATE INDEX pending_overdue ON pending (expires) WHERE state < 2;
    CREATE TABLE backchannel_request (
      pending TEXT PRIMARY KEY, request BLOB NOT NULL UNIQUE, text BLOB NOT NULL, mac BLOB NOT NULL,
      sealed BLOB NOT NULL, interval INTEGER NOT NULL, due INTEGER NOT NULL, lease INTEGER NOT NULL,
      row_mac BLOB NOT NULL) WITHOUT ROWID;
    """

  /// `account` has no column for its MAC: people look into it, and put rows in, by SQL.
  private static let authorizationServer = """
    CREATE TABLE token (
      digest BLOB PRIMARY KEY, kind TEXT NOT NULL, partner TEXT NOT NULL, signer TEXT, grant_id TEXT NOT NULL,
      expires INTEGER NOT NULL, client TEXT, row_mac BLOB NOT NULL) WITHOUT ROWID;
    CREATE INDEX token_grant ON token (grant_id);
    CREATE INDEX token_expires ON token (expires);
    CREATE TABLE account (
      username TEXT PRIMARY KEY, password_hash TEXT NOT NULL, partner TEXT NOT NULL, signer TEXT NOT NULL
      ) WITHOUT ROWID;
    CREATE TABLE account_mac (username TEXT PRIMARY KEY, row_mac BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE oauth_entry (
      kind TEXT NOT NULL, digest BLOB NOT NULL, expires INTEGER NOT NULL, body BLOB NOT NULL, kept_for TEXT,
      size INTEGER NOT NULL DEFAULT 0, row_mac BLOB NOT NULL, PRIMARY KEY (kind, digest)) WITHOUT ROWID;
    CREATE INDEX oauth_entry_expires ON oauth_entry (expires);
    CREATE INDEX oauth_entry_kept ON oauth_entry (kept_for, kind, expires, size) WHERE kept_for IS NOT NULL;
    CREATE TABLE throttle (
      kind TEXT NOT NULL, digest BLOB NOT NULL, owner BLOB, failures INTEGER NOT NULL, last INTEGER NOT NULL,
      until INTEGER NOT NULL, succeeded INTEGER NOT NULL, expires INTEGER NOT NULL, row_mac BLOB NOT NULL,
      PRIMARY KEY (kind, digest)) WITHOUT ROWID;
    CREATE INDEX throttle_owner ON throttle (owner) WHERE owner IS NOT NULL;
    CREATE INDEX throttle_expires ON throttle (expires);
    """

  private static let audit = """
    CREATE TABLE audit (sequence INTEGER PRIMARY KEY, body BLOB NOT NULL, hash BLOB NOT NULL);
    CREATE TABLE audit_head (one INTEGER PRIMARY KEY CHECK (one = 1), count INTEGER NOT NULL, hash BLOB NOT NULL);
    INSERT INTO audit_head VALUES (1, 0, zeroblob(32));
    """

  private static let process = """
    CREATE TABLE readiness (number INTEGER PRIMARY KEY, filler BLOB NOT NULL);
    CREATE TABLE instance_lease (
      name TEXT PRIMARY KEY, incarnation TEXT NOT NULL, fence INTEGER NOT NULL, machine TEXT NOT NULL,
      renewals INTEGER NOT NULL, is_free INTEGER NOT NULL) WITHOUT ROWID;
    """
}
