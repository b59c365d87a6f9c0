-- Who may sign in. An account belongs to a password (name, password_hash), to an identity provider
-- (issuer, subject), or to both. Other schemas keep `id` as text, without a foreign key.
create table accounts (
    id text primary key,
    name text unique check (name = lower(name)),
    display_name text not null,
    email text not null default '',
    role text not null check (role in ('agent', 'supervisor', 'admin')),
    teams text[] not null default '{}',
    disabled boolean not null default false,
    password_hash text,
    issuer text,
    subject text,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    unique (issuer, subject),
    check ((issuer is null) = (subject is null))
);

-- The browser holds the token; here stands its SHA-256. `checked_until` is when the identity
-- provider's word ends, `refresh` its refresh token, sealed under the browser's token.
create table sessions (
    token_hash bytea primary key,
    id text not null unique,
    account text not null references accounts (id) on delete cascade,
    how text not null check (how in ('password', 'oidc')),
    created_at timestamptz not null,
    seen_at timestamptz not null,
    ends_at timestamptz not null,
    checked_until timestamptz,
    checking_until timestamptz,
    refresh bytea,
    address text not null,
    browser text not null
);
create index on sessions (account);
create index on sessions (ends_at);

-- Failures in a row, by what is being guessed at: an account, or an account from an address. The
-- key is a hash, so that names somebody mistook (a password in the wrong field) are not kept.
create table attempts (
    key bytea primary key,
    failures integer not null,
    last_at timestamptz not null,
    until timestamptz not null
);
create index on attempts (last_at);

-- A sign-in that went to the identity provider and is awaited back, by the browser that began it.
create table journeys (
    state_hash bytea primary key,
    browser_hash bytea not null,
    nonce text not null,
    verifier text not null,
    next text not null,
    ends_at timestamptz not null,
    used_at timestamptz
);
create index on journeys (ends_at);

-- What happened, kept when the account is gone. Never a password, never a token.
create table audit (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    what text not null,
    account text,
    name text not null,
    how text not null,
    address text not null,
    detail text not null default ''
);
create index on audit (at);
create index on audit (account, at);
