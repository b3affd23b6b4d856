"""The kinds of words that editors are told of, agreed on when an editor is greeted."""

TOKEN_TYPES = (
    "keyword", "string", "number", "comment", "operator", "function", "variable", "parameter", "property", "enum",
    "enumMember", "class", "struct", "event",
)
DECLARATION = "declaration"
