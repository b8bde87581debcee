-- What a suspension does to queued mail and answers to new mail; the same for all relaying; and who did what.

-- Suspensions of before let queued mail go on.
ALTER TABLE account ADD COLUMN suspended_queued INTEGER NOT NULL DEFAULT 3;
ALTER TABLE account ADD COLUMN suspended_answer INTEGER NOT NULL DEFAULT 0;

-- Why it is held. 0: by the operator; 1: by a suspension, and released with it.
ALTER TABLE recipient ADD COLUMN hold INTEGER NOT NULL DEFAULT 0;

CREATE TABLE relaying (
    one       INTEGER PRIMARY KEY CHECK (one = 1),
    since     INTEGER NOT NULL,
    until     INTEGER,                  -- NULL: until the operator says so
    reason    TEXT NOT NULL,
    queued    INTEGER NOT NULL,
    answer    INTEGER NOT NULL
);

CREATE TABLE audit (
    number    INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL,
    who       TEXT NOT NULL,
    origin    TEXT NOT NULL,            -- from where
    action    TEXT NOT NULL,
    target    TEXT NOT NULL,
    reason    TEXT NOT NULL
);
