"""The tables of conversations, tickets, staff, ratings and the working calendar."""

from storage import Migration

MIGRATIONS = (
    Migration(
        "handoff_001_staff",
        """CREATE TABLE staff (
            id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, role TEXT NOT NULL,
            region TEXT NOT NULL, password_hash TEXT NOT NULL,
            telegram_id BIGINT UNIQUE, link_code TEXT UNIQUE,
            on_duty BIGINT NOT NULL DEFAULT 1, disabled_at BIGINT, created_at BIGINT NOT NULL)""",
        """CREATE TABLE staff_session (
            token_hash TEXT PRIMARY KEY, staff_id TEXT NOT NULL REFERENCES staff (id),
            created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL)""",
        """CREATE TABLE sign_in_failure (
            name TEXT PRIMARY KEY, failures BIGINT NOT NULL, last_at BIGINT NOT NULL)""",
    ),
    Migration(
        "handoff_002_conversations",
        """CREATE TABLE project (
            token TEXT PRIMARY KEY, name TEXT NOT NULL, region TEXT NOT NULL,
            created_at BIGINT NOT NULL)""",
        """CREATE TABLE conversation (
            id TEXT PRIMARY KEY, channel TEXT NOT NULL, external_id TEXT NOT NULL,
            token_hash TEXT NOT NULL, asker_name TEXT NOT NULL DEFAULT '',
            region TEXT, project_token TEXT REFERENCES project (token),
            context TEXT NOT NULL DEFAULT '{}', last_seq BIGINT NOT NULL DEFAULT 0,
            created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
            UNIQUE (channel, external_id))""",
        """CREATE TABLE attachment (
            id TEXT PRIMARY KEY, conversation_id TEXT NOT NULL REFERENCES conversation (id),
            filename TEXT NOT NULL, media_type TEXT NOT NULL, size BIGINT NOT NULL,
            content BYTEA NOT NULL, created_at BIGINT NOT NULL)""",
    ),
    Migration(
        "handoff_003_tickets",
        """CREATE TABLE ticket (
            id TEXT PRIMARY KEY, number TEXT NOT NULL UNIQUE,
            conversation_id TEXT NOT NULL REFERENCES conversation (id),
            region TEXT NOT NULL, routed_to TEXT NOT NULL, status TEXT NOT NULL,
            assignee TEXT REFERENCES staff (id), question TEXT NOT NULL, reason TEXT NOT NULL,
            created_at BIGINT NOT NULL, due_at BIGINT NOT NULL, claimed_at BIGINT,
            first_reply_at BIGINT, escalated_at BIGINT, resolved_at BIGINT, closed_at BIGINT,
            reopened BIGINT NOT NULL DEFAULT 0, updated_at BIGINT NOT NULL)""",
        "CREATE INDEX ticket_queue ON ticket (status, due_at)",
        "CREATE INDEX ticket_of_conversation ON ticket (conversation_id, created_at)",
        """CREATE TABLE service_log (
            id TEXT PRIMARY KEY, ticket_id TEXT NOT NULL REFERENCES ticket (id),
            at BIGINT NOT NULL, staff_id TEXT REFERENCES staff (id),
            action TEXT NOT NULL, detail TEXT NOT NULL DEFAULT '{}')""",
        "CREATE INDEX service_log_of_ticket ON service_log (ticket_id, at)",
        """CREATE TABLE rating (
            ticket_id TEXT PRIMARY KEY REFERENCES ticket (id), score BIGINT NOT NULL,
            comment TEXT NOT NULL DEFAULT '', created_at BIGINT NOT NULL)""",
    ),
    Migration(
        "handoff_004_messages",
        """CREATE TABLE message (
            id TEXT PRIMARY KEY, conversation_id TEXT NOT NULL REFERENCES conversation (id),
            seq BIGINT NOT NULL, author TEXT NOT NULL, staff_id TEXT REFERENCES staff (id),
            kind TEXT NOT NULL, text TEXT NOT NULL, private BIGINT NOT NULL DEFAULT 0,
            reply TEXT, client_id TEXT, answers TEXT, attachment_id TEXT REFERENCES attachment (id),
            ticket_id TEXT REFERENCES ticket (id), created_at BIGINT NOT NULL,
            delivery TEXT, attempts BIGINT NOT NULL DEFAULT 0, next_try_at BIGINT,
            delivery_error TEXT NOT NULL DEFAULT '', external_id TEXT,
            UNIQUE (conversation_id, seq), UNIQUE (conversation_id, client_id))""",
        "CREATE INDEX message_due ON message (next_try_at) WHERE delivery = 'due'",
        "CREATE INDEX message_answers ON message (answers) WHERE answers IS NOT NULL",
        """CREATE TABLE notice (
            id TEXT PRIMARY KEY, staff_id TEXT NOT NULL REFERENCES staff (id),
            ticket_id TEXT NOT NULL REFERENCES ticket (id), kind TEXT NOT NULL,
            text TEXT NOT NULL, created_at BIGINT NOT NULL,
            delivery TEXT, attempts BIGINT NOT NULL DEFAULT 0, next_try_at BIGINT,
            delivery_error TEXT NOT NULL DEFAULT '', external_id TEXT)""",
        "CREATE INDEX notice_due ON notice (next_try_at) WHERE delivery = 'due'",
        "CREATE INDEX notice_of_staff ON notice (staff_id, external_id)",
    ),
    Migration(
        "handoff_005_calendar",
        """CREATE TABLE calendar_day (
            day TEXT PRIMARY KEY, working BIGINT NOT NULL, note TEXT NOT NULL DEFAULT '')""",
    ),
    Migration(
        "handoff_006_message_moments", "CREATE INDEX message_created ON message (created_at)"
    ),
    Migration(
        "handoff_007_reminders",
        "ALTER TABLE ticket ADD COLUMN reminded_at BIGINT",
        "ALTER TABLE ticket ADD COLUMN overdue_told_at BIGINT",
        "CREATE INDEX ticket_unanswered ON ticket (created_at)"
        " WHERE first_reply_at IS NULL AND overdue_told_at IS NULL",
    ),
    Migration(
        "handoff_008_projects",
        "ALTER TABLE project ADD COLUMN created_by TEXT REFERENCES staff (id)",
        "ALTER TABLE project ADD COLUMN revoked_at BIGINT",
        "CREATE INDEX conversation_of_project ON conversation (project_token)"
        " WHERE project_token IS NOT NULL",
    ),
)
