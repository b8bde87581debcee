-- What the way of a message through the store touches: fewer pages, and none at a random place.

-- Chunks of mail that was never accepted; from now on larger content lies in files, and small content comes with its message.
DELETE FROM chunk WHERE place / 1048576 NOT IN (SELECT number FROM message WHERE done IS NULL);

CREATE TABLE meta (
    name      TEXT PRIMARY KEY,
    value     BLOB NOT NULL
) WITHOUT ROWID;

-- The ids of messages are their numbers under a secret permutation: they need no index of their own.
INSERT INTO meta VALUES ('message id key', randomblob(16));

CREATE TABLE message_lean (
    number    INTEGER PRIMARY KEY,      -- order of acceptance; its content is filed under it
    id        TEXT NOT NULL,            -- what people see
    accepted  INTEGER NOT NULL,
    sender    TEXT,                     -- NULL: the null reverse-path
    account   TEXT,
    origin    TEXT NOT NULL,
    size      INTEGER NOT NULL,
    chunks    INTEGER NOT NULL,         -- 1: in the table chunk; more: in the file content/<number>
    trace     BLOB NOT NULL,            -- header fields that were added in front
    body      INTEGER NOT NULL,
    smtputf8  INTEGER NOT NULL,
    ret       INTEGER NOT NULL,
    envid     TEXT,
    done      INTEGER                   -- when the last recipient was; its content is gone then
);

CREATE TABLE recipient_lean (
    message   INTEGER NOT NULL REFERENCES message_lean (number),
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

CREATE TABLE event_lean (
    message   INTEGER NOT NULL,
    number    INTEGER NOT NULL,         -- order within the message
    at        INTEGER NOT NULL,
    kind      INTEGER NOT NULL,
    recipient INTEGER,
    host      TEXT NOT NULL,
    security  TEXT NOT NULL,
    text      TEXT NOT NULL,
    PRIMARY KEY (message, number)
) WITHOUT ROWID;

INSERT INTO message_lean SELECT * FROM message;
INSERT INTO recipient_lean SELECT * FROM recipient;
INSERT INTO event_lean SELECT message, number, at, kind, recipient, host, security, text FROM event;
DROP TABLE event;
DROP TABLE recipient;
DROP TABLE message;
ALTER TABLE message_lean RENAME TO message;
ALTER TABLE recipient_lean RENAME TO recipient;
ALTER TABLE event_lean RENAME TO event;

-- Mail that leaves at its first attempt is in none of the indexes of what waits; those of what is in hand or done grow at one end.
CREATE INDEX recipient_route ON recipient (route, due) WHERE state = 0;
CREATE INDEX recipient_due ON recipient (due) WHERE state = 0;
CREATE INDEX recipient_claimed ON recipient (message) WHERE state = 1;
CREATE INDEX recipient_held ON recipient (message) WHERE state = 2;
CREATE INDEX message_open ON message (number) WHERE done IS NULL;
CREATE INDEX message_done ON message (done) WHERE done IS NOT NULL;
