-- Why a delivery failed: the class, and the entry of the table of replies that knew. No default is written into the rows that exist.

ALTER TABLE recipient ADD COLUMN class INTEGER NOT NULL DEFAULT 0;
ALTER TABLE recipient ADD COLUMN rule TEXT NOT NULL DEFAULT '';
ALTER TABLE event ADD COLUMN class INTEGER NOT NULL DEFAULT 0;
ALTER TABLE event ADD COLUMN rule TEXT NOT NULL DEFAULT '';
