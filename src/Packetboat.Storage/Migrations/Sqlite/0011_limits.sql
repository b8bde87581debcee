-- What else is held against accounts, what each has instead of everybody's limits, and where it has signed in from.
ALTER TABLE account_usage ADD COLUMN hour_null_sender INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account_usage ADD COLUMN day_hard_bounces INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account_usage ADD COLUMN day_complaints INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account_usage ADD COLUMN day_new_networks INTEGER NOT NULL DEFAULT 0;

CREATE TABLE account_limit (
    login_form TEXT NOT NULL REFERENCES account (login_form) ON DELETE CASCADE,
    name       INTEGER NOT NULL,        -- which limit
    value      INTEGER,                 -- NULL: as all
    action     INTEGER,                 -- NULL: as all
    PRIMARY KEY (login_form, name)
) WITHOUT ROWID;

CREATE TABLE account_network (
    login_form TEXT NOT NULL REFERENCES account (login_form) ON DELETE CASCADE,
    network    TEXT NOT NULL,           -- address/bits
    PRIMARY KEY (login_form, network)
) WITHOUT ROWID;

-- recipient.hold has two values more. 2: by a limit, looked at again when due; 3: by a limit, until the operator releases it.
