-- As whom an account may send.
CREATE TABLE account_domain (
    login_form TEXT NOT NULL REFERENCES account (login_form) ON DELETE CASCADE,
    name       TEXT NOT NULL,           -- lower case, A-labels; *: any
    subdomains INTEGER NOT NULL,
    token      TEXT,                    -- NULL: granted by the operator
    added      INTEGER NOT NULL,
    proven     INTEGER,
    checked    INTEGER,
    failing    INTEGER,
    PRIMARY KEY (login_form, name)
) WITHOUT ROWID;

-- Accounts of before could use any address. They still can, and it can be seen.
INSERT INTO account_domain (login_form, name, subdomains, added)
SELECT login_form, '*', 1, CAST(strftime('%s', 'now') AS INTEGER) * 1000 FROM account;
