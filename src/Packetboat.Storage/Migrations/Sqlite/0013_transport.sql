-- Policies of other domains about TLS (MTA-STS), as they were fetched.

CREATE TABLE mta_sts (
    domain    TEXT PRIMARY KEY,         -- lower case
    id        TEXT NOT NULL,            -- of the TXT record
    policy    TEXT NOT NULL,            -- as it was read
    fetched   INTEGER NOT NULL,
    expires   INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX mta_sts_expires ON mta_sts (expires);
