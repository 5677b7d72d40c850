"""EventBridge and what it sends to: matching, states of rules, input transformers, targets with their policies.

moto looks into no arrays of objects, sends read-only calls to every rule, and reaches no topic.
"""
import json
import re
from copy import copy

from moto.events.models import UNDEFINED, EventPattern, Rule, events_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from . import keys
from .evaluate import Request, decide_on_key, decide_on_resource
from .principals import Principal

_SERVICE = "events.amazonaws.com"
_FROM_CLOUDTRAIL = "AWS API Call via CloudTrail"
_READS_TOO = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"


def mend() -> None:
    original = Rule.send_to_targets

    def send_to_targets(self, original_event, transform_input=True):
        pattern = self.event_pattern.get_pattern()
        if not pattern or not _awake(self, original_event) or not self.event_pattern.matches_event(original_event):
            return
        mine = [target for target in self.targets if ":sns:" in target["Arn"] or ":sqs:" in target["Arn"]]
        for target in mine:
            _send(self, target, original_event)
        others = [target for target in self.targets if target not in mine]
        if others:
            original(_with(self, others), original_event, transform_input)

    Rule.send_to_targets = send_to_targets
    EventPattern.matches_event = lambda self, event: not self._pattern or _matches(self, [json.loads(json.dumps(event))], self._pattern)


def deliver(event: dict) -> list:
    """Gives an event of an AWS service to the rules of its account and region, and names those that it woke."""
    woken = []
    for rule in list(events_backends[event["account"]][event["region"]].event_buses["default"].rules.values()):
        pattern = rule.event_pattern.get_pattern()
        if pattern and _awake(rule, event) and rule.event_pattern.matches_event(event):
            woken.append(rule.name)
        rule.send_to_targets(event)
    return woken


def published() -> list:
    """Every message of every topic, oldest first, with the addresses that get it by mail."""
    return [
        {"topicArn": topic.arn, "message": message, "subject": subject, "mailedTo": [
            one.endpoint for one in backend.list_subscriptions_by_topic(topic_arn=topic.arn)[0] if one.protocol == "email"
        ]}
        for account in sns_backends.values() for backend in account.values() for topic in backend.topics.values()
        for _, message, subject, *_ in topic.sent_notifications
    ]


def _with(rule, targets):
    other = copy(rule)  # requests of others look at the rule meanwhile
    other.targets = targets
    return other


def _awake(rule, event) -> bool:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html"""
    if rule.state == "DISABLED":
        return False
    detail = event.get("detail")
    reads = event.get("detail-type") == _FROM_CLOUDTRAIL and isinstance(detail, dict) and detail.get("readOnly") is True
    return not reads or detail.get("managementEvent") is not True or rule.state == _READS_TOO


def _matches(parser, nodes: list, pattern: dict) -> bool:
    """Whether every field of the pattern is fulfilled in the objects at this place; an array is each of its elements.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns-arrays.html
    """
    for field, wanted in pattern.items():
        if field == "$or":
            if not any(_matches(parser, nodes, one) for one in wanted):
                return False
            continue
        values = [value for node in nodes if isinstance(node, dict) and field in node for value in _each(node[field])]
        if isinstance(wanted, dict):
            # Of what is not there at all, the leaves of the pattern say whether that is right.
            if not _matches(parser, values, wanted):
                return False
        elif not any(parser._does_item_match_filters(value, wanted) for value in values or [UNDEFINED]):
            return False
    return True


def _each(value) -> list:
    return value if isinstance(value, list) else [value]


def _send(rule, target: dict, event: dict) -> None:
    message = _message(target, event)
    account, region = rule.account_id, rule.region_name
    source = {"aws:sourcearn": rule.arn, "aws:sourceaccount": account, "aws:securetransport": "true"}
    refused = _to_topic(target["Arn"], message, source) if ":sns:" in target["Arn"] else _to_queue(target["Arn"], message, source)
    dead_letters = target.get("DeadLetterConfig", {}).get("Arn")
    if refused and dead_letters:
        # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
        attributes = {"ERROR_MESSAGE": refused, "RULE_ARN": rule.arn, "TARGET_ARN": target["Arn"]}
        _to_queue(dead_letters, json.dumps(event), source, {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()})


def _to_topic(arn: str, message: str, source: dict):
    """The reason why it does not arrive, or None."""
    _, _, _, region, account, _ = arn.split(":", 5)
    topic = sns_backends[account][region].topics.get(arn)
    if topic is None:
        return "the topic does not exist"
    service = Principal("service", account, _SERVICE, _SERVICE, [])
    if not decide_on_resource(service, Request("sns:Publish", arn, source), topic._policy_json, account, "topic-policy").allowed:
        return "the policy of the topic does not let events.amazonaws.com publish"
    if topic.kms_master_key_id:
        refused = _on_key(service, topic.kms_master_key_id, region, account)
        if refused:
            return refused
    topic.publish(message)
    return None


def _on_key(service: Principal, reference: str, region: str, account: str):
    """EventBridge gives no source to the key: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html"""
    key = keys.find_key(reference, region, account)
    if key is None or key.key_state != "Enabled":
        return "the key of the topic cannot be used (KMS)"
    for action in ("kms:GenerateDataKey", "kms:Decrypt"):
        if not decide_on_key(service, Request(action, key.arn, {"aws:securetransport": "true"}), keys.policy_of(key), account).allowed:
            return f"the key of the topic does not let events.amazonaws.com use it: {action} (KMS)"
    return None


def _to_queue(arn: str, message: str, source: dict, attributes=None):
    _, _, _, region, account, name = arn.split(":", 5)
    queue = sqs_backends[account][region].queues.get(name)
    if queue is None:
        return "the queue does not exist"
    service = Principal("service", account, _SERVICE, _SERVICE, [])
    policy = json.loads(queue.policy) if isinstance(queue.policy, str) else queue.policy
    if not decide_on_resource(service, Request("sqs:SendMessage", arn, source), policy, account, "queue-policy").allowed:
        return "the policy of the queue does not let events.amazonaws.com send"
    sqs_backends[account][region].send_message(queue_name=name, message_body=message, message_attributes=attributes)
    return None


def _message(target: dict, event: dict) -> str:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html"""
    if "Input" in target:
        return target["Input"]
    transformer = target.get("InputTransformer")
    if transformer is None:
        return json.dumps(event)
    values = {name: _at(event, path) for name, path in transformer.get("InputPathsMap", {}).items()}

    def filled(match):
        value = values.get(match.group(1), "")
        text = value if isinstance(value, str) else "" if value is None else json.dumps(value)
        return text.replace("\\", "\\\\").replace('"', '\\"')

    return re.sub(r"<([A-Za-z][\w.-]*)>", filled, transformer["InputTemplate"])


def _at(event, path: str):
    value = event
    for name, index in re.findall(r"\.([\w-]+)|\[(\d+)\]", path):
        if name:
            value = value.get(name) if isinstance(value, dict) else None
        else:
            value = value[int(index)] if isinstance(value, list) and int(index) < len(value) else None
        if value is None:
            return None
    return value
