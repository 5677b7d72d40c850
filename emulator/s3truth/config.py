"""The rules, remediations and evaluations of AWS Config, which moto does not know in the forms of today.

It refuses rules of Guard (CUSTOM_POLICY) and knows no remediation. Both are kept here as they were given, held to the
service model, and need what AWS needs: a recorder, and the rule. Nothing is evaluated here: what a function says of a rule is kept,
and the token of a call is the name of its rule.
"""
import json
import uuid

from moto.config.responses import ConfigResponse
from moto.core.exceptions import JsonRESTError

from .json_requests import hold_to_model

_OPERATIONS = (
    "PutConfigRule", "DescribeConfigRules", "DeleteConfigRule", "PutRemediationConfigurations", "DescribeRemediationConfigurations",
    "DeleteRemediationConfiguration", "PutEvaluations", "GetComplianceDetailsByConfigRule",
)
# https://docs.aws.amazon.com/config/latest/APIReference/API_Source.html
_TRIGGERS = ("ConfigurationItemChangeNotification", "OversizedConfigurationItemChangeNotification")


def mend() -> None:
    for name, answer in (
        ("put_config_rule", _put_rule), ("describe_config_rules", _describe_rules), ("delete_config_rule", _delete_rule),
        ("put_remediation_configurations", _put_remediations), ("describe_remediation_configurations", _describe_remediations),
        ("delete_remediation_configuration", _delete_remediation), ("put_evaluations", _put_evaluations),
        ("get_compliance_details_by_config_rule", _details),
    ):
        setattr(ConfigResponse, name, _answered(answer))
    hold_to_model(ConfigResponse, "config", "InvalidParameterValueException", _OPERATIONS)


def _answered(answer):
    return lambda self: json.dumps(answer(self, json.loads(self.body or "{}")))


def _kept(response, what: str) -> dict:
    return response.config_backend.__dict__.setdefault(f"s3truth_{what}", {})


def _put_rule(response, request: dict) -> dict:
    if not response.config_backend.recorders:
        raise JsonRESTError("NoAvailableConfigurationRecorderException", "There is no configuration recorder available.")
    rule = request["ConfigRule"]
    source = rule["Source"]
    if source["Owner"] == "CUSTOM_POLICY":
        details = source.get("CustomPolicyDetails")
        if details is None:
            raise JsonRESTError("InvalidParameterValueException", "CustomPolicyDetails is required for rules of the owner CUSTOM_POLICY.")
        wrong = [one for one in source.get("SourceDetails", []) if one.get("MessageType") not in _TRIGGERS]
        if wrong or not source.get("SourceDetails"):
            raise JsonRESTError("InvalidParameterValueException", "A rule of Guard is run by changes of configuration alone.")
    elif not source.get("SourceIdentifier"):
        raise JsonRESTError("InvalidParameterValueException", "SourceIdentifier is required.")
    scope = rule.get("Scope", {})
    if scope.get("ComplianceResourceId") and len(scope.get("ComplianceResourceTypes", [])) != 1:
        raise JsonRESTError("InvalidParameterValueException", "A resource id needs exactly one resource type.")
    if scope.get("TagKey") is None and scope.get("TagValue") is not None:
        raise JsonRESTError("InvalidParameterValueException", "A tag value needs a tag key.")
    try:
        json.loads(rule.get("InputParameters", "{}"))
    except ValueError as error:
        raise JsonRESTError("InvalidParameterValueException", "InputParameters must be JSON.") from error
    name = rule.get("ConfigRuleName") or f"rule-{uuid.uuid4().hex[:8]}"
    rules = _kept(response, "rules")
    known = rules.get(name, {})
    identity = known.get("ConfigRuleId") or f"config-rule-{uuid.uuid4().hex[:6]}"
    rules[name] = {
        "ConfigRuleState": "ACTIVE", **rule, "ConfigRuleName": name, "ConfigRuleId": identity,
        "ConfigRuleArn": f"arn:aws:config:{response.region}:{response.current_account}:config-rule/{identity}",
    }
    return {}


def _describe_rules(response, request: dict) -> dict:
    rules = _kept(response, "rules")
    names = request.get("ConfigRuleNames") or list(rules)
    return {"ConfigRules": [_found(rules, name) for name in names]}


def _delete_rule(response, request: dict) -> dict:
    name = request["ConfigRuleName"]
    _found(_kept(response, "rules"), name)
    if name in _kept(response, "remediations"):
        raise JsonRESTError("ResourceInUseException", f"The rule {name} has a remediation: delete it first.")
    del _kept(response, "rules")[name]
    return {}


def _found(rules: dict, name: str) -> dict:
    if name not in rules:
        raise JsonRESTError("NoSuchConfigRuleException", f"The ConfigRule '{name}' provided in the request is invalid.")
    return rules[name]


def _put_remediations(response, request: dict) -> dict:
    kept = _kept(response, "remediations")
    for one in request["RemediationConfigurations"]:
        name = one["ConfigRuleName"]
        _found(_kept(response, "rules"), name)
        if one.get("Automatic") and not (one.get("MaximumAutomaticAttempts") and one.get("RetryAttemptSeconds")):
            raise JsonRESTError("InvalidParameterValueException", "MaximumAutomaticAttempts and RetryAttemptSeconds are required for Automatic.")
        kept[name] = {**one, "Arn": f"arn:aws:config:{response.region}:{response.current_account}:remediation-configuration/{name}"}
    return {"FailedBatches": []}


def _describe_remediations(response, request: dict) -> dict:
    kept = _kept(response, "remediations")
    return {"RemediationConfigurations": [kept[name] for name in request["ConfigRuleNames"] if name in kept]}


def _delete_remediation(response, request: dict) -> dict:
    if _kept(response, "remediations").pop(request["ConfigRuleName"], None) is None:
        raise JsonRESTError("NoSuchRemediationConfigurationException", "No RemediationConfiguration for rule exists.")
    return {}


def _put_evaluations(response, request: dict) -> dict:
    rule = _found(_kept(response, "rules"), request["ResultToken"])
    _kept(response, "evaluations")[rule["ConfigRuleName"]] = request.get("Evaluations", [])
    return {"FailedEvaluations": []}


def _details(response, request: dict) -> dict:
    name = _found(_kept(response, "rules"), request["ConfigRuleName"])["ConfigRuleName"]
    return {"EvaluationResults": [{
        "EvaluationResultIdentifier": {"EvaluationResultQualifier": {
            "ConfigRuleName": name, "ResourceType": one["ComplianceResourceType"], "ResourceId": one["ComplianceResourceId"],
        }},
        "ComplianceType": one["ComplianceType"], "Annotation": one.get("Annotation"),
    } for one in _kept(response, "evaluations").get(name, [])]}
