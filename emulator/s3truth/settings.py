"""What a test may choose: the open questions of AWS's documentation, and where Lambda functions are."""
import dataclasses
from typing import Optional

_CHOICES = {
    "generatorVersions": ("current", "all"),
    "emptyManifest": ("failed", "complete"),
    "newObjectMetadata": ("keep", "wipe"),
    "reportColumns": ("schema", "example"),
    "notFoundCode": ("NoSuchJob", "NotFoundException"),
    "restore": ("immediate", "pending"),
}


@dataclasses.dataclass
class Settings:
    lambdaEndpoint: Optional[str] = None
    # How long a job stays in each state that it only passes through.
    statePaceMilliseconds: int = 20
    # A pause before each task, for tests that want to meet a job while it runs.
    taskPaceMilliseconds: int = 0
    # AWS does not say whether a generated manifest lists every version.
    generatorVersions: str = "current"
    # Documented as a failure for replication jobs:
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshooting-batch-operations.html
    emptyManifest: str = "failed"
    # "If you don't provide this parameter, Amazon S3 copies all the metadata": with one member given, both can be meant.
    newObjectMetadata: str = "keep"
    # AWS's own examples contradict the schema that they name: there the status comes before the code.
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-examples-reports.html
    reportColumns: str = "schema"
    notFoundCode: str = "NoSuchJob"
    # How many tasks one invocation of a function gets.
    lambdaBatchSize: int = 1
    # Whether RestoreObject is done at once, or when a test says so.
    restore: str = "immediate"

    def change(self, values: dict) -> None:
        """Takes all of them or, with an error that names the first wrong one, none."""
        for name, value in values.items():
            self._check(name, value)
        for name, value in values.items():
            setattr(self, name, value)

    def _check(self, name: str, value) -> None:
        known = {field.name: field.type for field in dataclasses.fields(self)}
        if name not in known:
            raise ValueError(f"unknown setting {name}, known are {', '.join(sorted(known))}")
        if name in _CHOICES and value not in _CHOICES[name]:
            raise ValueError(f"{name} must be one of {', '.join(_CHOICES[name])}, got {value!r}")
        if known[name] is int and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
            raise ValueError(f"{name} must be a whole number from 0, got {value!r}")
        if name == "lambdaBatchSize" and value < 1:
            raise ValueError("lambdaBatchSize must be at least 1")
        if name == "lambdaEndpoint" and not (value is None or isinstance(value, str)):
            raise ValueError(f"lambdaEndpoint must be a URL or null, got {value!r}")

    def shown(self) -> dict:
        return dataclasses.asdict(self)
