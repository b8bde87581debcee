-- Refresh tokens that relays are signed in to with.

CREATE TABLE token (
    name      TEXT PRIMARY KEY,         -- of the section [Token:NAME], lower case
    sealed    BLOB NOT NULL,            -- under the key beside the database
    since     INTEGER NOT NULL,
    ends      INTEGER                   -- NULL: not known
) WITHOUT ROWID;
