"""The tables of the FAQ library (常见问题库) and of the curators' words."""

from storage import Migration

MIGRATIONS = (
    Migration(
        "faq_001_entries",
        """CREATE TABLE entry (
            id TEXT PRIMARY KEY, status TEXT NOT NULL, standard_question TEXT NOT NULL,
            standard_answer TEXT NOT NULL, stage TEXT NOT NULL, region TEXT NOT NULL,
            effective_from TEXT, expires_on TEXT, version BIGINT NOT NULL,
            revision BIGINT NOT NULL, origin_ticket TEXT, origin_manager TEXT,
            created_by TEXT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
            published_by TEXT, published_at BIGINT)""",
        "CREATE INDEX entry_revision ON entry (revision)",
        "CREATE INDEX entry_status ON entry (status, updated_at)",
        """CREATE TABLE phrasing (
            entry_id TEXT NOT NULL REFERENCES entry (id), position BIGINT NOT NULL,
            text TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (entry_id, position))""",
        "CREATE INDEX phrasing_key ON phrasing (key)",
        """CREATE TABLE entry_source (
            entry_id TEXT NOT NULL REFERENCES entry (id), position BIGINT NOT NULL,
            title TEXT NOT NULL, document_number TEXT NOT NULL, clause TEXT NOT NULL,
            issuer TEXT NOT NULL, region TEXT NOT NULL, effective_from TEXT,
            PRIMARY KEY (entry_id, position))""",
        """CREATE TABLE entry_version (
            entry_id TEXT NOT NULL REFERENCES entry (id), version BIGINT NOT NULL,
            action TEXT NOT NULL, content TEXT NOT NULL, by TEXT NOT NULL, at BIGINT NOT NULL,
            reason TEXT NOT NULL DEFAULT '', PRIMARY KEY (entry_id, version))""",
    ),
    Migration(
        "faq_002_words",
        """CREATE TABLE word (
            word TEXT PRIMARY KEY, standard TEXT, created_by TEXT NOT NULL,
            created_at BIGINT NOT NULL)""",
    ),
    Migration(
        "faq_003_learning",
        """CREATE TABLE observation (
            message_id TEXT NOT NULL, passage_id TEXT NOT NULL, kind TEXT NOT NULL,
            question TEXT NOT NULL, key TEXT NOT NULL, region TEXT,
            conversation_id TEXT NOT NULL, ticket_id TEXT, at BIGINT NOT NULL,
            PRIMARY KEY (message_id, passage_id))""",
        "CREATE INDEX observation_of_question ON observation (key)",
        "CREATE INDEX observation_at ON observation (at)",
        """CREATE TABLE proposal (
            id TEXT PRIMARY KEY, kind TEXT NOT NULL, target TEXT NOT NULL, key TEXT NOT NULL,
            text TEXT NOT NULL, status TEXT NOT NULL, askers BIGINT NOT NULL,
            evidence TEXT NOT NULL, first_seen BIGINT NOT NULL, last_seen BIGINT NOT NULL,
            created_at BIGINT NOT NULL, decided_by TEXT, decided_at BIGINT, decided_text TEXT,
            askers_then BIGINT NOT NULL DEFAULT 0, UNIQUE (kind, target, key))""",
        "CREATE INDEX proposal_status ON proposal (status, askers)",
        """CREATE TABLE calibration (
            version BIGINT NOT NULL, kind TEXT NOT NULL, content TEXT NOT NULL,
            fitted_at BIGINT NOT NULL, by TEXT NOT NULL, figures TEXT NOT NULL,
            PRIMARY KEY (version, kind))""",
        "CREATE TABLE learning_mark (name TEXT PRIMARY KEY, value BIGINT NOT NULL)",
    ),
    Migration(
        "faq_004_gaps",
        "ALTER TABLE entry ADD COLUMN hands_over BIGINT NOT NULL DEFAULT 0",
    ),
    Migration(
        "faq_005_word_log",
        """CREATE TABLE word_log (
            id TEXT PRIMARY KEY, word TEXT NOT NULL, standard TEXT, removed BIGINT NOT NULL,
            by TEXT NOT NULL, at BIGINT NOT NULL)""",
        "CREATE INDEX word_log_at ON word_log (at)",
    ),
)
