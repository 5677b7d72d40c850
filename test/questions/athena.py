"""Runs queries of Athena over records of CloudTrail, on DuckDB.

Reads {"table", "columns", "records", "queries": [{"sql", "values"}]} and prints the rows of each query. The columns
are those of the Glue table; a record becomes a row as the SerDe of Athena makes it: names without case, and text with
JSON in it where the table wants text and the record has more.
"""
import json
import sys
import tempfile

import duckdb
import sqlglot


def parse(text):
    """('string',) | ('array', type) | ('map', key, value) | ('struct', {name: type}) of a type as Hive writes it."""
    name, bracket, rest = text.partition('<')
    if not bracket:
        return (name,)
    parts, depth, start = [], 0, 0
    inner = rest[:-1]
    for index, letter in enumerate(inner):
        depth += (letter == '<') - (letter == '>')
        if letter == ',' and depth == 0:
            parts.append(inner[start:index])
            start = index + 1
    parts.append(inner[start:])
    if name == 'struct':
        return ('struct', {field.partition(':')[0]: parse(field.partition(':')[2]) for field in parts})
    return (name, *map(parse, parts))


def duck(kind):
    if kind[0] == 'struct':
        return 'STRUCT(' + ', '.join(f'"{name}" {duck(inner)}' for name, inner in kind[1].items()) + ')'
    if kind[0] == 'array':
        return duck(kind[1]) + '[]'
    if kind[0] == 'map':
        return f'MAP({duck(kind[1])}, {duck(kind[2])})'
    return {'string': 'VARCHAR'}[kind[0]]


def cell(value, kind):
    if value is None:
        return None
    if kind[0] == 'struct':
        values = {name.lower(): inner for name, inner in value.items()}
        return {name: cell(values.get(name), inner) for name, inner in kind[1].items()}
    if kind[0] == 'array':
        return [cell(inner, kind[1]) for inner in value]
    if kind[0] == 'map':
        return value
    return value if isinstance(value, str) else json.dumps(value)


def main():
    asked = json.load(sys.stdin)
    kinds = {name: parse(text) for name, text in asked['columns'].items()}
    database = duckdb.connect()
    schema, table = asked['table'].replace('"', '').split('.')
    database.execute(f'CREATE SCHEMA "{schema}"')
    types = {**{name: duck(kind) for name, kind in kinds.items()}, 'region': 'VARCHAR', 'day': 'VARCHAR'}
    columns = ', '.join(f'"{name}" {kind}' for name, kind in types.items())
    database.execute(f'CREATE TABLE "{schema}"."{table}" ({columns})')
    with tempfile.NamedTemporaryFile('w', suffix='.json') as rows:
        for record in asked['records']:
            values = {name.lower(): value for name, value in record.items()}
            row = {name: cell(values.get(name), kind) for name, kind in kinds.items()}
            row['region'] = record['awsRegion']
            row['day'] = record.get('_day') or record['eventTime'][:10].replace('-', '/')
            rows.write(json.dumps(row) + '\n')
        rows.flush()
        if asked['records']:
            database.execute(f'INSERT INTO "{schema}"."{table}" BY NAME SELECT * FROM read_json(?, columns = {types!r}, format = \'newline_delimited\')', [rows.name])
    answers = []
    for query in asked['queries']:
        translated = sqlglot.transpile(query['sql'], read='athena', write='duckdb')[0]
        answers.append(database.execute(translated, query['values']).fetchall())
    json.dump(answers, sys.stdout)


if __name__ == '__main__':
    main()
