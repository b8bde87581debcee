-- What Auto has lately moved to the relay and back, in words, for whoever asks why mail takes the way it takes.

CREATE TABLE route_change (
    number    INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL,         -- milliseconds
    text      TEXT NOT NULL
);
