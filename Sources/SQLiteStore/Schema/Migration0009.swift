extension Migration {
  /// Signers of partners. 0008 is kept for contracts.
  static let signers = Migration("0009", [enrolment])

  /// Signers of partners, the wrapped secrets of their personal data, and calls with the answers that they got.
  private static let enrolment = """
    CREATE TABLE signer (
      id TEXT PRIMARY KEY, partner TEXT NOT NULL, kind TEXT NOT NULL, representative TEXT, created INTEGER NOT NULL,
      state TEXT NOT NULL, locale TEXT NOT NULL, external BLOB, sealed BLOB NOT NULL, revision INTEGER NOT NULL,
      row_mac BLOB NOT NULL) WITHOUT ROWID;
    CREATE UNIQUE INDEX signer_external ON signer (partner, external) WHERE external IS NOT NULL;
    CREATE INDEX signer_created ON signer (partner, created, id);
    CREATE INDEX signer_state ON signer (partner, state, created, id);
    CREATE TABLE signer_key (
      signer TEXT PRIMARY KEY, wrapped BLOB NOT NULL, row_mac BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE recorded_call (
      client TEXT NOT NULL, name BLOB NOT NULL, fingerprint BLOB NOT NULL, answer BLOB NOT NULL,
      expires INTEGER NOT NULL, signer TEXT, row_mac BLOB NOT NULL, PRIMARY KEY (client, name)) WITHOUT ROWID;
    CREATE INDEX recorded_call_expires ON recorded_call (expires);
    CREATE INDEX recorded_call_signer ON recorded_call (signer) WHERE signer IS NOT NULL;
    """
}
