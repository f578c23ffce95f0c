"""Forms: one file a modal, with how it opens, what it checks, and what submitting it does."""
