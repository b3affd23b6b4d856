"""`python -m rubric_dsl` is `rubric`."""

from rubric_dsl.cli.main import main

if __name__ == "__main__":
    main()
