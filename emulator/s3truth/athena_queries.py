"""Runs the queries of Athena, which moto only remembers: on DuckDB, over tables of this local AWS.

Tables are the live inventory tables of buckets, as they are at that moment, and tables of Glue whose partitions are links to
Parquet files, as those of inventories are. What is read and written in S3 is done with the permissions of the caller,
as Athena does it. https://docs.aws.amazon.com/athena/latest/ug/s3-permissions.html
"""
import csv
import io
import json
import re
import tempfile

import duckdb
import sqlglot
from moto.athena.models import AthenaBackend, QueryResults
from moto.athena.responses import AthenaResponse
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.exceptions import JsonRESTError
from moto.glue.models import glue_backends
from sqlglot import exp

from . import bucket_metadata
from .batch.session import S3Session, error_of
from .object_tables import LIVE_COLUMNS, live_rows
from .principals import access_key_of, principal_of
from .stored import backend

_LIVE_CATALOG = "s3tablescatalog/aws-s3"
_LINKS = "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat"
_HIVE = {"string": "VARCHAR", "boolean": "BOOLEAN", "bigint": "BIGINT", "timestamp": "TIMESTAMP"}


class QueryFailed(Exception):
    """A query that Athena takes and that then fails."""


def mend(front) -> None:
    start, execution = AthenaResponse.start_query_execution, AthenaResponse.get_query_execution

    def start_query_execution(self):
        asked, athena = json.loads(self.body), self.athena_backend
        tokens = athena.__dict__.setdefault("truth_tokens", {})
        token = asked.get("ClientRequestToken")
        if token is not None and token in tokens:
            if tokens[token][1] != asked["QueryString"]:
                raise JsonRESTError("InvalidRequestException", "Idempotent parameters do not match")
            return json.dumps({"QueryExecutionId": tokens[token][0]})
        answer = start(self)
        if not isinstance(answer, str):
            return answer
        made = json.loads(answer)["QueryExecutionId"]
        if token is not None:
            tokens[token] = (made, asked["QueryString"])
        session = S3Session(front, principal_of(access_key_of(self.headers.get("Authorization", ""), "")))
        _run(athena, athena.executions[made], session, self.region)
        return answer

    def get_query_execution(self):
        answer = json.loads(execution(self))
        found = answer["QueryExecution"]
        made = self.athena_backend.executions[found["QueryExecutionId"]]
        found["ResultConfiguration"] = {"OutputLocation": getattr(made, "truth_location", None)}
        reason = getattr(made, "truth_failure", None)
        if reason is not None and found["Status"]["State"] == "SUCCEEDED":
            found["Status"] |= {"State": "FAILED", "StateChangeReason": reason}
        return json.dumps(answer)

    AthenaResponse.start_query_execution = start_query_execution
    AthenaResponse.get_query_execution = get_query_execution


def _run(athena: AthenaBackend, made, session: S3Session, region: str) -> None:
    if not re.match(r"\s*(SELECT|WITH)\b", made.query, re.I):
        return
    try:
        names, rows = _answer(made.query, session, region)
        made.truth_location = _keep(made, names, rows, session)
        texts = [names, *[[_text(value) for value in row] for row in rows]]
        athena.query_results[made.id] = QueryResults(
            [{"Data": [{} if value is None else {"VarCharValue": value} for value in row]} for row in texts],
            [{"Name": name, "Type": "varchar"} for name in names],
        )
    except (QueryFailed, duckdb.Error, sqlglot.errors.SqlglotError) as error:
        made.truth_failure = str(error)


def _answer(query: str, session: S3Session, region: str) -> tuple:
    database = duckdb.connect()
    parsed = sqlglot.parse_one(query, read="athena")
    seen = set()
    for table in parsed.find_all(exp.Table):
        name = (table.catalog, table.db, table.name)
        if name in seen:
            continue
        seen.add(name)
        if table.catalog == _LIVE_CATALOG:
            _live(database, table.db, table.name, region)
        else:
            _glue(database, table.db, table.name, session, region)
    result = database.execute(parsed.sql(dialect="duckdb"))
    return [column[0] for column in result.description], result.fetchall()


