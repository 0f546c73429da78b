"""The life of a mark: seen → gathered → written → appended to Drafts → its outcome."""
