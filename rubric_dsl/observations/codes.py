"""The codes of refusals and repairs, by what they mean. Their prose is in `diagnostics/prose/data.toml`."""

from __future__ import annotations

from typing import Final

# ---------------------------------------------------------------- cells and rows

BLANK: Final = "D001"
BLANK_WHERE_NEEDED: Final = "D002"
VALUE_WHERE_NONE_BELONGS: Final = "D003"
ABSENCE_NOT_MARKED: Final = "D004"
NOT_A_MEMBER: Final = "D005"
NOT_YES_OR_NO: Final = "D006"
NOT_A_NUMBER: Final = "D007"
NUMBER_WRITTEN_OTHERWISE: Final = "D008"
NUMBER_TOO_LONG: Final = "D009"
TOO_MANY_DECIMALS: Final = "D010"
OUT_OF_RANGE: Final = "D011"
PERCENT_SIGN_MISSING: Final = "D012"
PERCENT_SIGN_NOT_WANTED: Final = "D013"
NOT_A_DATE: Final = "D014"
NO_SUCH_DAY: Final = "D015"
NOT_A_TIME: Final = "D016"
TEXT_TOO_LONG: Final = "D017"
INVISIBLE_CHARACTER: Final = "D018"
RULE_BROKEN: Final = "D019"
RULE_UNDEFINED: Final = "D020"
KEY_REPEATED: Final = "D021"
SECOND_ROW: Final = "D022"
UNKNOWN_SUBJECT: Final = "D023"
WRONG_NUMBER_OF_CELLS: Final = "D024"
VALUE_UNDER_NO_HEADER: Final = "D025"
BROKEN_QUOTING: Final = "D026"

BLANKS_TRIMMED: Final = "D027"
TEXT_NORMALISED: Final = "D028"
BLANK_LINE_SKIPPED: Final = "D029"

# ---------------------------------------------------------------- files and tables

NOT_UTF8: Final = "D030"
NOT_A_TEXT_FILE: Final = "D031"
FILE_TOO_LARGE: Final = "D032"
NO_HEADER: Final = "D033"
HEADER_REPEATED: Final = "D034"
COLUMN_MISSING: Final = "D035"
COLUMN_IGNORED: Final = "D036"
TABLE_NOT_GIVEN: Final = "D037"
NO_SUCH_TABLE: Final = "D038"
NO_OBSERVATIONS: Final = "D039"
SUBJECT_WITHOUT_ROWS: Final = "D040"
SCENARIO_WITHOUT_ROWS: Final = "D041"

# ---------------------------------------------------------------- what people really send (`prose/reading.toml`)

ENCODING_UNDECIDED: Final = "R330"
ENCODING_FOUND: Final = "R331"
NOT_IN_ENCODING: Final = "R332"
FORMAT_NOT_READ: Final = "R333"
FILE_DAMAGED: Final = "R334"
OVER_A_LIMIT: Final = "R335"
WHICH_SHEET: Final = "R336"
NO_SUCH_SHEET: Final = "R337"
SHEET_LEFT_ASIDE: Final = "R338"
TOO_MANY_COLUMNS: Final = "R339"

TITLE_LEFT_ASIDE: Final = "R340"
HEADER_READ_AS: Final = "R341"
TOTAL_LEFT_ASIDE: Final = "R342"
FOOTNOTE_LEFT_ASIDE: Final = "R343"
HEADER_AGAIN: Final = "R344"
TOTAL_OR_OBSERVATION: Final = "R345"
FILLED_DOWN: Final = "R346"
MERGED_OVER_VALUES: Final = "R347"
HIDDEN_ROW: Final = "R348"
HIDDEN_COLUMN_READ: Final = "R349"

WRITTEN_OTHERWISE: Final = "R350"
VALUE_WITH_A_NOTE: Final = "R351"
CLOCK_OR_DURATION: Final = "R352"
PERCENT_FORMS_MIXED: Final = "R353"
ERROR_CELL: Final = "R354"
NEVER_COMPUTED: Final = "R355"
TURNED_INTO_A_DATE: Final = "R356"
DIGITS_CUT: Final = "R357"
DIGITS_CUT_MOVES: Final = "R358"
IDENTIFIER_AS_NUMBER: Final = "R359"
FORMAT_CHANGES_VALUE: Final = "R360"
SHOWN_ROUNDED: Final = "R361"
ABSENCE_NOT_DECLARED: Final = "R362"
DATE_WITH_TIME: Final = "R363"
OF_ANOTHER_EDITION: Final = "R364"
DATABASE_REFUSED: Final = "R365"
FILE_UNREADABLE: Final = "R367"

WHOLE_TABLE: Final = 0
"""The row number of a refusal that is about a file or table as a whole."""

STOPPING: Final = frozenset({
    BROKEN_QUOTING, NOT_UTF8, NOT_A_TEXT_FILE, FILE_TOO_LARGE, NO_HEADER, HEADER_REPEATED, COLUMN_MISSING,
    TABLE_NOT_GIVEN, NO_SUCH_TABLE, NO_OBSERVATIONS, SUBJECT_WITHOUT_ROWS, SCENARIO_WITHOUT_ROWS, ENCODING_UNDECIDED,
    NOT_IN_ENCODING, FORMAT_NOT_READ, FILE_DAMAGED, OVER_A_LIMIT, WHICH_SHEET, NO_SUCH_SHEET, TOO_MANY_COLUMNS,
    PERCENT_FORMS_MIXED, OF_ANOTHER_EDITION, DATABASE_REFUSED, FILE_UNREADABLE,
})
"""Refusals that no leaving out of rows can mend: nothing is scored, also on request."""

MARKED: Final = frozenset({DIGITS_CUT_MOVES})
"""Repairs that may have moved a rank: shown first and marked."""