def _live(database, namespace: str, name: str, region: str) -> None:
    bucket = next((one for one in backend().buckets.values() if bucket_metadata.namespace_of(one) == namespace), None)
    why = "no bucket has this namespace" if bucket is None else bucket_metadata.readable(bucket, region)
    if name != "inventory" or why is not None:
        raise QueryFailed(f"TABLE_NOT_FOUND: Table '{_LIVE_CATALOG}.{namespace}.{name}' does not exist ({why or 'only inventory is there'})")
    database.execute(f"ATTACH IF NOT EXISTS ':memory:' AS \"{_LIVE_CATALOG}\"")
    _fill(database, f'"{_LIVE_CATALOG}"."{namespace}"', name, LIVE_COLUMNS, live_rows(bucket))


def _glue(database, schema: str, name: str, session: S3Session, region: str) -> None:
    found = glue_backends[DEFAULT_ACCOUNT_ID][region].databases.get(schema)
    table = None if found is None else found.tables.get(name)
    if table is None:
        raise QueryFailed(f"TABLE_NOT_FOUND: Table 'awsdatacatalog.{schema}.{name}' does not exist")
    made = table.versions[str(max(int(version) for version in table.versions))]
    storage = made["StorageDescriptor"]
    if storage["InputFormat"] != _LINKS:
        raise QueryFailed(f"NOT_SUPPORTED: {storage['InputFormat']} is not read here")
    columns = {column["Name"]: _HIVE[column["Type"]] for column in storage["Columns"]}
    _fill(database, f'"{schema}"', name, {**columns, "dt": "VARCHAR"}, [])
    bucket, _, prefix = storage["Location"].removeprefix("s3://").partition("/")
    listed = session.send("GET", bucket, query={"list-type": "2", "prefix": prefix})
    if not listed.ok:
        raise QueryFailed(f"PERMISSION_DENIED: {error_of(listed)[1]} (s3://{bucket}/{prefix})")
    for link in re.findall(r"<Key>(.*?)</Key>", listed.body.decode()):
        day = re.search(r"dt=([^/]+)/", link)
        for address in _read(session, bucket, link).decode().split():
            where, _, key = address.removeprefix("s3://").partition("/")
            with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
                file.write(_read(session, where, key))
                file.flush()
                database.execute(f'INSERT INTO "{schema}"."{name}" BY NAME SELECT *, ? AS dt FROM read_parquet(?)', [day.group(1), file.name])


def _read(session: S3Session, bucket: str, key: str) -> bytes:
    response = session.send("GET", bucket, key)
    if not response.ok:
        raise QueryFailed(f"PERMISSION_DENIED: {error_of(response)[1]} (s3://{bucket}/{key})")
    return response.body


def _fill(database, schema: str, name: str, columns: dict, rows: list) -> None:
    database.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    database.execute(f'CREATE TABLE {schema}."{name}" ({", ".join(f"{column} {kind}" for column, kind in columns.items())})')
    for row in rows:
        database.execute(f'INSERT INTO {schema}."{name}" VALUES ({", ".join("?" for _ in columns)})', [row.get(column) for column in columns])


def _keep(made, names: list, rows: list, session: S3Session) -> str:
    """The file of the answer, as the workgroup says where and under which key: quotes everywhere, and headings."""
    results = (made.workgroup.configuration or {}).get("ResultConfiguration") or {}
    location = results.get("OutputLocation")
    if location is None:
        raise QueryFailed("No output location provided")
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([_text(value) or "" for value in row])
    bucket, _, prefix = location.removeprefix("s3://").partition("/")
    key = f"{prefix.rstrip('/')}/{made.id}.csv".lstrip("/")
    encryption = results.get("EncryptionConfiguration") or {}
    headers = {}
    if encryption.get("EncryptionOption") == "SSE_KMS":
        headers = {"x-amz-server-side-encryption": "aws:kms", "x-amz-server-side-encryption-aws-kms-key-id": encryption["KmsKey"]}
    response = session.send("PUT", bucket, key, headers=headers, body=text.getvalue().encode())
    if not response.ok:
        raise QueryFailed(f"Access denied when writing output to s3://{bucket}/{key}: {error_of(response)[1]}")
    return f"s3://{bucket}/{key}"


def _text(value):
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
