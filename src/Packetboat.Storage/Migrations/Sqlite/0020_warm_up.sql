-- How far providers have come to know the addresses that mail leaves from.

CREATE TABLE warm_up (
    address   TEXT NOT NULL,            -- ours; of IPv6 the /64
    provider  TEXT NOT NULL,            -- an id of replies.ini, or a dot and an organization's domain
    day       INTEGER NOT NULL,         -- on so many days something was sent
    date      INTEGER NOT NULL,         -- the last of them, UTC, days since 0001-01-01
    used      INTEGER NOT NULL,         -- sent on it
    PRIMARY KEY (address, provider)
) WITHOUT ROWID;

CREATE INDEX warm_up_date ON warm_up (date);
