-- What is done with an account's mail that receivers will refuse, where it is not what is done with everybody's.
CREATE TABLE account_arrival (
    login_form TEXT PRIMARY KEY REFERENCES account (login_form) ON DELETE CASCADE,
    policy     INTEGER NOT NULL
) WITHOUT ROWID;

-- When an account was told last that mail of a domain may not arrive.
CREATE TABLE arrival_warning (
    login_form TEXT NOT NULL REFERENCES account (login_form) ON DELETE CASCADE,
    domain     TEXT NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (login_form, domain)
) WITHOUT ROWID;
