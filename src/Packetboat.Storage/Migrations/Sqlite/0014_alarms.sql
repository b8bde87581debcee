-- Alarms are told of outside: what was raised and cleared, in order, and how far each way of telling has come.

ALTER TABLE alarm ADD COLUMN kind TEXT NOT NULL DEFAULT '';     -- '': by its key
ALTER TABLE alarm ADD COLUMN settles INTEGER;                   -- cleared, and nobody is told before: it may come back. NULL: it is open

CREATE TABLE alarm_event (
    number    INTEGER PRIMARY KEY,      -- order; the oldest are forgotten
    id        TEXT NOT NULL,            -- for who is told twice
    at        INTEGER NOT NULL,
    cleared   INTEGER NOT NULL,         -- 0: raised
    key       TEXT NOT NULL,
    kind      TEXT NOT NULL,
    raised    INTEGER NOT NULL,
    text      TEXT NOT NULL
);

CREATE TABLE alarm_output (
    name      TEXT PRIMARY KEY,
    seen      INTEGER NOT NULL          -- number of the last event that it has told of; of the digest, the day
) WITHOUT ROWID;
