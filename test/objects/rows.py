"""Runs statements of Athena over rows, on DuckDB.

Reads {"tables": [{"name": [catalog, schema, table], "columns": {name: type}, "rows": [{...}]}], "queries": [...]}, prints
the rows of each query as objects.
"""
import json
import sys

import duckdb
import sqlglot


def main():
    asked = json.load(sys.stdin)
    database = duckdb.connect()
    catalogs = set()
    for table in asked['tables']:
        catalog, schema, name = table['name']
        where = f'"{schema}"' if catalog is None else f'"{catalog}"."{schema}"'
        if catalog is not None and catalog not in catalogs:
            catalogs.add(catalog)
            database.execute(f'ATTACH \':memory:\' AS "{catalog}"')
        database.execute(f'CREATE SCHEMA {where}')
        columns = ', '.join(f'"{column}" {kind}' for column, kind in table['columns'].items())
        database.execute(f'CREATE TABLE {where}."{name}" ({columns})')
        for row in table['rows']:
            marks = ', '.join('?' for _ in table['columns'])
            database.execute(f'INSERT INTO {where}."{name}" VALUES ({marks})', [row.get(column) for column in table['columns']])
    answers = []
    for query in asked['queries']:
        result = database.execute(sqlglot.transpile(query, read='athena', write='duckdb')[0])
        names = [column[0] for column in result.description]
        answers.append([dict(zip(names, row)) for row in result.fetchall()])
    json.dump(answers, sys.stdout, default=int)


if __name__ == '__main__':
    main()
