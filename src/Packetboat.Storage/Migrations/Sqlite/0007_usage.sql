-- How much accounts send.
CREATE TABLE account_usage (
    login_form      TEXT PRIMARY KEY REFERENCES account (login_form) ON DELETE CASCADE,
    hour            INTEGER NOT NULL,   -- hours since 1970 UTC: which hour, and which day
    hour_messages   INTEGER NOT NULL,
    hour_recipients INTEGER NOT NULL,
    day_messages    INTEGER NOT NULL,
    day_recipients  INTEGER NOT NULL,
    day_first_time  INTEGER NOT NULL
) WITHOUT ROWID;

-- Whom an account has sent to: 64 bits of the hash of each address.
CREATE TABLE account_recipient (
    login_form TEXT NOT NULL REFERENCES account (login_form) ON DELETE CASCADE,
    key        INTEGER NOT NULL,
    PRIMARY KEY (login_form, key)
) WITHOUT ROWID;
