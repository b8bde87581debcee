-- Times are milliseconds since 1970 UTC. Enumerations are the numbers of their C# types.

CREATE TABLE message (
    number    INTEGER PRIMARY KEY,      -- order of acceptance; its chunks are filed under it
    id        TEXT NOT NULL UNIQUE,     -- what people see
    accepted  INTEGER NOT NULL,
    sender    TEXT,                     -- NULL: the null reverse-path
    account   TEXT,
    origin    TEXT NOT NULL,
    size      INTEGER NOT NULL,
    chunks    INTEGER NOT NULL,
    trace     BLOB NOT NULL,            -- header fields that were added in front
    body      INTEGER NOT NULL,
    smtputf8  INTEGER NOT NULL,
    ret       INTEGER NOT NULL,
    envid     TEXT,
    done      INTEGER                   -- when the last recipient was; its content is gone then
);

CREATE TABLE recipient (
    message   INTEGER NOT NULL REFERENCES message (number),
    number    INTEGER NOT NULL,
    address   TEXT NOT NULL,
    domain    TEXT NOT NULL,            -- lower case, A-labels
    notify    INTEGER NOT NULL,
    orcpt     TEXT,
    route     TEXT NOT NULL,
    state     INTEGER NOT NULL,
    attempts  INTEGER NOT NULL,
    due       INTEGER NOT NULL,
    delayed   INTEGER NOT NULL DEFAULT 0,
    reply     TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (message, number)
) WITHOUT ROWID;

-- Only what still has to go anywhere: done recipients cost the scheduler nothing.
CREATE INDEX recipient_due ON recipient (state, due) WHERE state < 3;

CREATE TABLE chunk (
    place     INTEGER PRIMARY KEY,      -- message number * 1048576 + chunk number
    bytes     BLOB NOT NULL
);

CREATE TABLE event (
    number    INTEGER PRIMARY KEY,
    message   INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    kind      INTEGER NOT NULL,
    recipient INTEGER,
    host      TEXT NOT NULL,
    security  TEXT NOT NULL,
    text      TEXT NOT NULL
);

CREATE INDEX event_message ON event (message);

CREATE TABLE alarm (
    key       TEXT PRIMARY KEY,
    raised    INTEGER NOT NULL,
    text      TEXT NOT NULL
) WITHOUT ROWID;
