-- What has been moved from its own servers to the relay, and until when. what: '*' is all mail, else a provider.
CREATE TABLE move (
    what TEXT PRIMARY KEY,
    reason TEXT NOT NULL,
    since INTEGER NOT NULL,
    probe INTEGER NOT NULL, -- when its own servers are tried again
    probes INTEGER NOT NULL, -- in vain so far
    hosts TEXT NOT NULL -- that did not answer
) WITHOUT ROWID;

-- A copy may have arrived by the route that the recipient has: it does not leave by another.
ALTER TABLE recipient ADD COLUMN bound INTEGER NOT NULL DEFAULT 0;
