-- How sessions with other domains' servers came by TLS, until it is reported (RFC 8460).

CREATE TABLE tls_result (
    day       INTEGER NOT NULL,         -- UTC, days since 0001-01-01
    domain    TEXT NOT NULL,
    policy    TEXT NOT NULL,            -- its kind, then a line for each string
    result    TEXT NOT NULL,            -- empty: TLS came about
    host      TEXT NOT NULL,
    address   TEXT NOT NULL,
    source    TEXT NOT NULL,
    sessions  INTEGER NOT NULL,
    PRIMARY KEY (day, domain, policy, result, host, address, source)
) WITHOUT ROWID;
