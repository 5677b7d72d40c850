"""Athena: moto checks nothing, deletes no query, changes no workgroup, and mixes up what belongs to which workgroup.

https://docs.aws.amazon.com/athena/latest/APIReference/API_Operations.html
"""
import json
import time

from moto.athena.models import AthenaBackend, PreparedStatement, WorkGroup
from moto.athena.responses import AthenaResponse
from moto.core.exceptions import JsonRESTError

from .athena_updates import updated
from .json_requests import hold_to_model

_PRIMARY = "primary"
_AUTO = "AUTO"
_ENGINE = "Athena engine version 3"
_HELD = (
    "CreateWorkGroup", "GetWorkGroup", "UpdateWorkGroup", "DeleteWorkGroup", "CreateNamedQuery", "GetNamedQuery", "DeleteNamedQuery",
    "CreatePreparedStatement", "GetPreparedStatement", "DeletePreparedStatement",
)


class _Invalid(JsonRESTError):
    code = 400

    def __init__(self, message: str):
        super().__init__("InvalidRequestException", message)


class _NotFound(JsonRESTError):
    code = 400

    def __init__(self, message: str):
        super().__init__("ResourceNotFoundException", message)


def mend() -> None:
    AthenaResponse.update_work_group = _update_work_group
    AthenaResponse.delete_work_group = _delete_work_group
    AthenaResponse.delete_named_query = _delete_named_query
    AthenaResponse.delete_prepared_statement = _delete_prepared_statement
    AthenaBackend.create_prepared_statement = _create_prepared_statement
    AthenaBackend.get_prepared_statement = _prepared_statement
    _remember_when()
    _find_or_say_so()
    hold_to_model(AthenaResponse, "athena", "InvalidRequestException", _HELD)


def _remember_when() -> None:
    """moto says that a workgroup was made when it is asked, and which engine only if none was chosen."""
    init, get = WorkGroup.__init__, AthenaBackend.get_work_group

    def made(self, *values, **named):
        init(self, *values, **named)
        self.creation_time = time.time()

    def get_work_group(self, name: str):
        answer = get(self, name)
        if answer is None:
            return None
        configuration = dict(answer["Configuration"])
        selected = configuration["EngineVersion"].get("SelectedEngineVersion", _AUTO)
        engine = {"SelectedEngineVersion": selected, "EffectiveEngineVersion": _ENGINE if selected == _AUTO else selected}
        configuration["EngineVersion"] = engine
        return {**answer, "Configuration": configuration, "CreationTime": self.work_groups[name].creation_time}

    WorkGroup.__init__ = made
    AthenaBackend.get_work_group = get_work_group


def _find_or_say_so() -> None:
    """moto answers nothing for a workgroup that is not there, and 500 for a query."""
    get_work_group, get_named_query = AthenaResponse.get_work_group, AthenaResponse.get_named_query

    def work_group(self):
        _work_group(self.athena_backend, json.loads(self.body)["WorkGroup"])
        return get_work_group(self)

    def named_query(self):
        _named_query(self.athena_backend, json.loads(self.body)["NamedQueryId"])
        return get_named_query(self)

    AthenaResponse.get_work_group = work_group
    AthenaResponse.get_named_query = named_query


def _update_work_group(self) -> str:
    asked = json.loads(self.body)
    group = _work_group(self.athena_backend, asked["WorkGroup"])
    group.configuration = updated(group.configuration, asked.get("ConfigurationUpdates", {}))
    group.description = asked.get("Description", group.description)
    group.state = asked.get("State", group.state)
    return "{}"


def _delete_work_group(self) -> str:
    """Queries, saved or run, keep a workgroup from being deleted; prepared statements, as documented, do not."""
    asked, backend = json.loads(self.body), self.athena_backend
    name = asked["WorkGroup"]
    group = _work_group(backend, name)
    if name == _PRIMARY:
        raise _Invalid("The primary workgroup cannot be deleted")
    queries = [query for query, of in backend.named_queries.items() if of.workgroup is group]
    runs = [run for run, of in backend.executions.items() if of.workgroup is group]
    if (queries or runs) and not asked.get("RecursiveDeleteOption"):
        raise _Invalid(f"WorkGroup {name} is not empty")
    for query in queries:
        del backend.named_queries[query]
    for run in runs:
        del backend.executions[run]
    for key in [key for key in backend.prepared_statements if key[0] == name]:
        del backend.prepared_statements[key]
    del backend.work_groups[name]
    backend.tagger.delete_all_tags_for_resource(group.arn)
    return "{}"


def _delete_named_query(self) -> str:
    query = _named_query(self.athena_backend, json.loads(self.body)["NamedQueryId"])
    del self.athena_backend.named_queries[query.id]
    return "{}"


def _create_prepared_statement(self, statement_name: str, workgroup: str, query_statement: str, description: str) -> None:
    """A name is that of one workgroup: moto has one for all, and lets the next statement of that name take it."""
    key = (workgroup, statement_name)
    if key in self.prepared_statements:
        raise _Invalid(f"PreparedStatement {statement_name} already exists in WorkGroup {workgroup}")
    self.prepared_statements[key] = PreparedStatement(statement_name, workgroup, query_statement, description)


def _prepared_statement(self, statement_name: str, work_group: str) -> PreparedStatement:
    statement = self.prepared_statements.get((work_group, statement_name))
    if statement is None:
        raise _NotFound(f"PreparedStatement {statement_name} was not found in workGroup {work_group}")
    return statement


def _delete_prepared_statement(self) -> str:
    asked, backend = json.loads(self.body), self.athena_backend
    _prepared_statement(backend, asked["StatementName"], asked["WorkGroup"])
    del backend.prepared_statements[(asked["WorkGroup"], asked["StatementName"])]
    return "{}"


def _work_group(backend: AthenaBackend, name: str) -> WorkGroup:
    if name not in backend.work_groups:
        raise _Invalid(f"WorkGroup {name} is not found.")
    return backend.work_groups[name]


def _named_query(backend: AthenaBackend, query_id: str):
    query = backend.get_named_query(query_id)
    if query is None:
        raise _Invalid(f"NamedQuery {query_id} was not found")
    return query
