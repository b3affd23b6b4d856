"""`python -m rubric_dsl` is `rubric`."""

from __future__ import annotations

import gc

# A command makes many small objects, hardly any in circles, and ends: searching for circles all the time is waste, the
# more so while hundreds of modules are imported.
gc.set_threshold(100_000, 20, 20)

from rubric_dsl.cli.main import main  # noqa: E402

if __name__ == "__main__":
    main()
