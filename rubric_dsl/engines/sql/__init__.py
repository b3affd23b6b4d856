"""Rows scored by a database: DuckDB in process, Spark on a cluster, PostgreSQL where the rows live.

One syntax tree for all of them (sqlglot), in a subset of SQL that they share. Whoever imports a module of this package
needs `sqlglot` installed and, for `duckdb`, `spark` or `postgres`, the package of that database.
"""
