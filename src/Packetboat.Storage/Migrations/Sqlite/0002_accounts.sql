CREATE TABLE account (
    login_form       TEXT PRIMARY KEY,  -- letters and digits of the QWK-ID: what a sign-in is matched by
    id               TEXT NOT NULL,
    created          INTEGER NOT NULL,
    note             TEXT NOT NULL,
    suspended_since  INTEGER,
    suspended_until  INTEGER,           -- NULL while suspended: until the operator says so
    suspended_reason TEXT
) WITHOUT ROWID;

CREATE TABLE credential (
    login_form TEXT NOT NULL REFERENCES account (login_form) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    verifier   TEXT NOT NULL,           -- never the password
    secret     BLOB,                    -- sealed, and only where CRAM-MD5 was allowed
    created    INTEGER NOT NULL,
    last_used  INTEGER,
    PRIMARY KEY (login_form, name)
) WITHOUT ROWID;
