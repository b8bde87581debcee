-- Who waits for his route only, and is to be tried as soon as that works again; whom a server has put off himself keeps his own time. Of those
-- from before nobody knows it: they are tried, as they would have been.

ALTER TABLE recipient ADD COLUMN waits INTEGER NOT NULL DEFAULT 0;
UPDATE recipient SET waits = 1 WHERE state = 0;
CREATE INDEX recipient_waits ON recipient (route) WHERE state = 0 AND waits = 1;
