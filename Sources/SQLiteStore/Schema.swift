internal import GRDB

/// Numbered migrations, forward only. A released one is never changed.
enum Schema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("0001-first") { db in
      try db.execute(
        sql: """
          CREATE TABLE credential (
            id TEXT PRIMARY KEY, signer TEXT NOT NULL, text BLOB NOT NULL, mac BLOB NOT NULL) WITHOUT ROWID;
          CREATE INDEX credential_signer ON credential (signer, id);
          CREATE TABLE factor_state (
            credential TEXT NOT NULL, factor TEXT NOT NULL, failures INTEGER NOT NULL, last_step INTEGER NOT NULL,
            PRIMARY KEY (credential, factor)) WITHOUT ROWID;
          CREATE TABLE challenge (
            digest BLOB PRIMARY KEY, credential TEXT NOT NULL, factor TEXT NOT NULL, expires INTEGER NOT NULL,
            made INTEGER NOT NULL) WITHOUT ROWID;
          CREATE INDEX challenge_credential ON challenge (credential, factor, made);

          CREATE TABLE activation (
            digest BLOB PRIMARY KEY, binding BLOB NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;
          CREATE TABLE slot (
            activation BLOB NOT NULL, number INTEGER NOT NULL, state INTEGER NOT NULL, operation TEXT,
            PRIMARY KEY (activation, number)) WITHOUT ROWID;
          CREATE TABLE operation (
            id TEXT PRIMARY KEY, activation BLOB NOT NULL, request BLOB NOT NULL, instance TEXT NOT NULL,
            state INTEGER NOT NULL, signatures BLOB) WITHOUT ROWID;
          CREATE INDEX operation_request ON operation (activation, request);
          CREATE INDEX operation_reserved ON operation (instance) WHERE state = 0;

          CREATE TABLE audit (sequence INTEGER PRIMARY KEY, body BLOB NOT NULL, hash BLOB NOT NULL);
          CREATE TABLE audit_head (
            one INTEGER PRIMARY KEY CHECK (one = 1), count INTEGER NOT NULL, hash BLOB NOT NULL);
          INSERT INTO audit_head VALUES (1, 0, zeroblob(32));

          CREATE TABLE token (
            digest BLOB PRIMARY KEY, kind TEXT NOT NULL, partner TEXT NOT NULL, signer TEXT,
            grant_id TEXT NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;
          CREATE INDEX token_grant ON token (grant_id);
          CREATE TABLE account (
            username TEXT PRIMARY KEY, password_hash TEXT NOT NULL, partner TEXT NOT NULL, signer TEXT NOT NULL
            ) WITHOUT ROWID;
          """)
    }
    migrator.registerMigration("0002-jobs") { db in
      try db.execute(
        sql: """
          ALTER TABLE operation ADD COLUMN work BLOB;
          CREATE TABLE job (
            id TEXT PRIMARY KEY, operation TEXT NOT NULL, instance TEXT NOT NULL, text BLOB NOT NULL,
            mac BLOB NOT NULL, state INTEGER NOT NULL, failure TEXT, expires INTEGER) WITHOUT ROWID;
          CREATE INDEX job_operation ON job (operation);
          CREATE INDEX job_open ON job (instance) WHERE state = 0;
          CREATE INDEX job_expires ON job (expires) WHERE expires IS NOT NULL;
          CREATE TABLE completion_notification (
            id TEXT PRIMARY KEY, instance TEXT NOT NULL, partner TEXT NOT NULL, url TEXT NOT NULL, job TEXT NOT NULL,
            completed INTEGER NOT NULL, attempts INTEGER NOT NULL, due INTEGER NOT NULL) WITHOUT ROWID;
          CREATE INDEX completion_notification_due ON completion_notification (instance, due);
          """)
    }
    migrator.registerMigration("0003-one-time-codes") { db in
      try db.execute(
        sql: """
          CREATE TABLE one_time_code (
            credential TEXT NOT NULL, factor TEXT NOT NULL, id TEXT NOT NULL UNIQUE, mac BLOB NOT NULL,
            expires INTEGER NOT NULL, PRIMARY KEY (credential, factor)) WITHOUT ROWID;
          CREATE TABLE message (
            id TEXT PRIMARY KEY, partner TEXT NOT NULL, credential TEXT NOT NULL, factor TEXT NOT NULL,
            time INTEGER NOT NULL, failed INTEGER NOT NULL) WITHOUT ROWID;
          CREATE INDEX message_credential ON message (credential, factor, time);
          CREATE INDEX message_partner ON message (partner, time);
          CREATE INDEX message_time ON message (time);
          """)
    }
    migrator.registerMigration("0003-extensions") { db in
      try db.execute(
        sql: """
          ALTER TABLE activation ADD COLUMN replaced INTEGER NOT NULL DEFAULT 0;
          CREATE TABLE successor (
            extended BLOB PRIMARY KEY, activation BLOB NOT NULL, request BLOB NOT NULL, sealed BLOB NOT NULL
            ) WITHOUT ROWID;
          """)
    }
    migrator.registerMigration("0004-pending") { db in
      try db.execute(
        sql: """
          CREATE TABLE pending (
            id TEXT PRIMARY KEY, handle BLOB NOT NULL UNIQUE, link BLOB UNIQUE, credential TEXT NOT NULL,
            text BLOB NOT NULL, mac BLOB NOT NULL, expires INTEGER NOT NULL, state INTEGER NOT NULL,
            number INTEGER NOT NULL, approval BLOB, approval_mac BLOB, sealed BLOB) WITHOUT ROWID;
          CREATE INDEX pending_credential ON pending (credential, expires) WHERE state = 0;
          CREATE INDEX pending_expires ON pending (expires);
          """)
    }
    migrator.registerMigration("0005-authorization-server") { db in
      try db.execute(
        sql: """
          ALTER TABLE activation ADD COLUMN revoked INTEGER NOT NULL DEFAULT 0;
          ALTER TABLE token ADD COLUMN client TEXT;
          CREATE INDEX token_expires ON token (expires);
          CREATE TABLE oauth_entry (
            kind TEXT NOT NULL, digest BLOB NOT NULL, expires INTEGER NOT NULL, body BLOB NOT NULL,
            PRIMARY KEY (kind, digest)) WITHOUT ROWID;
          CREATE INDEX oauth_entry_expires ON oauth_entry (expires);
          """)
    }
    migrator.registerMigration("0006-used-tokens") { db in
      try db.execute(
        sql: """
          CREATE TABLE used_tokens (digest BLOB PRIMARY KEY, expires INTEGER NOT NULL) WITHOUT ROWID;
          CREATE INDEX used_tokens_expires ON used_tokens (expires);
          """)
    }
    migrator.registerMigration("0007-app-requests") { db in
      try db.execute(
        sql: """
          CREATE TABLE backchannel_request (
            pending TEXT PRIMARY KEY, request BLOB NOT NULL UNIQUE, text BLOB NOT NULL, mac BLOB NOT NULL,
            sealed BLOB NOT NULL, interval INTEGER NOT NULL, due INTEGER NOT NULL, lease INTEGER NOT NULL
            ) WITHOUT ROWID;
          CREATE INDEX pending_overdue ON pending (expires) WHERE state < 2;
          """)
    }
    migrator.registerMigration("0008-credential-orders") { db in
      try db.execute(
        sql: """
          CREATE TABLE certificate_subject (signer TEXT PRIMARY KEY, text BLOB NOT NULL, mac BLOB NOT NULL) WITHOUT ROWID;
          CREATE TABLE lifecycle_grant (
            digest BLOB PRIMARY KEY, text BLOB NOT NULL, mac BLOB NOT NULL, expires INTEGER NOT NULL,
            instance TEXT, serial TEXT, issuer TEXT) WITHOUT ROWID;
          CREATE INDEX lifecycle_grant_open ON lifecycle_grant (expires) WHERE instance IS NULL;
          CREATE INDEX lifecycle_grant_reserved ON lifecycle_grant (instance) WHERE instance IS NOT NULL;
          CREATE TABLE revocation (
            issuer TEXT NOT NULL, serial TEXT NOT NULL, time INTEGER NOT NULL, expires INTEGER NOT NULL,
            PRIMARY KEY (issuer, serial)) WITHOUT ROWID;
          CREATE INDEX revocation_expires ON revocation (expires);
          """)
    }
    migrator.registerMigration("0008-attempts") { db in
      try db.execute(
        sql: """
          CREATE TABLE throttle (
            kind TEXT NOT NULL, digest BLOB NOT NULL, owner BLOB, failures INTEGER NOT NULL, last INTEGER NOT NULL,
            until INTEGER NOT NULL, succeeded INTEGER NOT NULL, expires INTEGER NOT NULL, PRIMARY KEY (kind, digest)
            ) WITHOUT ROWID;
          CREATE INDEX throttle_owner ON throttle (owner) WHERE owner IS NOT NULL;
          CREATE INDEX throttle_expires ON throttle (expires);
          DELETE FROM oauth_entry WHERE kind = 'failures';
          """)
    }
    migrator.registerMigration("0009-kept-requests") { db in
      try db.execute(
        sql: """
          ALTER TABLE oauth_entry ADD COLUMN kept_for TEXT;
          ALTER TABLE oauth_entry ADD COLUMN size INTEGER NOT NULL DEFAULT 0;
          CREATE INDEX oauth_entry_kept ON oauth_entry (kept_for, kind, expires, size) WHERE kept_for IS NOT NULL;
          """)
    }
    migrator.registerMigration("0010-readiness") { db in
      try db.execute(sql: "CREATE TABLE readiness (number INTEGER PRIMARY KEY, filler BLOB NOT NULL)")
    }
    migrator.registerMigration("0011-sealed-rows") { db in
      // What was written without a MAC cannot be told from what an editor of the file put there, so it goes: who wants
      // to sign logs in and authorizes again. Credentials, identities and the log have proofs of their own. Revocations
      // stay, as rows that do not fit: the log then names them, and the issuer's list keeps them.
      let tables = [
        "token", "account", "oauth_entry", "attempt", "activation", "successor", "operation", "factor_state",
        "challenge", "one_time_code", "message", "used_tokens", "job", "completion_notification", "pending",
        "backchannel_request",
        "lifecycle_grant",
      ]
      for table in tables + ["slot"] { try db.execute(sql: "DELETE FROM \(table)") }
      for table in tables + ["revocation"] {
        try db.execute(sql: "ALTER TABLE \(table) ADD COLUMN row_mac BLOB NOT NULL DEFAULT x''")
      }
    }
    migrator.registerMigration("0012-instance-lease") { db in
      try db.execute(
        sql: """
          CREATE TABLE instance_lease (
            name TEXT PRIMARY KEY, incarnation TEXT NOT NULL, fence INTEGER NOT NULL, machine TEXT NOT NULL,
            renewals INTEGER NOT NULL, is_free INTEGER NOT NULL) WITHOUT ROWID;
          """)
    }
    migrator.registerMigration("0013-account-seals") { db in
      try db.execute(
        sql: """
          CREATE TABLE account_mac (username TEXT PRIMARY KEY, row_mac BLOB NOT NULL) WITHOUT ROWID;
          INSERT INTO account_mac SELECT username, row_mac FROM account;
          ALTER TABLE account DROP COLUMN row_mac;
          """)
    }
    return migrator
  }
}
