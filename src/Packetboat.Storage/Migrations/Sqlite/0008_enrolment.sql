CREATE TABLE invitation (
    name      TEXT PRIMARY KEY,  -- the first group of the code, which is no secret
    code_hash BLOB NOT NULL,     -- never the code
    id        TEXT,              -- the QWK-ID that it is for; NULL: the node chooses
    domain    TEXT NOT NULL,
    uses      INTEGER NOT NULL,
    used      INTEGER NOT NULL,
    created   INTEGER NOT NULL,
    expires   INTEGER NOT NULL,
    revoked   INTEGER,
    note      TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE enrolment (
    invitation TEXT NOT NULL REFERENCES invitation (name) ON DELETE CASCADE,
    key_hash   BLOB NOT NULL,    -- of the node's own secret: who has it may ask for his answer again
    id         TEXT NOT NULL,    -- the account, which may have been removed since
    at         INTEGER NOT NULL,
    client     TEXT NOT NULL,
    terms      TEXT NOT NULL,    -- the version that was accepted
    PRIMARY KEY (invitation, key_hash)
) WITHOUT ROWID;

CREATE TABLE application (
    name      TEXT PRIMARY KEY,  -- of the code that the applicant made; an approval makes it an invitation
    code_hash BLOB NOT NULL,
    id        TEXT NOT NULL,
    domain    TEXT NOT NULL,
    contact   TEXT NOT NULL,
    words     TEXT NOT NULL,
    client    TEXT NOT NULL,
    created   INTEGER NOT NULL,
    refused   INTEGER,
    reason    TEXT NOT NULL
) WITHOUT ROWID;
