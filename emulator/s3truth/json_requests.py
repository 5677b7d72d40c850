"""Requests of services that take JSON, held to their service model before moto sees them: moto takes anything."""
import functools
import json

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator
from moto.core.exceptions import JsonRESTError
from moto.core.utils import camelcase_to_underscores

from .shapes import Invalid, check_shape


def hold_to_model(responses: type, service: str, error: str, operations: tuple) -> None:
    """Has moto's answers to these operations refuse, with this error, what the service model does not allow."""
    model = ServiceModel(Loader().load_service_model(service, "service-2"))
    for operation in operations:
        name = camelcase_to_underscores(operation)
        setattr(responses, name, _held(getattr(responses, name), model.operation_model(operation).input_shape, error))


def _held(answer, shape, error: str):
    @functools.wraps(answer)
    def held(self):
        check_request(shape, json.loads(self.body or "{}"), error)
        return answer(self)

    return held


def check_request(shape, values: dict, error: str) -> None:
    # The types and the names of the members first: AWS overlooks a name that it does not know, and a test would not see the typo.
    report = ParamValidator().validate(values, shape)
    if report.has_errors():
        raise JsonRESTError(error, report.generate_report())
    try:
        check_shape(shape, values, shape.name)
    except Invalid as invalid:
        raise JsonRESTError(error, str(invalid)) from invalid
