"""The first tables, and an audit that the database itself keeps from being changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lib.store.base import Json, Moment, Words

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

AUDIT_IN_SQLITE = """
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
WHEN NOT (NEW.why = '' AND NEW.id = OLD.id AND NEW.at = OLD.at AND NEW.who IS OLD.who
  AND NEW.course_id IS OLD.course_id AND NEW.what = OLD.what AND NEW.about IS OLD.about
  AND NEW.person_id IS OLD.person_id AND NEW.before IS OLD.before AND NEW.after IS OLD.after)
BEGIN SELECT RAISE(ABORT, 'the audit is not changed'); END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is not changed'); END;
"""

AUDIT_IN_POSTGRESQL = """
CREATE FUNCTION audit_is_not_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    OLD.why := '';
    IF NEW IS NOT DISTINCT FROM OLD THEN RETURN NEW; END IF;
  END IF;
  RAISE EXCEPTION 'the audit is not changed';
END $$;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE OR DELETE ON audit
FOR EACH ROW EXECUTE FUNCTION audit_is_not_changed();
"""


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("who", sa.Integer(), nullable=True),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("what", Words(), nullable=False),
        sa.Column("about", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("before", Json(), nullable=True),
        sa.Column("after", Json(), nullable=True),
        sa.Column("why", Words(), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_at"), "audit", ["at"], unique=False)
    op.create_index(op.f("ix_audit_course_id"), "audit", ["course_id"], unique=False)
    op.create_index(op.f("ix_audit_person_id"), "audit", ["person_id"], unique=False)
    op.create_table(
        "course",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", Words(), nullable=False),
        sa.Column("zone", Words(), nullable=False),
        sa.Column("code", Words(), nullable=True),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("made", Moment(), nullable=False),
        sa.Column("closed", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
        sa.UniqueConstraint("code", name=op.f("uq_course_code")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issuer", Words(), nullable=True),
        sa.Column("subject", Words(), nullable=True),
        sa.Column("name", Words(), nullable=False),
        sa.Column("email", Words(), nullable=False),
        sa.Column("email_verified", sa.Boolean(), nullable=False),
        sa.Column("teacher", sa.Boolean(), nullable=False),
        sa.Column("made", Moment(), nullable=False),
        sa.Column("erased", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_person_issuer_subject")),
    )
    op.create_table(
        "pinned_exercise",
        sa.Column("version", Words(), nullable=False),
        sa.Column("slug", Words(), nullable=False),
        sa.Column("files", Json(), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("version", "slug", name=op.f("pk_pinned_exercise")),
    )
    op.create_table(
        "removal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("key", Words(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removal")),
    )
    op.create_table(
        "teacher",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issuer", Words(), nullable=False),
        sa.Column("subject", Words(), nullable=False),
        sa.Column("email", Words(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teacher")),
    )
    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("title", Words(), nullable=False),
        sa.Column("opens", Moment(), nullable=False),
        sa.Column("due", Moment(), nullable=False),
        sa.Column("closes", Moment(), nullable=False),
        sa.Column("late_percent", sa.Double(), nullable=False),
        sa.Column("grace_minutes", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=True),
        sa.Column("counts", sa.Enum("best", "last", native_enum=False, length=8), nullable=False),
        sa.Column("scale", sa.Double(), nullable=True),
        sa.Column(
            "show_tests",
            sa.Enum("at once", "after closing", "when released", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column(
            "show_hidden",
            sa.Enum("at once", "after closing", "when released", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("released", Moment(), nullable=True),
        sa.Column("made", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_assignment_course_id_course")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index(op.f("ix_assignment_course_id"), "assignment", ["course_id"], unique=False)
    op.create_table(
        "enrolment",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.Enum("instructor", "assistant", "student", native_enum=False, length=16), nullable=False),
        sa.Column("made", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_enrolment_course_id_course")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_enrolment_person_id_person")),
        sa.PrimaryKeyConstraint("course_id", "person_id", name=op.f("pk_enrolment")),
    )
    op.create_index(op.f("ix_enrolment_person_id"), "enrolment", ["person_id"], unique=False)
    op.create_table(
        "regrade",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("why", Words(), nullable=False),
        sa.Column("state", Words(), nullable=False),
        sa.Column("applied", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_regrade_by_person")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_regrade_course_id_course")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrade")),
    )
    op.create_index(op.f("ix_regrade_course_id"), "regrade", ["course_id"], unique=False)
    op.create_table(
        "roster_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("email", Words(), nullable=False),
        sa.Column("platform", Words(), nullable=False),
        sa.Column("number", Words(), nullable=False),
        sa.Column("sis_id", Words(), nullable=False),
        sa.Column("login", Words(), nullable=False),
        sa.Column("section", Words(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("claimed", Moment(), nullable=True),
        sa.Column("how", Words(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_roster_row_course_id_course")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_roster_row_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_row")),
        sa.UniqueConstraint("course_id", "person_id", name=op.f("uq_roster_row_course_id_person_id")),
    )
    op.create_index(op.f("ix_roster_row_course_id"), "roster_row", ["course_id"], unique=False)
    op.create_index(op.f("ix_roster_row_person_id"), "roster_row", ["person_id"], unique=False)
    op.create_table(
        "assigned_exercise",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("slug", Words(), nullable=False),
        sa.Column("version", Words(), nullable=False),
        sa.Column("title", Words(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("dropped", Json(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_assigned_exercise_assignment_id_assignment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assigned_exercise")),
        sa.UniqueConstraint("assignment_id", "slug", name=op.f("uq_assigned_exercise_assignment_id_slug")),
    )
    op.create_index(op.f("ix_assigned_exercise_assignment_id"), "assigned_exercise", ["assignment_id"], unique=False)
    op.create_table(
        "claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("how", Words(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("state", Words(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_claim_course_id_course")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_claim_person_id_person")),
        sa.ForeignKeyConstraint(["row_id"], ["roster_row.id"], name=op.f("fk_claim_row_id_roster_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
    )
    op.create_index(op.f("ix_claim_course_id"), "claim", ["course_id"], unique=False)
    op.create_index(op.f("ix_claim_person_id"), "claim", ["person_id"], unique=False)
    op.create_index(op.f("ix_claim_row_id"), "claim", ["row_id"], unique=False)
    op.create_table(
        "extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("opens", Moment(), nullable=True),
        sa.Column("due", Moment(), nullable=True),
        sa.Column("closes", Moment(), nullable=True),
        sa.Column("why", Words(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_extension_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_extension_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
        sa.UniqueConstraint("assignment_id", "person_id", name=op.f("uq_extension_assignment_id_person_id")),
    )
    op.create_index(op.f("ix_extension_person_id"), "extension", ["person_id"], unique=False)
    op.create_table(
        "personal_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", Words(), nullable=False),
        sa.Column("made", Moment(), nullable=False),
        sa.Column("revoked", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["row_id"], ["roster_row.id"], name=op.f("fk_personal_link_row_id_roster_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_personal_link_token_hash")),
    )
    op.create_index(op.f("ix_personal_link_row_id"), "personal_link", ["row_id"], unique=False)
    op.create_table(
        "draft",
        sa.Column("exercise_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exercise_id"], ["assigned_exercise.id"], name=op.f("fk_draft_exercise_id_assigned_exercise")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_draft_person_id_person")),
        sa.PrimaryKeyConstraint("exercise_id", "person_id", name=op.f("pk_draft")),
    )
    op.create_index(op.f("ix_draft_person_id"), "draft", ["person_id"], unique=False)
    op.create_table(
        "override",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exercise_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("points", sa.Double(), nullable=True),
        sa.Column("why", Words(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_override_by_person")),
        sa.ForeignKeyConstraint(
            ["exercise_id"], ["assigned_exercise.id"], name=op.f("fk_override_exercise_id_assigned_exercise")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_override_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_override")),
    )
    op.create_index(op.f("ix_override_exercise_id"), "override", ["exercise_id"], unique=False)
    op.create_index(op.f("ix_override_person_id"), "override", ["person_id"], unique=False)
    op.create_table(
        "submission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("exercise_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("trial", sa.Boolean(), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=True),
        sa.Column("file", Words(), nullable=False),
        sa.Column("sha256", Words(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("stored", "waiting", "running", "graded", "our fault", native_enum=False, length=16),
            nullable=False,
        ),
        sa.Column("not_before", Moment(), nullable=False),
        sa.Column("holder", Words(), nullable=True),
        sa.Column("until", Moment(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.Column("trouble", Words(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exercise_id"], ["assigned_exercise.id"], name=op.f("fk_submission_exercise_id_assigned_exercise")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_submission_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint(
            "exercise_id", "person_id", "number", name=op.f("uq_submission_exercise_id_person_id_number")
        ),
    )
    op.create_index(op.f("ix_submission_person_id"), "submission", ["person_id"], unique=False)
    op.create_index("ix_submission_state_not_before", "submission", ["state", "not_before"], unique=False)
    op.create_table(
        "web_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("id_hash", Words(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("made", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("ended", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["link_id"], ["personal_link.id"], name=op.f("fk_web_session_link_id_personal_link")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_web_session_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("id_hash", name=op.f("uq_web_session_id_hash")),
    )
    op.create_index(op.f("ix_web_session_link_id"), "web_session", ["link_id"], unique=False)
    op.create_index(op.f("ix_web_session_person_id"), "web_session", ["person_id"], unique=False)
    op.create_table(
        "another_look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("asks", Words(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("answer", Words(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("answered", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_another_look_by_person")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_another_look_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_another_look")),
    )
    op.create_index(op.f("ix_another_look_submission_id"), "another_look", ["submission_id"], unique=False)
    op.create_table(
        "comment",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("text", Words(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_comment_by_person")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_comment_submission_id_submission")),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_comment")),
    )
    op.create_table(
        "grading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("regrade_id", sa.Integer(), nullable=True),
        sa.Column("in_force", sa.Boolean(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("version", Words(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("max_score", sa.Double(), nullable=False),
        sa.Column("counts", sa.Double(), nullable=False),
        sa.Column("counts_of", sa.Double(), nullable=False),
        sa.Column("seen", sa.Double(), nullable=False),
        sa.Column("seen_of", sa.Double(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("broken", sa.Boolean(), nullable=False),
        sa.Column("mistakes", Json(), nullable=False),
        sa.Column("report", Json(), nullable=True),
        sa.ForeignKeyConstraint(["regrade_id"], ["regrade.id"], name=op.f("fk_grading_regrade_id_regrade")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_grading_submission_id_submission")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grading")),
    )
    op.create_index(op.f("ix_grading_submission_id"), "grading", ["submission_id"], unique=False)
    op.create_index(
        "uq_grading_in_force",
        "grading",
        ["submission_id"],
        unique=True,
        sqlite_where=sa.text("in_force = 1"),
        postgresql_where=sa.text("in_force"),
    )
    op.create_index("uq_grading_regrade", "grading", ["regrade_id", "submission_id"], unique=True)
    op.create_table(
        "regrade_item",
        sa.Column("regrade_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("version", Words(), nullable=False),
        sa.Column("trouble", Words(), nullable=False),
        sa.ForeignKeyConstraint(["regrade_id"], ["regrade.id"], name=op.f("fk_regrade_item_regrade_id_regrade")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_regrade_item_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("regrade_id", "submission_id", name=op.f("pk_regrade_item")),
    )
    op.create_index(op.f("ix_regrade_item_submission_id"), "regrade_item", ["submission_id"], unique=False)
    op.create_table(
        "result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("grading_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("points", sa.Double(), nullable=False),
        sa.Column("max_points", sa.Double(), nullable=False),
        sa.Column("outcome", Words(), nullable=False),
        sa.Column("report", Json(), nullable=True),
        sa.ForeignKeyConstraint(["grading_id"], ["grading.id"], name=op.f("fk_result_grading_id_grading")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result")),
        sa.UniqueConstraint("grading_id", "place", name=op.f("uq_result_grading_id_place")),
    )

    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(AUDIT_IN_POSTGRESQL)
    else:
        for trigger in AUDIT_IN_SQLITE.split("END;")[:-1]:
            connection.exec_driver_sql(trigger + "END;")
