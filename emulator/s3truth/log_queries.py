"""Saved queries of CloudWatch Logs Insights, which moto does not have.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html
"""
import json
import time
import uuid

from moto.logs.exceptions import InvalidParameterException, ResourceNotFoundException
from moto.logs.models import LogsBackend
from moto.logs.responses import LogsResponse

from .json_requests import hold_to_model

_LANGUAGE = "CWLI"
_KEPT = ("name", "queryString", "logGroupNames", "parameters")
_MOST = 1000


def mend() -> None:
    original = LogsBackend.__init__

    def init(self, region_name: str, account_id: str):
        original(self, region_name, account_id)
        self.query_definitions = {}

    LogsBackend.__init__ = init
    LogsResponse.put_query_definition = _put
    LogsResponse.describe_query_definitions = _describe
    LogsResponse.delete_query_definition = _delete
    operations = ("PutQueryDefinition", "DescribeQueryDefinitions", "DeleteQueryDefinition")
    hold_to_model(LogsResponse, "logs", "InvalidParameterException", operations)


def _put(self) -> str:
    asked, definitions = json.loads(self.body), self.logs_backend.query_definitions
    language = asked.get("queryLanguage", _LANGUAGE)
    if asked.get("parameters") and language != _LANGUAGE:
        raise InvalidParameterException("Query parameters are supported only for Logs Insights QL queries")
    if asked.get("queryDefinitionId") is not None:
        _known(definitions, asked["queryDefinitionId"])
    # What an update leaves out is gone: it is not a patch.
    query_id = asked.get("queryDefinitionId") or str(uuid.uuid4())
    definitions[query_id] = {
        "queryDefinitionId": query_id,
        "queryLanguage": language,
        "lastModified": int(time.time() * 1000),
        **{name: asked[name] for name in _KEPT if name in asked},
    }
    return json.dumps({"queryDefinitionId": query_id})


def _describe(self) -> str:
    asked = json.loads(self.body or "{}")
    prefix, language = asked.get("queryDefinitionNamePrefix", ""), asked.get("queryLanguage")
    found = [
        one for one in self.logs_backend.query_definitions.values()
        if one["name"].startswith(prefix) and language in (None, one["queryLanguage"])
    ]
    start = int(asked.get("nextToken", 0))
    end = start + asked.get("maxResults", _MOST)
    return json.dumps({"queryDefinitions": found[start:end], **({"nextToken": str(end)} if end < len(found) else {})})


def _delete(self) -> str:
    definitions, query_id = self.logs_backend.query_definitions, json.loads(self.body)["queryDefinitionId"]
    _known(definitions, query_id)
    del definitions[query_id]
    return json.dumps({"success": True})


def _known(definitions: dict, query_id: str) -> None:
    if query_id not in definitions:
        raise ResourceNotFoundException("The specified query definition does not exist.")
