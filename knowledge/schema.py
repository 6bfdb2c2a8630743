"""The tables of the policy documents (政策文件) and their clauses (条款)."""

from storage import Migration

MIGRATIONS = (
    Migration(
        "knowledge_001_documents",
        """CREATE TABLE document (
            id TEXT PRIMARY KEY, title TEXT NOT NULL, number TEXT, issuer TEXT,
            region TEXT NOT NULL, issued_on TEXT, effective_from TEXT, expires_on TEXT,
            status TEXT NOT NULL, replaced_by TEXT REFERENCES document (id),
            filename TEXT NOT NULL, sha256 TEXT NOT NULL, text_key TEXT NOT NULL,
            revision BIGINT NOT NULL, created_by TEXT NOT NULL, created_at BIGINT NOT NULL)""",
        "CREATE INDEX document_sha256 ON document (sha256)",
        "CREATE INDEX document_text_key ON document (text_key)",
        "CREATE INDEX document_revision ON document (revision)",
        """CREATE TABLE clause (
            id TEXT PRIMARY KEY, document_id TEXT NOT NULL REFERENCES document (id),
            parent_id TEXT REFERENCES clause (id), position BIGINT NOT NULL, path TEXT NOT NULL,
            label TEXT NOT NULL, heading TEXT NOT NULL, text TEXT NOT NULL)""",
        "CREATE UNIQUE INDEX clause_position ON clause (document_id, position)",
        """CREATE TABLE document_log (
            id TEXT PRIMARY KEY, document_id TEXT NOT NULL REFERENCES document (id),
            action TEXT NOT NULL, detail TEXT NOT NULL, by TEXT NOT NULL, at BIGINT NOT NULL)""",
        "CREATE INDEX document_log_of ON document_log (document_id, at)",
    ),
)
