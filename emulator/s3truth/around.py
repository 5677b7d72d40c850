"""What moto gets wrong in services around S3 that a stack needs to be deployed and to end."""
from copy import copy

from moto.events.models import Rule
from moto.iam import policy_validation

# Services that are not in this process: moto raises on targets that it cannot reach, and PutEvents then answers 500.
_ELSEWHERE = (":lambda:", ":states:")


def mend() -> None:
    _admit_jobs()
    _keep_events_harmless()


def _admit_jobs() -> None:
    """Jobs of S3 have a region in their ARN: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html"""
    rules = policy_validation.SERVICE_TYPE_REGION_INFORMATION_ERROR_ASSOCIATIONS["s3"]
    rules["valid_starting_values"] = [*rules["valid_starting_values"], "job/"]


def _keep_events_harmless() -> None:
    """A rule that has only a schedule matches no event, and a target that cannot be reached never fails PutEvents.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rules.html
    """
    original = Rule.send_to_targets

    def send_to_targets(self, original_event, transform_input=True):
        if self.scheduled_expression and not self.event_pattern.get_pattern():
            return
        reachable = copy(self)  # other requests look at the rule meanwhile
        reachable.targets = [target for target in self.targets if not any(part in target["Arn"] for part in _ELSEWHERE)]
        original(reachable, original_event, transform_input)

    Rule.send_to_targets = send_to_targets
