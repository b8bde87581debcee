-- How a credential was used last, beside when.
ALTER TABLE credential ADD COLUMN last_from TEXT NOT NULL DEFAULT '';       -- the client's address
ALTER TABLE credential ADD COLUMN last_mechanism TEXT NOT NULL DEFAULT '';
ALTER TABLE credential ADD COLUMN last_tls TEXT NOT NULL DEFAULT '';        -- empty: in clear

-- A client's key in place of a password: SHA-256 of its SubjectPublicKeyInfo. The verifier is empty then.
ALTER TABLE credential ADD COLUMN key_hash BLOB;
CREATE UNIQUE INDEX credential_key ON credential (key_hash) WHERE key_hash IS NOT NULL;

-- The least that an account has to do when it signs in.
ALTER TABLE account ADD COLUMN mechanisms TEXT;                             -- with blanks between; NULL: any
ALTER TABLE account ADD COLUMN requires_tls INTEGER NOT NULL DEFAULT 0;
