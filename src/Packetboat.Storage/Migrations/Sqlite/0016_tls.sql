-- What the sender wants of TLS (REQUIRETLS, RFC 8689): 0 nothing, 1 required, 2 optional.

ALTER TABLE message ADD COLUMN tls INTEGER NOT NULL DEFAULT 0;

-- Servers of other domains that have had TLS.

CREATE TABLE tls_host (
    host       TEXT PRIMARY KEY,        -- lower case
    handshakes INTEGER NOT NULL,        -- counted; no more than one an hour
    first      INTEGER NOT NULL,
    last       INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX tls_host_last ON tls_host (last);
