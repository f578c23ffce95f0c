"""The forms in which acts are ordered and the audit log is searched."""
